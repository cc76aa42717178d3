/**
 * Carries what waits to its drop box: the oldest first, the parts of a message before the message, and never from two tabs at once. Knows the bag and the
 * ways. Does not know what is sealed. A part that was taken is noted before the next is sent, so that whoever was interrupted goes on there.
 */
import { layerOf } from './errors.js';
import { letterboxOf } from './letterbox.js';
import { deliver } from './sending.js';
import { heldKeys } from './state.js';

/** @typedef {import('./postbag.js').Bag} Bag */
/** @typedef {import('./postbag.js').Change} Change */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {'' | 'busy' | 'unreachable' | 'mail' | 'no-way' | 'refused' | 'too-old' | 'old-key' | 'lost'} Reason the last four are why it never will be sent */
/**
 * @typedef {{ made: number, touched: number, by: string, told: import('./bytes.js').Bytes, parts: string[], sent: number, state: 'making' | 'waits' | 'failed' | 'sent', reason: Reason,
 *   after: number, quiet: boolean, draft: { name: string, kept: number } | null }} Kept an entry as the bag has it, times in ms. `by`: the keyring of the key that it is sealed with; `parts`: ids of
 *   messages, of which the last names the others; `sent`: how many of them; `after`: nothing is to be tried before; `quiet`: nobody is told of it; `draft`: let go of at the end, if it is as it was
 */
/** @typedef {{ left: number, wait: number, why: Reason }} Round how many wait yet, for how many ms at least, and why */
/** @typedef {{ changed: (busy: string | null) => void, signal: (id: string) => AbortSignal }} Watch `busy`: what is on its way now; `signal`: it is to be let go of */

const ONE_DAY = 24 * 3600_000;
const RECEIPT = 30 * ONE_DAY;
const STALE = 25 * ONE_DAY; // the publisher takes nothing older than 30 days
const HALF_MADE = 3600_000;
const LEASE = 7 * 60_000; // longer than one part may take
const ALONE = 'pluttra-outbox';

/** Sends until nothing is left that can be sent now. @param {Bag} bag @param {Vault} vault @param {Watch} watch @returns {Promise<Round>} */
export function carry(bag, vault, watch) {
  return alone(bag, async (renew) => {
    await tidy(bag);
    /** @type {Reason} */
    let why = '';
    let ways;
    let waiting = await waitingOf(bag);
    while (waiting.length && !why && !peaceOf(waiting)) {
      ways ??= await waysOf(vault);
      const [id, entry] = waiting[0];
      watch.changed(id);
      why = await carryOne(bag, id, entry, ways, renew, watch);
      waiting = await waitingOf(bag);
    }
    watch.changed(null);
    return { left: waiting.filter(([, { quiet }]) => !quiet).length, wait: peaceOf(waiting), why };
  });
}

/** @param {Bag} bag @returns {Promise<[string, Kept][]>} the oldest first */
async function waitingOf(bag) {
  return (await bag.all('entries')).filter(([, { state }]) => state === 'waits').sort((a, b) => a[1].made - b[1].made);
}

/** For how long the drop box wants to be left in peace, in ms. @param {[string, Kept][]} waiting */
function peaceOf(waiting) {
  return Math.max(0, ...waiting.map(([, { after }]) => after - Date.now()));
}

/** Null where the letterbox can't be had, none where there is none. @param {Vault} vault @returns {Promise<import('./letterbox.js').Way[] | null>} */
async function waysOf(vault) {
  try {
    return (await letterboxOf(vault, true))?.ways ?? [];
  } catch (error) {
    return layerOf(error) === 'missing' ? [] : null;
  }
}

/** Why there is no use in trying the next, or ''. @param {Bag} bag @param {string} id @param {Kept} entry @param {import('./letterbox.js').Way[] | null} ways @param {() => Promise<void>} renew @param {Watch} watch @returns {Promise<Reason>} */
async function carryOne(bag, id, entry, ways, renew, watch) {
  /** @type {Kept | undefined} */
  let now = entry;
  while (now && now.sent < now.parts.length) {
    const part = now.parts[now.sent];
    const bytes = await bag.get('sealed', part);
    if (!bytes) return fail(bag, id, now, 'lost');
    await renew();
    if (!ways) return stay(bag, id, 'unreachable');
    let result;
    try {
      result = await deliver(bytes, part, ways, watch.signal(id));
    } catch (error) {
      if (watch.signal(id).aborted) return ''; // discarded
      const { word } = /** @type {import('./sending.js').Undelivered} */ (error);
      return word === 'refused' ? fail(bag, id, now, word) : stay(bag, id, word);
    }
    if (result !== 'sent') return stay(bag, id, 'busy', Date.now() + result.wait);
    now = await taken(bag, id, part);
    watch.changed(id);
  }
  return '';
}

