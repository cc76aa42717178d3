/**
 * What this device remembers. IndexedDB: guardian keys as raw bytes, the root last accepted, posts seen, choices, tickets.
 * Local Storage: the language chosen, what has been offered and answered. Cache Storage: sealed bytes only, one cache per audience and month. Where the browser gives no storage it remembers until the page is left.
 * Does not know what sealed bytes hold.
 */
import { mustNotBeRolledBack } from './chain.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {'keys' | 'facts' | 'seen' | 'tickets'} StoreName */

export const SEALED = 'sealed:';
export const CHAIN_PLACE = 'chain';
export const OUTBOX = 'pluttra-outbox'; // the database of what waits to be sent
const QUIET = 400; // milliseconds without another photo
const AFTER = 300; // milliseconds: what leads to a page is kept when the page is likely to stand there
const LONG = 2 ** 20; // bytes, too many to hold that long
/** @type {StoreName[]} */
const STORE_NAMES = ['keys', 'facts', 'seen', 'tickets'];
/** @type {Map<string, Map<string, any>>} what is remembered where there is no storage */
export const untilLeft = new Map(STORE_NAMES.map((name) => [name, new Map()]));

/** @type {Promise<IDBDatabase | null> | null} */
let opening = null;
let lacking = false;
let forgotten = false;

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns {Promise<IDBDatabase | null>} */
async function database() {
  if (forgotten) return null;
  opening ??= (async () => {
    try {
      const request = indexedDB.open('pluttra', 1);
      request.onupgradeneeded = () => STORE_NAMES.forEach((name) => request.result.createObjectStore(name));
      const opened = await answered(request);
      opened.onversionchange = opened.onclose = () => {
        opened.close();
        opening = null;
      };
      return opened;
    } catch {
      lacking = true;
      return null;
    }
  })();
  return opening;
}

/**
 * Runs `work` in one transaction, and waits for the answer of its last request or until all is kept.
 * @template T @param {StoreName} name @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T> | void} work @returns {Promise<T>}
 */
async function transact(name, mode, work) {
  const transaction = /** @type {IDBDatabase} */ (await database()).transaction(name, mode);
  if (mode === 'readonly') return answered(/** @type {IDBRequest<T>} */ (work(transaction.objectStore(name))));
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const request = work(transaction.objectStore(name));
  await done;
  return /** @type {IDBRequest<T>} */ (request)?.result;
}

/** From now on nothing is kept: what comes late would make the store anew. */
export function closeStore() {
  forgotten = true;
}

/** Somebody reads here again. */
export function reopenStore() {
  forgotten = false;
}

/** @param {StoreName} name */
function temporary(name) {
  return /** @type {Map<string, any>} */ (untilLeft.get(name));
}

/** False where what is kept lasts only until the page is left. */
async function durable() {
  return Boolean(await database());
}

/** True once it has shown that nothing outlasts the page. */
export function forgetful() {
  return lacking;
}

/** @param {StoreName} name @param {string} id @returns {Promise<any>} */
export async function recall(name, id) {
  return (await durable()) ? transact(name, 'readonly', (store) => store.get(id)) : temporary(name).get(id);
}

/** @param {StoreName} name @returns {Promise<[string, any][]>} */
export async function recallAll(name) {
  if (!(await durable())) return [...temporary(name)];
  /** @type {IDBRequest<IDBValidKey[]>} */
  let ids;
  const values = await transact(name, 'readonly', (store) => {
    ids = store.getAllKeys();
    return store.getAll();
  });
  return values.map((value, i) => [String(ids.result[i]), value]);
}

/** The ids alone: of what is remembered for years there are many. @param {StoreName} name @returns {Promise<string[]>} */
async function recallIds(name) {
  if (!(await durable())) return [...temporary(name).keys()];
  return (await transact(name, 'readonly', (store) => store.getAllKeys())).map(String);
}

/** Keeps each value under its id; forgets the ids whose value is undefined. @param {StoreName} name @param {[string, any][]} entries */
export async function remember(name, entries) {
  if (!entries.length) return;
  if (!(await durable())) {
    for (const [id, value] of entries) {
      if (value === undefined) temporary(name).delete(id);
      else temporary(name).set(id, value);
    }
    return;
  }
  await transact(name, 'readwrite', (store) => {
    for (const [id, value] of entries) {
      if (value === undefined) store.delete(id);
      else store.put(value, id);
    }
  });
}

/** A choice kept until the device is forgotten, or undefined. @param {string} name @returns {Promise<any>} */
export function readPref(name) {
  return recall('facts', `pref:${name}`);
}

/** @param {string} name @param {any} value */
export function writePref(name, value) {
  return remember('facts', [[`pref:${name}`, value]]);
}

/** Kept in Local Storage, and there before the page can be left. @param {'language' | 'offered'} name @returns {string | undefined} */
function keptAtOnce(name) {
  try {
    return localStorage.getItem(name) ?? temporary('facts').get(name);
  } catch {
    return temporary('facts').get(name);
  }
}

