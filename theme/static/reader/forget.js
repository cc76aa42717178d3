/** Letting go: of sealed bytes that no index names any more, and of this device. Knows the vault and the store. Loaded when it is needed. */
import { objectPath } from './layout.js';
import { letterboxPath } from './letterbox.js';
import { CHAIN_PLACE, OUTBOX, SEALED, cacheOf, closeStore, letGoOfAll, remember, untilLeft } from './store.js';
import { TOGETHER } from './together.js';

const STRAGGLERS = 700; // milliseconds, in which what was to be kept a little later has been
const LETTING_GO = 5000; // milliseconds, in which whoever holds a database has let go of it

/** @param {import('./vault.js').Vault} vault @param {string} digest of the root whose purge this is */
export async function purge(vault, digest) {
  for (const cache of await caches.keys()) {
    if (!cache.startsWith(SEALED) || cache === SEALED + CHAIN_PLACE) continue;
    const place = cache.slice(SEALED.length);
    const [audience, month] = place.split(':');
    const index = await vault.index(audience, month);
    const references = index ? [...index.posts, ...index.pages].flatMap(({ page, media }) => [page, ...media]).concat(index.page || []) : [];
    await keepOnly(place, new Set(references.map(({ name }) => objectPath(name))));
  }
  await keepOnly(CHAIN_PLACE, await ledTo(vault));
  await remember('facts', [['purged', digest]]);
}

/** The paths of all chain files that the root leads this reader to, and of the letterbox. @param {import('./vault.js').Vault} vault */
async function ledTo(vault) {
  const paths = new Set([TOGETHER, ...vault.paths]);
  if (vault.drop) paths.add(await letterboxPath(vault.drop.secret));
  for (const [audience, { where }] of vault.opened.access) {
    if (where) paths.add(objectPath(where.name));
    for (const month of await vault.months(audience)) {
      const row = await vault.row(audience, month);
      if (row) paths.add(objectPath(row.name));
    }
  }
  return paths;
}

/** @param {string} place @param {Set<string>} named paths */
async function keepOnly(place, named) {
  const cache = await cacheOf(place);
  const kept = (await cache?.keys()) || [];
  await Promise.all(kept.filter(({ url }) => !named.has(new URL(url).pathname.slice(1))).map((request) => cache?.delete(request)));
}

/** Forgets this device: everything that this origin has stored, and the service worker. */
export async function forgetAll() {
  const workers = (await globalThis.navigator?.serviceWorker?.getRegistrations()) || [];
  const tell = () => workers.forEach(({ active }) => active?.postMessage('forget'));
  tell(); // what it is about to keep, it shall not
  await letGoOfAll();
  closeStore();
  await new Promise((resolve) => setTimeout(resolve, STRAGGLERS));
  if (globalThis.caches) await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  untilLeft.forEach((names) => names.clear());
  try {
    globalThis.localStorage?.clear();
  } catch { // there is none to have
  }
  for (const name of ['pluttra', OUTBOX]) await letGoOfDatabase(name);
  tell();
  await Promise.all(workers.map((worker) => worker.unregister()));
}

/** Open connections close themselves, when what they are doing is done. @param {string} name */
function letGoOfDatabase(name) {
  return new Promise((resolve) => {
    const request = globalThis.indexedDB?.deleteDatabase(name);
    if (request) request.onsuccess = request.onerror = resolve;
    setTimeout(resolve, request ? LETTING_GO : 0);
  });
}