/** A part was taken; at the last one nothing but a receipt is left. @param {Bag} bag @param {string} id @param {string} part @returns {Promise<Kept | undefined>} */
export async function taken(bag, id, part) {
  /** @type {Kept | undefined} */
  const now = await bag.change('entries', id, (/** @type {Kept | undefined} */ one) => {
    if (!one || one.parts[one.sent] !== part) return undefined; // discarded, or noted already
    const sent = one.sent + 1;
    return { ...one, sent, touched: Date.now(), reason: '', after: 0, state: sent === one.parts.length ? 'sent' : 'waits' };
  }, [['sealed', part, undefined]]);
  if (now?.state === 'sent') {
    if (now.draft && (await bag.get('drafts', now.draft.name))?.kept === now.draft.kept) await bag.drop(now.draft.name);
    if (now.quiet) await bag.put(['entries', id, undefined]);
  }
  return now;
}

/** It waits. @param {Bag} bag @param {string} id @param {Reason} reason @param {number} [after] */
async function stay(bag, id, reason, after = 0) {
  await bag.change('entries', id, (one) => one && { ...one, reason, after });
  return reason;
}

/** It never will be sent: what was refused may be mailed, but what else has failed is of no use. The next may be tried. @param {Bag} bag @param {string} id @param {Kept} entry @param {Reason} reason @returns {Promise<''>} */
async function fail(bag, id, { parts, quiet }, reason) {
  /** @type {Change[]} */
  const useless = reason === 'refused' ? [] : parts.map((part) => ['sealed', part, undefined]);
  await bag.change('entries', id, (one) => one && { ...one, state: 'failed', reason }, useless);
  if (quiet) await bag.put(['entries', id, undefined], ...parts.map((part) => /** @type {Change} */ (['sealed', part, undefined])));
  return '';
}

/** Lets go of old receipts and of what was never finished, and says of what has waited for too long, or is sealed with a key that is no more, that it won't be sent. @param {Bag} bag */
async function tidy(bag) {
  const now = Date.now();
  const held = await heldKeys();
  for (const [id, entry] of /** @type {[string, Kept][]} */ (await bag.all('entries'))) {
    const { state, touched, made, parts, by } = entry;
    const over = { making: touched < now - HALF_MADE, sent: touched < now - RECEIPT, failed: touched < now - 2 * RECEIPT, waits: false }[state];
    if (over) await bag.put(['entries', id, undefined], ...parts.map((part) => /** @type {Change} */ (['sealed', part, undefined])));
    else if (state === 'waits' && !held.has(by)) await fail(bag, id, entry, 'old-key');
    else if (state === 'waits' && made < now - STALE) await fail(bag, id, entry, 'too-old');
  }
  for (const [name, { by }] of await bag.all('drafts')) if (!held.has(by)) await bag.drop(name);
}

/**
 * Does what no other tab may do meanwhile; where the browser has no locks, for as long as a lease is renewed.
 * @param {Bag} bag @param {(renew: () => Promise<void>) => Promise<Round>} work @returns {Promise<Round>}
 */
async function alone(bag, work) {
  const locks = globalThis.navigator?.locks;
  if (locks) return locks.request(ALONE, () => work(async () => {}));
  const owner = crypto.randomUUID();
  const take = (/** @type {number} */ until) => bag.change('lease', ALONE, (now) => (!now || now.until < Date.now() || now.owner === owner ? { owner, until } : undefined));
  if (!(await take(Date.now() + LEASE))) return { left: (await waitingOf(bag)).length, wait: (await bag.get('lease', ALONE)).until - Date.now(), why: '' };
  try {
    return await work(() => take(Date.now() + LEASE));
  } finally {
    await take(0);
  }
}
