/** The page's side of the service worker: registers it and hands it tickets. Knows the worker's address. Does not know what media hold. */
import { toHex } from './bytes.js';
import { durable, recallAll, remember } from './store.js';

/** @typedef {import('./values.js').Reference} Reference */
/** @typedef {import('./vault.js').Vault} Vault */

const WORKER = '/sw.js';
const TICKET_LIFE = 7 * 24 * 3600 * 1000; // milliseconds; longer than a tab is likely to show one page
const WORTH_WAITING = 5000; // milliseconds that a long medium waits for the worker rather than being fetched whole

/** @type {Promise<ServiceWorkerRegistration | null> | null} */
let starting = null;
/** @type {Map<string, Promise<string>>} */
const addresses = new Map();
/** @type {{ entries: [string, any][], written: Promise<void> } | null} */
let batch = null;
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

/** An address that shows the medium: the worker's, or a blob's. @param {Vault} vault @param {Reference} reference */
export async function mediaAddress(vault, reference) {
  const started = startWorker();
  listen(vault);
  if (!vault.streaming && reference.segments.length && (await started)) await controlled();
  if (vault.streaming && (await durable())) return ticketTo(reference);
  const { blobAddress } = await import('./blobs.js');
  return blobAddress(vault, reference);
}

/** Kept before it is handed out, since the worker may be killed and know nothing else. @param {Reference} reference */
function ticketTo({ name, at }) {
  const { audience, month } = /** @type {import('./values.js').Place} */ (at);
  const wanted = `${audience}:${month}:${name}`;
  const known = addresses.get(wanted);
  if (known) return known;
  const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
  const entries = batch?.entries || [];
  batch ??= {
    entries,
    written: Promise.resolve().then(() => {
      batch = null;
      return remember('tickets', entries);
    }),
  };
  entries.push([id, { audience, month, name, made: Date.now() }]);
  const address = batch.written.then(() => `/m/${id}`);
  addresses.set(wanted, address);
  return address;
}
