/** Which of this device's keys an answer is sealed with: it comes from whoever may say it. Knows the vault's keyrings. Does not know what is sealed. */
import { Unsent } from './postbag.js';
import { findStanding } from './standing.js';
import { heldKeys } from './state.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {{ child?: string, home?: string, as?: string }} Concerns `as`: the name of a keyring; `home`: the audience of a post that staff make */
/** @typedef {{ by: string, key: import('./bytes.js').Bytes, site: string }} Sender `by`: the name of the keyring */

/** @typedef {import('./values.js').Keyring} Keyring */

/**
 * The first who is a guardian of the child, or works where the post goes; else the first of all. Throws Unsent: no-key, where nobody reads here any longer.
 * @param {Vault} vault @param {Concerns} [concerns] @returns {Promise<Sender>}
 */
export async function senderFor(vault, { child, home, as } = {}) {
  const { names, keyrings } = vault.opened;
  const isStaff = (/** @type {Keyring} */ { reader }) => reader.role !== 'guardian';
  /** @type {((keyring: Keyring, name: string) => boolean)[]} the first that anybody is */
  const wanted = [
    (_, name) => name === as,
    (keyring) => !isStaff(keyring) && keyring.children.some(({ id }) => id === child),
    (keyring) => keyring.children.some(({ id }) => id === child),
    (keyring) => isStaff(keyring) && keyring.audiences.some(({ id }) => id === home),
    () => true,
  ];
  const chosen = wanted.map((is) => names.findIndex((name, i) => is(keyrings[i], name))).find((i) => i >= 0) ?? 0;
  const key = await keyOf(names[chosen]);
  if (!key) throw new Unsent('no-key');
  return { by: names[chosen], key, site: keyrings[chosen].site };
}

/** Whom a body concerns. @param {Vault} vault @param {Record<string, any>} body @returns {Promise<Concerns>} */
export async function concernsOf(vault, body) {
  if (body.child || body.home) return { child: body.child, home: body.home };
  if (body.talk) {
    const page = await findStanding(vault, body.talk);
    return { child: vault.audiences.find(({ id }) => id === page?.index.audience)?.child ?? undefined };
  }
  const post = body.post && (await vault.post(body.post));
  const own = vault.children.find(({ audience }) => post?.audiences.includes(audience)); // answered by whoever is the guardian
  return { child: own?.id };
}

/** The key that was sealed with, if this device still has it. @param {string} by the name of its keyring */
export async function keyOf(by) {
  return (await heldKeys()).get(by)?.key;
}
