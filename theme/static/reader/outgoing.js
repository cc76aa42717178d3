/**
 * "Skickat härifrån": what waits on this device, what has been sent, and how it is mailed where there is no other way. Also sends on, as long as the reader is
 * open, and says when something can't be sent. Knows the outbox and the shell's views. Does not know what messages hold.
 */
import { fill, slot } from './dom.js';
import { untilWhen } from './lasting.js';
import { letterboxOf } from './letterbox.js';
import { momentText } from './moments.js';
import { discard, events, flush, markSent, retry, unsentOf, waitingIn } from './outbox.js';
import { openBag } from './postbag.js';
import { sayings } from './sayings.js';
import { armourOf, mailOf } from './sending.js';
import { WORDS } from './words.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./outbox.js').Entry} Entry */
/** @typedef {import('./sayings.js').Say} Say */
/** @typedef {{ vault: Vault, say: Say, to: string }} Desk `to`: the address that takes answers by mail, or '' */

const MAILABLE = 5; // parts, beyond which no mail program takes it

/** @type {Vault | null} whose outbox is tended */
let tended = null;
/** @type {import('./asking.js').Notice | null} */
let tell = null;
let told = false;

/** Send on what waits, now and whenever somebody comes back, and say in a line what can't be sent. @param {Vault} vault @param {import('./asking.js').Notice} notice */
export async function tend(vault, notice) {
  if (!tell) {
    events.addEventListener('changed', () => tellStuck().catch(() => {}));
    addEventListener('hashchange', () => tellStuck().catch(() => {}));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && tended) flush(tended);
    });
  }
  [tended, tell, told] = [vault, notice, false];
  if (vault.opening) import('./receipts.js').then(({ tellOpened }) => tellOpened(vault)).catch(() => {});
  await flush(vault);
  await tellStuck();
}

async function tellStuck() {
  const isStuck = (/** @type {Entry} */ { state, reason }) => state === 'failed' || (state === 'waits' && reason !== '');
  const wanted = Boolean(tended?.ready) && location.hash !== '#/skickat' && (await waitingIn()).some(isStuck);
  if (wanted === told) return;
  told = wanted;
  tell?.('outbox', wanted ? WORDS.unsent : null, WORDS.show, () => {
    location.hash = '#/skickat';
  });
}

/** @param {Vault} vault @returns {Promise<import('./views.js').Page>} */
export async function outgoingPage(vault) {
  const node = fill('outgoing');
  const say = sayings(node);
  slot(node, 'says').remove();
  const ways = (await letterboxOf(vault).catch(() => null))?.ways ?? [];
  const desk = { vault, say, to: ways.flatMap((way) => (way.kind === 'mail' ? [way.to] : []))[0] ?? '' };
  slot(node, 'until').textContent = untilWhen(ways);
  slot(node, 'brief').hidden = (await openBag()).lasting;
  const again = slot(node, 'again');
  again.onclick = async () => {
    again.disabled = true;
    await retry(vault);
    again.disabled = false;
  };
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  let drawn = draw(node, rows, desk);
  let shown = false;
  const redraw = () => {
    shown ||= node.isConnected;
    if (shown && !node.isConnected) events.removeEventListener('changed', redraw);
    else drawn = drawn.then(() => draw(node, rows, desk)).catch(() => {});
  };
  events.addEventListener('changed', redraw);
  await drawn;
  return { node, title: '', after: () => flush(vault) };
}

/** @param {HTMLElement} node @param {Map<string, HTMLElement>} rows @param {Desk} desk */
async function draw(node, rows, desk) {
  const entries = await waitingIn();
  const focused = document.activeElement;
  for (const [id, row] of rows) {
    if (entries.some((entry) => entry.id === id)) continue;
    rows.delete(id);
    row.remove();
  }
  for (const entry of entries) {
    const row = rows.get(entry.id) ?? newRow(entry, desk);
    const list = slot(node, entry.state === 'sent' ? 'sent' : 'waits');
    rows.set(entry.id, row);
    if (row.parentElement !== list) list.prepend(row);
    renewRow(row, entry, desk);
  }
  slot(node, 'waiting').hidden = !slot(node, 'waits').children.length;
  slot(node, 'done').hidden = !slot(node, 'sent').children.length;
  slot(node, 'none').hidden = entries.length > 0;
  slot(node, 'again').hidden = !entries.some(({ state }) => state === 'waits' || state === 'sending');
  if (focused instanceof HTMLElement && focused !== document.activeElement && node.isConnected) /** @type {HTMLElement | null} */ (node.querySelector('h1'))?.focus(); // what had it is gone
}

