/** What one root and the keyrings of this device open together: who reads, which audiences, which months. Knows the chain and what is remembered. Does not know the host. */
import { layerOf, must } from './errors.js';
import { equal } from './bytes.js';
import { cataloguedIn, keyringFrom, mustBeCurrent, rootFrom } from './chain.js';
import { recall, recallAll, remember } from './store.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./values.js').Keyring} Keyring */
/** @typedef {import('./chain.js').Root} Root */
/** @typedef {{ key: Bytes, name: string, lang: string, added: number, site: string, publisher?: Bytes, generation?: number }} Held a guardian key and what is remembered with it */
/** @typedef {Keyring['audiences'][number] & { secret: Bytes | null, where: import('./chain.js').Catalogued | null, opens: import('./values.js').Node[] }} Access */
/** @typedef {Awaited<ReturnType<typeof openState>>} State */

/** The keys of this device by the names of their keyrings, the first adopted first. @returns {Promise<Map<string, Held>>} */
export async function heldKeys() {
  return new Map((await recallAll('keys')).sort((a, b) => a[1].added - b[1].added));
}

/**
 * Opens a root and the keyrings of the keys held, in their order; null for a keyring that is not there. The root is yet to be remembered.
 * Throws ReaderError: host (no root, or no keyring at all), ended (no other keyring), and whatever the chain refuses.
 * @param {Map<string, Held>} held @param {(Bytes | null)[]} sealed
 */
export async function openState(held, sealed) {
  const [sealedRoot, ...sealedKeyrings] = sealed;
  must(sealedRoot, 'host');
  const before = recall('facts', `root:${[...held.values()][0]?.site}`);
  /** @type {string[]} */
  const ended = [];
  const opening = [...held].map(async ([name, one], i) => {
    const bytes = sealedKeyrings[i];
    try {
      return bytes ? [{ name, keyring: await keyringFrom(bytes, one.key, one) }] : [];
    } catch (error) {
      if (layerOf(error) !== 'ended') throw error;
      ended.push(name);
      return [];
    }
  });
  const found = (await Promise.all(opening)).flat();
  must(found.length, ended.length ? 'ended' : 'host');
  const keyrings = found.map(({ keyring }) => keyring);
  const [{ site, publisher }] = keyrings;
  must(keyrings.every((one) => one.site === site && equal(one.publisher, publisher)), 'signature');
  const root = await rootFrom(sealedRoot, keyrings[0]);
  const accepted = await before;
  mustBeCurrent(root, accepted, keyrings);
  return {
    sealed,
    root,
    accepted: accepted?.digest === root.digest,
    keyrings,
    names: found.map(({ name }) => name),
    ended,
    access: await accessOf(keyrings, root),
    /** @type {import('./together.js').Files} the catalogues and indexes that have been opened, as they are sealed */
    files: new Map(),
    /** @type {Map<string, Promise<Awaited<ReturnType<typeof import('./chain.js').catalogueFrom>>>>} */
    catalogues: new Map(),
    /** @type {Map<string, Promise<import('./values.js').Index | null>>} */
    indexes: new Map(),
    /** @type {Map<string, Promise<string>>} */
    pages: new Map(),
  };
}

/** Per audience the catalogue that the root names and the months that open. @param {Keyring[]} keyrings @param {Root} root */
async function accessOf(keyrings, root) {
  const found = await Promise.all(
    keyrings.flatMap(({ audiences }) => audiences).map(async (audience) => {
      const places = await Promise.all(audience.epochs.map(({ catalogue }) => cataloguedIn(root, catalogue)));
      const current = places.findIndex(Boolean);
      return { audience, where: places[current] || null, epoch: audience.epochs[current] };
    }),
  );
  /** @type {Map<string, Access>} */
  const access = new Map();
  for (const { audience, where, epoch } of found) {
    const before = access.get(audience.id);
    const opens = [...(before?.opens || []), ...(epoch?.months || [])];
    access.set(audience.id, { ...audience, where: where || before?.where || null, secret: epoch?.catalogue || before?.secret || null, opens });
  }
  return access;
}

/** Remembers with each key its publisher and generation, and forgets the keys whose access has ended. @param {Map<string, Held>} held @param {State} state */
export async function rememberKeys(held, { names, keyrings, ended }) {
  const kept = [...held.values()].some(({ generation }) => generation !== undefined) ? await heldKeys() : held;
  /** @type {[string, Held | undefined][]} */
  const entries = ended.map((name) => [name, undefined]);
  names.forEach((name, i) => {
    const one = /** @type {Held} */ (held.get(name));
    if (one.generation !== undefined && !kept.has(name)) return; // another tab has forgotten it
    const { publisher, generation } = keyrings[i];
    entries.push([name, Object.assign(one, { publisher, generation })]);
  });
  await remember('keys', entries);
}
