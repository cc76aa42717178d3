/**
 * What is sent from this device: sealed at once, kept until it is delivered, and then a receipt for thirty days. Knows keys and the bag. What lies there is sealed; in
 * clear stand only times, ids and counts. Throws Unsent only: its `word` says why.
 */
import { toB64 } from './base64.js';
import { fromHex, toHex } from './bytes.js';
import { carry, taken } from './carrying.js';
import { Sha256 } from './digesting.js';
import { encodeValue } from './encoding.js';
import { layerOf } from './errors.js';
import { openBag, Unsent } from './postbag.js';
import { messageContent, openDraft, PIECE, sealDraft, sealMessage } from './sealing.js';
import { concernsOf, keyOf, senderFor } from './senders.js';
import { readPref, writePref } from './store.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./carrying.js').Kept} Kept */
/** @typedef {import('./senders.js').Sender} Sender */
/** @typedef {{ file: string, blob: Blob }} Attached `file`: 32 random hex digits, by which the body names it */
/** @typedef {{ id: string, kind: string, about: string, made: number, parts: number, sent: number, state: 'waits' | 'sending' | 'failed' | 'sent', reason: import('./carrying.js').Reason, after: number, done: number, from: string, draft: { name: string, kept: number } | null }} Entry
 *  times in ms; `parts` and `sent` count messages, the last with the words; `after`: it waits until then; `done`: when the last part was taken; `from`: where it was written */
/** @typedef {{ about?: string, from?: string, draft?: { name: string, kept: number }, as?: string, quiet?: boolean }} Manner `about`: what the person is to see it called; `from`: where it was written, to be found
 *  there; `draft`: let go of once it is delivered, unless it has changed since; `as`: the name of the keyring that sends it; `quiet`: the person is told nothing of it */

const AGAIN = 30_000; // milliseconds until the first new try, and twice as long each time,
const SELDOM_AGAIN = 15 * 60_000; // up to this

/** Says `changed`, also when another tab has changed something. */
export const events = new EventTarget();
const others = globalThis.document && globalThis.BroadcastChannel ? new BroadcastChannel('pluttra-outbox') : null;
if (others) others.onmessage = () => events.dispatchEvent(new Event('changed'));

/** @type {string | null} what is on its way from this tab */
let busy = null;
/** @type {{ id: string, stop: AbortController } | null} */
let watched = null;
/** @type {Promise<number> | null} */
let flushing = null;
let flushAgain = false;
let failedTimes = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let nextTry;

function changed(now = busy) {
  busy = now;
  events.dispatchEvent(new Event('changed'));
  others?.postMessage('changed');
}

/** 32 random hex digits. */
export function randomId() {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/**
 * Seals a message and the files that it names, keeps them, and begins to send. Where the body holds `{ file }`, its digest, length and type are filled in here.
 * Throws Unsent. @param {Vault} vault @param {string} kind @param {Record<string, any>} body @param {Attached[]} [files] @param {Manner} [manner] @returns {Promise<string>} its id, hex
 */
export async function enqueue(vault, kind, body, files = [], { about = '', from = '', draft, as, quiet = false } = {}) {
  if (!vault.drop) throw new Unsent('no-drop');
  const bag = await openBag();
  const sender = await senderFor(vault, as ? { as } : await concernsOf(vault, body));
  await mustHaveRoom(files);
  const id = randomId();
  const told = await sealDraft(sender.key, `outbox/${id}`, encodeValue({ about: wellFormed(about), from, kind, v: 1 }));
  const time = Date.now();
  /** @type {Kept} */
  const entry = { made: time, touched: time, by: sender.by, told, parts: [], sent: 0, state: 'making', reason: '', after: 0, quiet, draft: draft ?? null };
  try {
    /** @type {Map<string, object>} */
    const described = new Map();
    for (const one of files) described.set(one.file, await keepFile(bag, sender, id, entry, one));
    await keepMessage(bag, sender, id, entry, id, kind, filledIn(body, described));
  } catch (error) {
    await bag.put(['entries', id, undefined], ...entry.parts.map((part) => /** @type {import('./postbag.js').Change} */ (['sealed', part, undefined]))).catch(() => {});
    throw layerOf(error) === 'padding' ? new Unsent('too-long') : error;
  }
  changed();
  flush(vault);
  askToLast().catch(() => {});
  return id;
}

/** Ask the device once not to let go of what waits. */
async function askToLast() {
  const { storage } = globalThis.navigator ?? {};
  if (!storage?.persist || (await storage.persisted()) || (await readPref('persist'))) return;
  await writePref('persist', 1);
  await storage.persist();
}

/** A message, sealed and kept; the last of an entry makes it ready to be sent. @param {import('./postbag.js').Bag} bag @param {Sender} sender @param {string} id of the entry @param {Kept} entry @param {string} part @param {string} kind @param {object} body @param {Bytes} [attachment] */
async function keepMessage(bag, { key, site }, id, entry, part, kind, body, attachment) {
  const header = { body, id: part, kind, time: Math.floor(entry.made / 1000), v: 1 };
  const bytes = await sealMessage(key, site, fromHex(part), messageContent(header, attachment));
  entry.parts.push(part);
  entry.touched = Date.now();
  entry.state = part === id ? 'waits' : 'making';
  await bag.put(['sealed', part, bytes], ['entries', id, entry]);
}

/** A file in parts, one in memory at a time; what a body says of it. @param {import('./postbag.js').Bag} bag @param {Sender} sender @param {string} id @param {Kept} entry @param {Attached} attached */
async function keepFile(bag, sender, id, entry, { file, blob }) {
  const of = Math.max(1, Math.ceil(blob.size / PIECE));
  const digest = new Sha256();
  for (let n = 0; n < of; n += 1) {
    const bytes = await bytesOfBlob(blob.slice(n * PIECE, (n + 1) * PIECE));
    digest.update(bytes);
    await keepMessage(bag, sender, id, entry, randomId(), 'part', { file, n, of }, bytes);
  }
  return { digest: toB64(digest.digest()), file, length: blob.size, type: blob.type };
}

/** @param {Blob} blob @returns {Promise<Bytes>} */
async function bytesOfBlob(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new Unsent('unreadable'); // changed or gone since it was chosen
  }
}