/** @param {Entry} entry @param {Desk} desk */
function newRow({ id, kind, about, made }, desk) {
  const row = fill('outgoing-row', { about: about || desk.say(`kind-${kind}`) || desk.say('kind'), when: momentText(made / 1000) });
  const [sure, ask, go, keep, mailed, copy, file] = ['sure', 'discard', 'go', 'keep', 'mailed', 'copy', 'file'].map((each) => slot(row, each));
  ask.onclick = () => {
    if (row.dataset.state === 'sent') return discard(id);
    sure.hidden = false;
    keep.focus();
  };
  go.onclick = () => discard(id);
  keep.onclick = () => {
    sure.hidden = true;
    ask.focus();
  };
  mailed.onclick = () => markSent(id);
  copy.onclick = async () => {
    await navigator.clipboard.writeText((await unsentOf(id)).map(armourOf).join('\r\n'));
    slot(row, 'told').textContent = desk.say('copied', { address: desk.to });
  };
  file.onclick = async () => {
    const text = (await unsentOf(id)).map((bytes) => `${armourOf(bytes)}\r\n`);
    await giveFile(new File(text, `pluttra-${id.slice(0, 8)}.txt`, { type: 'text/plain' }));
    slot(row, 'told').textContent = desk.say('saved', { address: desk.to });
  };
  return row;
}

/** @param {File} file */
async function giveFile(file) {
  if (navigator.canShare?.({ files: [file] })) return navigator.share({ files: [file] }).catch(() => {});
  const href = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** @param {HTMLElement} row @param {Entry} entry @param {Desk} desk */
function renewRow(row, entry, { say, to }) {
  const { id, state, reason, after, parts, sent, done } = entry;
  if (row.dataset.state !== state) slot(row, 'sure').hidden = true;
  row.dataset.state = state;
  const why = state === 'waits' && reason && !navigator.onLine ? 'offline' : reason;
  const key = state === 'waits' || state === 'failed' ? why || 'waits' : state;
  const line = slot(row, 'state');
  const text = say(key, { when: momentText((state === 'sent' ? done : Math.max(after, Date.now() + 60_000)) / 1000) });
  if (line.textContent !== text) line.textContent = text;
  const unfinished = parts > 1 && state !== 'sent';
  slot(row, 'far').hidden = !unfinished;
  Object.assign(slot(row, 'bar'), { max: parts, value: sent, ariaLabel: say('sending') });
  slot(row, 'share').textContent = say('parts', { n: String(sent), all: String(parts) });
  const mailable = to !== '' && (['mail', 'refused'].includes(reason) || (state === 'waits' && ['unreachable', 'no-way'].includes(reason)));
  const large = parts - sent > MAILABLE;
  slot(row, 'by-mail').hidden = !mailable || large;
  if (mailable && large) slot(row, 'told').textContent = say('large');
  if (mailable && !large) offerMail(row, id, parts - sent, to).catch(() => {});
  slot(row, 'discard').hidden = state === 'sending';
}

/** A link where the message fits in one; else it is copied, or a file. @param {HTMLElement} row @param {string} id @param {number} left @param {string} to */
async function offerMail(row, id, left, to) {
  const [bytes] = left === 1 ? await unsentOf(id) : [];
  const address = bytes ? mailOf(bytes, to) : null;
  const [mail, copy, file] = ['mail', 'copy', 'file'].map((each) => slot(row, each));
  if (address) mail.href = address;
  mail.hidden = !address;
  copy.hidden = !bytes || bytes.length > 100_000 || !navigator.clipboard;
  file.hidden = Boolean(address);
}
