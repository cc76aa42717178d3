/** The page's side of the service worker: registers it and hands it tickets. Knows the worker's address. Does not know what media hold. */
import { streaming } from './addresses.js';
import { toHex } from './bytes.js';
import { recallAll, remember } from './store.js';

/** @typedef {import('./values.js').Reference} Reference */
/** @typedef {import('./vault.js').Vault} Vault */

const WORKER = '/sw.js';
const TICKET_LIFE = 7 * 24 * 3600 * 1000; // milliseconds; longer than a tab is likely to show one page
const SETTLED = 2000; // milliseconds before a worker is asked for that nothing waits for: the first photos go first
const LATER = 500; // milliseconds, less than the worker looks for what is being kept
const WORTH_WAITING = 5000; // milliseconds that a long medium waits for the worker rather than being fetched whole

/** @type {Promise<ServiceWorkerRegistration | null> | null} */
let starting = null;
/** @type {Map<string, string>} */
const addresses = new Map();
/** @type {[string, Reference][]} handed out, but not yet to the worker */
let untold = [];
let late = 0;
/** @type {WeakSet<Vault>} */
const listening = new WeakSet();

/** Registers the worker once; null where there is none to have. */
export function startWorker() {
  starting ??= register().catch(() => null);
  return starting;
}

async function register() {
  if (!navigator.serviceWorker) return null;
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const policy = types?.createPolicy('pluttra-worker', { createScriptURL: () => WORKER });
  const registration = await navigator.serviceWorker.register(policy ? policy.createScriptURL('') : WORKER, { updateViaCache: 'none' });
  if (!navigator.serviceWorker.controller) registration.active?.postMessage('claim'); // after a hard reload
  const old = (await recallAll('tickets')).filter(([, { made }]) => made < Date.now() - TICKET_LIFE);
  if (old.length) await remember('tickets', old.map(([id]) => [id, undefined]));
  return registration;
}

function controlled() {
  return new Promise((resolve) => {
    navigator.serviceWorker?.addEventListener('controllerchange', resolve, { once: true });
    setTimeout(resolve, navigator.serviceWorker ? WORTH_WAITING : 0);
  });
}

/** @param {Vault} vault */
function listen(vault) {
  if (listening.has(vault) || !navigator.serviceWorker) return;
  listening.add(vault);
  navigator.serviceWorker.addEventListener('message', ({ data }) => vault.dispatchEvent(new CustomEvent('refused', { detail: data })));
  navigator.serviceWorker.startMessages();
}

/** Whether a medium can be had in pieces, a worker that is on its way included. */
export async function streamingSoon() {
  if (!streaming() && (await startWorker())) await controlled();
  return streaming();
}

/** An address that shows the medium: the worker's, or a blob's. @param {Vault} vault @param {Reference} reference */
export async function mediaAddress(vault, reference) {
  late ||= setTimeout(startWorker, SETTLED);
  listen(vault);
  if (streaming() || (reference.segments.length && (await streamingSoon()))) return ticketTo(reference);
  const { blobAddress } = await import('./blobs.js');
  return blobAddress(vault, reference);
}

/** The worker is told what it stands for at once, and finds that again by what is kept if it is killed meanwhile. @param {Reference} reference */
function ticketTo(reference) {
  const { audience, month } = /** @type {import('./values.js').Place} */ (reference.at);
  const wanted = `${audience}:${month}:${reference.name}`;
  const known = addresses.get(wanted);
  if (known) return known;
  const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
  if (!untold.length) queueMicrotask(handOver);
  untold.push([id, reference]);
  addresses.set(wanted, `/m/${id}`);
  return `/m/${id}`;
}

/** The secrets go from memory to memory; what is kept opens nothing without a key, and isn't waited for: a worker lives longer than that. */
function handOver() {
  const tickets = untold;
  untold = [];
  navigator.serviceWorker.controller?.postMessage({ tickets });
  const made = Date.now();
  const kept = () => remember('tickets', tickets.map(([id, { name, at }]) => [id, { audience: at?.audience, month: at?.month, name, made }]));
  setTimeout(() => kept().catch(() => {}), LATER);
}
