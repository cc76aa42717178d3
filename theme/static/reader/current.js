/**
 * The way in (docs/format.md §13, steps 1 to 4): the keys of this device, and the newest root and keyrings that they have opened. Knows the host and what is
 * remembered. Does not know what the catalogues hold. Throws ReaderError only: its `word` is one of §15.
 */
import { layerOf, must } from './errors.js';
import { equal } from './bytes.js';
import { keyringPath } from './layout.js';
import { invitationFrom, nameFrom } from './chain.js';
import { fetchSealed } from './host.js';
import { CHAIN_PLACE, keepBytes, keptBytes, letGoOfAll, noneKept, remember, rememberRoot, reopenStore } from './store.js';
import { heldKeys, openState, rememberKeys } from './state.js';
import { keepTogether, readTogether } from './together.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./state.js').Held} Held */
/** @typedef {import('./state.js').State} State */
/** @typedef {{ changed: boolean, sequence: number, notice: boolean, offline: boolean }} News */
/** @typedef {{ key: Bytes, name: string, lang: string, site: string, publisher?: Bytes }} Opened a guardian key and what came with it; `publisher`: a saved key tells whose it is, an invitation doesn't */
/**
 * @typedef {Opened & { known: boolean, others: string[], replaces: boolean }} Invitation
 * known: this device has the key. others: whose keys it has besides. replaces: those are of another site, and adopting this forgets them.
 */

/** Asks for an invitation and opens it; to be called after a tap. @param {Bytes} secret @returns {Promise<Invitation>} */
export async function openInvitation(secret) {
  const before = heldKeys(); // while the host is asked
  before.catch(() => {});
  const { bytes } = await fetchSealed(keyringPath(await nameFrom('invitation', secret)), { fresh: true });
  return besideHeld(await invitationFrom(bytes, secret, Date.now() / 1000), await before);
}

/** What has been opened, beside what this device holds already. @param {Opened} opened @param {Map<string, Held>} held @returns {Promise<Invitation>} */
export async function besideHeld(opened, held) {
  const known = held.delete(await nameFrom('keyring', opened.key));
  const others = [...held.values()];
  return { ...opened, known, others: others.map((one) => one.name), replaces: others.some(({ site }) => site !== opened.site) };
}

const ENOUGH = 1500; // milliseconds, after which a page is likely to have what it needs

export class Current {
  /** @type {Map<string, Held>} by the names of their keyrings */
  #held;
  /** @type {State | null} */
  state = null;
  /** @type {import('./together.js').Files} */
  together = new Map();
  /** @type {Promise<News> | null} */
  #refreshing = null;

  /** @param {Map<string, Held>} held */
  constructor(held) {
    this.#held = held;
  }

  /** From this device alone: null when it has no key, without a state when it has kept nothing that opens. @returns {Promise<Current | null>} */
  static async resume() {
    const [held, together] = await Promise.all([heldKeys(), readTogether()]);
    if (!held.size) return null;
    const current = new Current(held);
    current.together = together;
    try {
      must(current.paths.every((path) => together.has(path)), 'missing'); // a key has been added since
      await current.#take(current.paths.map((path) => together.get(path) ?? null), false);
    } catch {
      const kept = await Promise.all(current.paths.map((path) => keptBytes(CHAIN_PLACE, path)));
      await current.#take(kept, false).catch(() => {});
    }
    return current;
  }

  /** Opens what an invitation gives, and keeps its key beside those the device has. @param {Invitation} invitation @returns {Promise<Current>} */
  static async adopt({ key, name, lang, site, publisher }) {
    reopenStore();
    const [id, held] = await Promise.all([nameFrom('keyring', key), heldKeys()]);
    must(!held.has(id) || held.get(id)?.site === site, 'binding');
    const others = [...held].filter(([, one]) => one.site !== site);
    others.forEach(([other]) => held.delete(other));
    if (!held.size) noneKept();
    const current = new Current(held.set(id, { key, name, lang, publisher, added: Date.now(), ...held.get(id), site }));
    await current.refresh();
    must(current.opened.names.includes(id), 'host');
    if (others.length) await letGoOfAll();
    await remember('keys', others.map(([other]) => [other, undefined]));
    globalThis.navigator?.storage?.persist?.().catch(() => {});
    return current;
  }

