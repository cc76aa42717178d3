/** What has been typed and chosen and isn't sent yet: sealed under names, and let go of when it has been delivered. Knows keys and the bag. Does not know forms. Throws Unsent only. */
import { utf8 } from './bytes.js';
import { openBag, Unsent } from './postbag.js';
import { DRAFT_PIECE, openDraft, sealDraft } from './sealing.js';
import { keyOf, senderFor } from './senders.js';

/** @typedef {import('./vault.js').Vault} Vault */

/**
 * Keeps a value under a name, in place of what was there; `name` tells nothing of anybody, and holds no `#`.
 * @param {Vault} vault @param {string} name @param {unknown} value JSON @returns {Promise<{ name: string, kept: number }>} as it stands now, for `enqueue` to let go of
 */
export async function keepDraft(vault, name, value) {
  const { key, by } = await senderFor(vault);
  const bag = await openBag();
  const kept = Math.max(Date.now(), 1 + ((await bag.get('drafts', name))?.kept ?? 0));
  await bag.put(['drafts', name, { by, kept, sealed: await sealDraft(key, name, utf8(JSON.stringify(value))) }]);
  return { name, kept };
}

/** What is kept under a name, or null. @param {Vault} _vault @param {string} name @returns {Promise<any>} */
export async function draft(_vault, name) {
  return (await wholeDraft(name))?.value ?? null;
}

/** @param {string} name @returns {Promise<{ value: any, draft: { name: string, kept: number } } | null>} */
export async function wholeDraft(name) {
  const found = await (await openBag()).get('drafts', name);
  const key = found && (await keyOf(found.by));
  if (!key) return null;
  try {
    return { value: JSON.parse(new TextDecoder().decode(await openDraft(key, name, found.sealed))), draft: { name, kept: found.kept } };
  } catch {
    return null; // the device has damaged it
  }
}

/** Lets go of a draft, and of all that is kept under `name/…`. @param {string} name */
export async function dropDraft(name) {
  await (await openBag()).drop(name);
}

/** Keeps a photo, film or sound, a piece at a time. Throws Unsent: no-room, unreadable. @param {Vault} vault @param {string} name @param {Blob} blob */
export async function keepBlob(vault, name, blob) {
  const { key, by } = await senderFor(vault);
  const bag = await openBag();
  await bag.drop(name);
  const pieces = Math.ceil(blob.size / DRAFT_PIECE);
  try {
    for (let i = 0; i < pieces; i += 1) {
      const bytes = await blob.slice(i * DRAFT_PIECE, (i + 1) * DRAFT_PIECE).arrayBuffer().catch(() => {
        throw new Unsent('unreadable');
      });
      await bag.put(['pieces', `${name}#${i}`, await sealDraft(key, `${name}#${i}`, new Uint8Array(bytes))]);
    }
    await bag.put(['drafts', name, { by, kept: Date.now(), sealed: await sealDraft(key, name, utf8(JSON.stringify({ pieces, type: blob.type }))) }]);
  } catch (error) {
    await bag.drop(name).catch(() => {});
    throw error;
  }
}

/** What `keepBlob` has kept, or null. @param {Vault} _vault @param {string} name @returns {Promise<Blob | null>} */
export async function blobOf(_vault, name) {
  const bag = await openBag();
  const found = await bag.get('drafts', name);
  const key = found && (await keyOf(found.by));
  const told = key && (await wholeDraft(name));
  if (!key || !told) return null;
  const parts = [];
  try {
    for (let i = 0; i < told.value.pieces; i += 1) parts.push(new Blob([await openDraft(key, `${name}#${i}`, await bag.get('pieces', `${name}#${i}`))])); // a browser may put a blob aside on disk
  } catch {
    return null;
  }
  return new Blob(parts, { type: told.value.type });
}