/** For as long as the device does, and at least until the page is left. @param {'language' | 'offered'} name @param {string} value */
export function keepAtOnce(name, value) {
  temporary('facts').set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch { // it lasts until the page is left
  }
}

/** The language chosen on this device, if one has been. Asked before anything may be stored here, and so not of IndexedDB, which makes its database when asked. */
export function languageChosen() {
  return keptAtOnce('language');
}

/** The last that has been offered on the first page and answered: 1 the key, 2 the home screen, 4 notices; 3 is that these may be offered, and 0 nothing so far. */
export function offersAnswered() {
  return Number(keptAtOnce('offered') ?? 0);
}

/** @param {number} offer */
export function offerAnswered(offer) {
  if (!forgotten) keepAtOnce('offered', String(Math.max(offersAnswered(), offer)));
}

/** Ids of the posts this device has shown. @returns {Promise<Set<string>>} */
export async function seenPosts() {
  return new Set(await recallIds('seen'));
}

/** @param {string[]} ids */
export function markSeen(ids) {
  return remember('seen', ids.map((id) => [id, Date.now()]));
}

/**
 * Accepts this root as the newest of its site, in one transaction so that two tabs cannot disagree. Throws ReaderError: sequence.
 * @param {string} site @param {import('./chain.js').Accepted} root
 */
export async function rememberRoot(site, { sequence, digest }) {
  const id = `root:${site}`;
  const root = { sequence, digest };
  if (!(await durable())) {
    mustNotBeRolledBack(root, temporary('facts').get(id));
    temporary('facts').set(id, root);
    return;
  }
  /** @type {unknown} */
  let refused = null;
  await transact('facts', 'readwrite', (store) => {
    const before = store.get(id);
    before.onsuccess = () => {
      try {
        mustNotBeRolledBack(root, before.result);
        store.put(root, id);
      } catch (error) {
        refused = error;
      }
    };
  });
  if (refused) throw refused;
}

/** @type {Map<string, Promise<Cache | null>>} */
const places = new Map();
/** @type {Set<Promise<void>>} */
const keeping = new Set();
let abandoned = 0;
let latest = 0;

/** @param {string} place @returns {Promise<Cache | null>} */
export function cacheOf(place) {
  const known = places.get(place) || Promise.resolve(globalThis.caches?.open(SEALED + place) ?? null).catch(() => null);
  places.set(place, known);
  return known;
}

let empty = false;

/** Nobody has read here before: nothing kept needs to be looked for, until something is. */
export function noneKept() {
  empty = true;
}

/** Sealed bytes kept at a place, or null. @param {string} place @param {string} path @returns {Promise<Bytes | null>} */
export async function keptBytes(place, path) {
  if (empty) return null;
  try {
    const kept = await globalThis.caches?.match(`/${path}`, { cacheName: SEALED + place }); // by its name: to open a cache would make it, and one that is open outlives its deletion
    return kept ? new Uint8Array(await kept.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** Keeps sealed bytes if the device has room; nobody waits for it, and photos that are on their way to the screen go first. @param {string} place @param {string} path @param {Bytes} bytes */
export function keepBytes(place, path, bytes) {
  const headers = { 'Content-Type': 'application/octet-stream' };
  const before = abandoned;
  const waits = place.includes(':') && bytes.length < LONG;
  if (waits) latest = Date.now();
  /** @type {Promise<void>} */
  const kept = (waits ? quiet() : new Promise((resolve) => setTimeout(resolve, AFTER)))
    .then(() => {
      if (before !== abandoned) return null;
      empty = false;
      return cacheOf(place);
    })
    .then((cache) => cache?.put(`/${path}`, new Response(bytes, { headers })))
    .catch(() => {})
    .finally(() => keeping.delete(kept));
  keeping.add(kept);
}

/** @type {Promise<void> | null} */
let quieting = null;

/** When no photo has come for a while. */
function quiet() {
  quieting ??= (async () => {
    for (let left = QUIET; left > 0; left = latest + QUIET - Date.now()) await new Promise((resolve) => setTimeout(resolve, left));
    quieting = null;
  })();
  return quieting;
}

/** Keeps nothing of what waits to be kept. */
export function abandonKeeping() {
  abandoned += 1;
  places.clear(); // what is put into a deleted cache by whoever has it open is lost
}

/** When everything to be kept so far has been. */
export async function settled() {
  await Promise.all(keeping);
}

/** Lets go of everything sealed, of the tickets to it and of what waits to be sent: what is left when access has ended. */
export async function letGoOfAll() {
  abandonKeeping();
  await settled();
  const names = (await globalThis.caches?.keys().catch(() => [])) || [];
  await Promise.all(names.filter((name) => name.startsWith(SEALED)).map((name) => caches.delete(name)));
  await remember('tickets', (await recallIds('tickets')).map((id) => [id, undefined]));
  untilLeft.get(OUTBOX)?.clear();
  if (await durable()) indexedDB.deleteDatabase(OUTBOX);
}
