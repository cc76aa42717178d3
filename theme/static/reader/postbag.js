/**
 * What waits on this device to be sent, and what has been typed: sealed bytes in a database of their own, which older readers know nothing of and so can't be
 * disturbed by. Where the browser gives no storage it remembers until the page is left. Does not know keys, nor what is sealed.
 */
import { OUTBOX, untilLeft } from './store.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {'entries' | 'sealed' | 'drafts' | 'pieces' | 'lease'} BagStore `pieces`: of drafts too large to be read with the others */
/** @typedef {[BagStore, string, any]} Change a value under an id; undefined forgets it */

/** @type {BagStore[]} */
const BAG_STORES = ['entries', 'sealed', 'drafts', 'pieces', 'lease'];

/** Why something can't be kept or sent from here: `no-room` on the device, `no-drop` box, `too-long`, `unreadable` (a file that is gone), `no-key` (nobody reads here any longer), `forgotten` (the device let go of all). */
export class Unsent extends Error {
  /** @param {'no-room' | 'no-drop' | 'too-long' | 'unreadable' | 'no-key' | 'forgotten'} word */
  constructor(word) {
    super(word);
    this.word = word;
  }
}

/** @type {Promise<Bag> | null} */
let bagOpening = null;

/** The bag of this device. One that has been closed, because the device was forgotten, is not opened again by whoever still holds it. */
export function openBag() {
  bagOpening ??= (async () => {
    try {
      const request = indexedDB.open(OUTBOX, 1);
      request.onupgradeneeded = () => BAG_STORES.forEach((name) => request.result.createObjectStore(name));
      /** @type {IDBDatabase} */
      const opened = await new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      opened.onversionchange = opened.onclose = () => {
        opened.close();
        bagOpening = null;
      };
      return new Bag(opened);
    } catch {
      if (!untilLeft.has(OUTBOX)) untilLeft.set(OUTBOX, new Map());
      return new Bag(null);
    }
  })();
  return bagOpening;
}

export class Bag {
  #database;

  /** @param {IDBDatabase | null} opened */
  constructor(opened) {
    this.#database = opened;
  }

  /** False where what is kept lasts only until the page is left. */
  get lasting() {
    return Boolean(this.#database);
  }

  /** @param {BagStore} name @param {string} id @returns {Promise<any>} */
  async get(name, id) {
    if (!this.#database) return memory().get(`${name} ${id}`);
    return this.#transact([name], 'readonly', (store) => store(name).get(id));
  }

  /** @param {BagStore} name @returns {Promise<[string, any][]>} */
  async all(name) {
    if (!this.#database) return [...memory()].filter(([id]) => id.startsWith(`${name} `)).map(([id, value]) => [id.slice(name.length + 1), value]);
    /** @type {IDBRequest<IDBValidKey[]>} */
    let ids;
    const values = await this.#transact([name], 'readonly', (store) => {
      ids = store(name).getAllKeys();
      return store(name).getAll();
    });
    return values.map((/** @type {any} */ value, /** @type {number} */ i) => [String(ids.result[i]), value]);
  }

  /** All of them or none. Throws Unsent: no-room. @param {Change[]} changes */
  async put(...changes) {
    if (!this.#database) return changes.forEach(apply);
    await this.#transact([...new Set(changes.map(([name]) => name))], 'readwrite', (store) => {
      for (const [name, id, value] of changes) {
        if (value === undefined) store(name).delete(id);
        else store(name).put(value, id);
      }
    });
  }

  /**
   * What `change` makes of a value as it stands now, so that two tabs can't disagree; undefined leaves it. Then does what follows from it.
   * @param {BagStore} name @param {string} id @param {(now: any) => any} change @param {Change[]} [besides] where it was changed @returns {Promise<any>} what it is now
   */
  async change(name, id, change, besides = []) {
    if (!this.#database) {
      const made = change(memory().get(`${name} ${id}`));
      if (made !== undefined) [[name, id, made], ...besides].forEach((each) => apply(/** @type {Change} */ (each)));
      return made;
    }
    let made;
    await this.#transact([...new Set([name, ...besides.map(([other]) => other)])], 'readwrite', (store) => {
      const request = store(name).get(id);
      request.onsuccess = () => {
        made = change(request.result);
        if (made === undefined) return;
        store(name).put(made, id);
        for (const [other, its, value] of besides) {
          if (value === undefined) store(other).delete(its);
          else store(other).put(value, its);
        }
      };
    });
    return made;
  }

  /** Forgets a draft, its pieces `name#…`, and those that belong to it, `name/…`. @param {string} name */
  async drop(name) {
    if (!this.#database) {
      const gone = [...memory().keys()].filter((id) => [`drafts ${name}`, `pieces ${name}`].some((start) => id === start || id.startsWith(`${start}#`) || id.startsWith(`${start}/`)));
      return gone.forEach((id) => memory().delete(id));
    }
    await this.#transact(['drafts', 'pieces'], 'readwrite', (store) => {
      for (const one of [store('drafts'), store('pieces')]) {
        one.delete(name);
        for (const [from, to] of [['#', '$'], ['/', '0']]) one.delete(IDBKeyRange.bound(name + from, name + to, false, true));
      }
    });
  }

  /**
   * @template T @param {BagStore[]} names @param {IDBTransactionMode} mode
   * @param {(store: (name: BagStore) => IDBObjectStore) => IDBRequest<T> | void} work @returns {Promise<T>}
   */
  async #transact(names, mode, work) {
    let transaction;
    try {
      transaction = /** @type {IDBDatabase} */ (this.#database).transaction(names, mode);
    } catch {
      throw new Unsent('forgotten'); // closed
    }
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(new Unsent(mode === 'readwrite' ? 'no-room' : 'forgotten'));
    });
    const request = work((name) => transaction.objectStore(name));
    await done;
    return /** @type {IDBRequest<T>} */ (request)?.result;
  }
}

function memory() {
  return /** @type {Map<string, any>} */ (untilLeft.get(OUTBOX));
}

/** @param {Change} change */
function apply([name, id, value]) {
  if (value === undefined) memory().delete(`${name} ${id}`);
  else memory().set(`${name} ${id}`, value);
}