  /** Throws ReaderError: host, where nothing is open. */
  get opened() {
    must(this.state, 'host');
    return this.state;
  }

  get paths() {
    return ['root', ...[...this.#held.keys()].map(keyringPath)];
  }

  /**
   * Asks the host for the root and the keyrings. `offline`: it did not answer, and what the device kept is shown.
   * `notice`: nothing new has come for longer than the publisher promised. When access has ended, lets go of everything sealed.
   */
  refresh() {
    this.#refreshing ??= this.#refresh(true).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** @param {boolean} again @returns {Promise<News>} */
  async #refresh(again) {
    let [changed, offline] = [false, false];
    try {
      changed = await this.#take(await this.#fetch(), true);
    } catch (error) {
      const layer = layerOf(error);
      if (again && (layer === 'sequence' || layer === 'generation')) return this.#refresh(false); // may have been put, or accepted in another tab, meanwhile
      if (layer === 'ended') {
        this.state = null;
        globalThis.navigator?.serviceWorker?.controller?.postMessage('forget');
        await letGoOfAll();
      }
      if (layer !== 'host' || !this.state) throw error;
      offline = true;
    }
    const { root } = this.opened;
    return { changed, sequence: root.sequence, notice: Date.now() / 1000 > root.notice, offline };
  }

  /** The root and the keyrings as the host has them; null for a keyring it lacks. */
  #fetch() {
    return Promise.all(
      this.paths.map(async (path, i) => {
        try {
          return (await fetchSealed(path, { fresh: true })).bytes;
        } catch (error) {
          if (layerOf(error) !== 'missing') throw error;
          must(i, 'host');
          return null;
        }
      }),
    );
  }

  /** Opens a root and keyrings; true if they are not those already open. @param {(Bytes | null)[]} sealed @param {boolean} fresh */
  async #take(sealed, fresh) {
    if (this.state?.sealed.every((bytes, i) => bytes === sealed[i] || (bytes && sealed[i] && equal(bytes, sealed[i])))) return false;
    const state = await openState(this.#held, sealed);
    if (!state.accepted) await rememberRoot(state.keyrings[0].site, state.root);
    if (fresh) {
      this.paths.forEach((path, i) => sealed[i] && keepBytes(CHAIN_PLACE, path, /** @type {Bytes} */ (sealed[i])));
      await rememberKeys(this.#held, state);
    }
    this.state = state;
    if (globalThis.document) setTimeout(() => this.#keepTogether(state), ENOUGH);
    return true;
  }

  /** Keeps the files that led here as one, if it isn't the same again. @param {State} state */
  #keepTogether(state) {
    if (state !== this.state) return;
    const files = new Map(state.files);
    this.paths.forEach((path, i) => state.sealed[i] && files.set(path, /** @type {Bytes} */ (state.sealed[i])));
    if ([...files].every(([path, bytes]) => this.together.get(path) === bytes)) return;
    this.together = files;
    keepTogether(files);
  }

  /** Reads; what the host lacks is looked for once more from a new root. @template T @param {() => Promise<T>} read @returns {Promise<T>} */
  async lookAgain(read) {
    const before = this.opened;
    try {
      return await read();
    } catch (error) {
      if (layerOf(error) !== 'missing') throw error;
      if (this.state === before) await this.refresh();
      must(this.state !== before, 'host');
    }
    return read().catch((error) => {
      must(layerOf(error) !== 'missing', 'host');
      throw error;
    });
  }

  forget() {
    this.#held.clear();
    this.state = null;
  }
}