/** @param {Attached[]} files */
async function mustHaveRoom(files) {
  const needed = files.reduce((sum, { blob }) => sum + blob.size, 0);
  /** @type {StorageEstimate} */
  const { quota = 0, usage = 0 } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
  if (quota && usage + needed * 1.05 > quota) throw new Unsent('no-room');
}

/** @param {any} value @param {Map<string, object>} described @returns {any} */
function filledIn(value, described) {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map((one) => filledIn(one, described));
  if (!value || typeof value !== 'object') return value;
  const members = Object.entries({ ...value, ...described.get(value.file) }).filter(([, one]) => one !== undefined);
  return Object.fromEntries(members.map(([name, one]) => [name, filledIn(one, described)]));
}

/** Half of a letter, which a keyboard may leave, is none. @param {string} text */
function wellFormed(text) {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** Sends what waits, as far as it goes now, and comes back later for the rest. @param {Vault} vault @returns {Promise<number>} how many wait yet that the person knows of */
export function flush(vault) {
  flushAgain = true;
  flushing ??= flushAll(vault).finally(() => {
    flushing = null;
    if (flushAgain) flush(vault);
  });
  return flushing;
}

/** @param {Vault} vault */
async function flushAll(vault) {
  clearTimeout(nextTry);
  let left = 0;
  while (flushAgain) {
    flushAgain = false;
    if (!vault.ready || !vault.drop) return left;
    try {
      const round = await carry(await openBag(), vault, { changed, signal });
      failedTimes = round.why ? failedTimes + 1 : 0;
      left = round.left;
      if (left || round.wait) tryLater(vault, round.wait || Math.min(AGAIN * 2 ** (failedTimes - 1), SELDOM_AGAIN));
    } catch (error) {
      if (vault.ready && !(error instanceof Unsent)) console.error(error); // else the device has been forgotten meanwhile
    }
  }
  busy = null;
  return left;
}

/** @param {Vault} vault @param {number} wait in ms */
function tryLater(vault, wait) {
  clearTimeout(nextTry);
  nextTry = setTimeout(flush, wait, vault);
  /** @type {any} */ (nextTry).unref?.(); // in tests, without a browser
}

/** @param {string} id */
function signal(id) {
  if (watched?.id !== id) watched = { id, stop: new AbortController() };
  return watched.stop.signal;
}

/** What waits, has failed or was delivered during the last thirty days; the oldest first. @returns {Promise<Entry[]>} */
export async function waitingIn() {
  const kept = (await (await openBag()).all('entries')).filter(([, { state, quiet }]) => state !== 'making' && !quiet);
  const told = kept.map(async ([id, entry]) => entryOf(id, entry));
  return (await Promise.all(told)).sort((a, b) => a.made - b.made);
}

/** @param {string} id @param {Kept} entry @returns {Promise<Entry>} */
async function entryOf(id, { by, told, made, parts, sent, state, reason, after, touched, draft }) {
  const now = /** @type {Entry['state']} */ (id === busy && state === 'waits' ? 'sending' : state);
  const key = await keyOf(by);
  const opened = key ? await openDraft(key, `outbox/${id}`, told).then((bytes) => JSON.parse(new TextDecoder().decode(bytes)), () => null) : null;
  const { about = '', from = '', kind = '' } = opened ?? {};
  return { id, kind, about, made, parts: parts.length, sent, state: now, reason, after, done: state === 'sent' ? touched : 0, from, draft };
}

/** Lets go of it, sent or not. What has been taken of it already, the publisher lets go of. @param {string} id */
export async function discard(id) {
  if (watched?.id === id) watched.stop.abort();
  const bag = await openBag();
  const { parts = [] } = (await bag.get('entries', id)) ?? {};
  await bag.put(['entries', id, undefined], ...parts.map((/** @type {string} */ part) => ['sealed', part, undefined]));
  changed();
}

/** Tries everything that waits at once, though it was told to wait. @param {Vault} vault */
export async function retry(vault) {
  const bag = await openBag();
  for (const [id] of await bag.all('entries')) await bag.change('entries', id, (one) => (one?.after ? { ...one, after: 0 } : undefined));
  failedTimes = 0;
  return flush(vault);
}

/** The messages' files that have not been taken yet, in the order they are to come. @param {string} id @returns {Promise<Bytes[]>} */
export async function unsentOf(id) {
  const bag = await openBag();
  /** @type {Kept | undefined} */
  const entry = await bag.get('entries', id);
  const found = await Promise.all((entry?.parts.slice(entry.sent) ?? []).map((part) => bag.get('sealed', part)));
  return found.filter(Boolean);
}

/** The person has sent it by another way, and says so. @param {string} id */
export async function markSent(id) {
  const bag = await openBag();
  /** @type {Kept | undefined} */
  const entry = await bag.get('entries', id);
  for (const part of entry?.parts.slice(entry.sent) ?? []) await taken(bag, id, part);
  changed();
}
