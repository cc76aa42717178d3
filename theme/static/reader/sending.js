/**
 * The ways of a sealed message to its drop box (docs/format.md §17): a form, an endpoint, a mail. Knows their manners and their failures.
 * Does not know keys, nor what waits.
 */
import { toB64 } from './base64.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./letterbox.js').Way} Way */
/** @typedef {import('./letterbox.js').FormWay} FormWay */
/** @typedef {{ status: number, pause: number }} Answer `status` 0: none; `pause`: milliseconds after which to come back */

const ANSWERED = 30_000; // milliseconds for an answer,
const SLOWEST = 16; // bytes a millisecond, on top of that
const MEANWHILE = 60_000; // milliseconds, where a host that has much to do doesn't say for how long
const LATEST = 3600_000;
const LONGEST = 1900; // characters of an address that every mail program takes
const LINE = 64; // characters

const BUSY = [429, 503, 507];
const NEVER = [409, 413];

/** Why a message was left nowhere. `refused`: it never will be taken; `mail`: it has to be mailed; `no-way`: there is none now; `unreachable`: none answered as it should. */
export class Undelivered extends Error {
  /** @param {'refused' | 'mail' | 'no-way' | 'unreachable'} word */
  constructor(word) {
    super(word);
    this.word = word;
  }
}

/**
 * Leaves a message by the first way that takes it: `sent`, or for how many milliseconds to wait. Throws Undelivered.
 * @param {Bytes} bytes the file of a message @param {string} id hex @param {Way[]} ways @param {AbortSignal} [signal] @returns {Promise<'sent' | { wait: number }>}
 */
export async function deliver(bytes, id, ways, signal) {
  const open = ways.filter(isOpen);
  let wait = Infinity;
  for (const way of open) {
    const { status, pause } = await attempt(way, bytes, id, signal);
    if (status === 201) return 'sent';
    if (way.kind === 'post' && NEVER.includes(status)) throw new Undelivered('refused');
    if (BUSY.includes(status)) wait = Math.min(wait, pause);
    if (signal?.aborted) break;
  }
  if (wait < Infinity) return { wait };
  if (open.length) throw new Undelivered('unreachable');
  throw new Undelivered(ways.some(({ kind }) => kind === 'mail') ? 'mail' : 'no-way');
}

/** Whether a way takes messages by itself, now. @param {Way} way */
export function isOpen(way) {
  return way.kind === 'post' || (way.kind === 's3' && Date.now() / 1000 < way.ends);
}

/** One try; never throws. @param {Way} way @param {Bytes} bytes @param {string} id @param {AbortSignal} [signal] @returns {Promise<Answer>} */
async function attempt(way, bytes, id, signal) {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, ANSWERED + bytes.length / SLOWEST);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    const { url, headers, body } = way.kind === 's3' ? form(way, bytes, id) : { url: /** @type {import('./letterbox.js').PostWay} */ (way).url, headers: { 'Content-Type': 'application/octet-stream' }, body: bytes };
    const answer = await fetch(safely(url), { method: 'POST', headers, body, cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer', signal: stop.signal });
    return { status: answer.status, pause: pauseOf(answer.headers.get('Retry-After')) };
  } catch {
    return { status: 0, pause: 0 };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    abort(); // what else it says is nobody's concern
  }
}

/** @param {FormWay} way @param {Bytes} bytes @param {string} id */
function form({ url, fields, prefix }, bytes, id) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  body.append('key', prefix + id);
  body.append('file', new Blob([bytes], { type: 'application/octet-stream' }), id);
  return { url, headers: {}, body };
}

/** An address that only an encrypted line, or this very host, leads to. @param {string} address */
function safely(address) {
  const url = new URL(address, location.href);
  if (url.protocol !== 'https:' && url.hostname !== location.hostname) throw new Error('not safe');
  return url;
}

/** @param {string | null} said seconds, or a date */
function pauseOf(said) {
  const wanted = /^\d+$/.test(said ?? '') ? Number(said) * 1000 : Date.parse(said ?? '') - Date.now();
  return wanted >= 0 ? Math.min(Math.max(wanted, 1000), LATEST) : MEANWHILE;
}

/** A message as text that survives being mailed. @param {Bytes} bytes */
export function armourOf(bytes) {
  const lines = toB64(bytes).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return ['-----BEGIN PLUTTRA-----', ...lines, '-----END PLUTTRA-----'].join('\r\n');
}

/** The address of a mail that holds a message, or null where it would be longer than mail programs take. @param {Bytes} bytes @param {string} to */
export function mailOf(bytes, to) {
  const address = `mailto:${encodeURIComponent(to).replace('%40', '@')}?subject=Pluttra&body=${encodeURIComponent(`${armourOf(bytes)}\r\n`)}`;
  return address.length <= LONGEST ? address : null;
}
