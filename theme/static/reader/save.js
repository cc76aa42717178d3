/** Saving photos of one's own child, where the preschool lets one. Knows what the child's index says of it. Loaded when a post's photos are shown large. */
import { blobAddress } from './blobs.js';
import { element, fill, slot } from './dom.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./values.js').Reference} Reference */

/** @type {Record<string, string>} */
const SUFFIXES = { 'image/webp': 'webp', 'image/jpeg': 'jpg', 'image/png': 'png' };

/** The names of the media of a post that may be saved. @param {Vault} vault @param {import('./vault.js').Post} post @returns {Promise<Set<string>>} */
export async function savable(vault, post) {
  const own = vault.opened.keyrings.filter(({ reader }) => reader.role === 'guardian').flatMap(({ children }) => children);
  const indexes = await Promise.all(own.map(({ audience }) => vault.index(audience, post.index.month)));
  const cards = indexes.flatMap((index) => index?.posts.filter(({ id }) => id === post.id) ?? []);
  return new Set(cards.flatMap(({ media, save }) => save.map((n) => media[n].name)));
}

/** Repeat what was agreed, and then save. @param {HTMLElement} place where the question is put @param {Vault} vault @param {Reference} reference @param {string} name that says nothing of anybody */
export function askToSave(place, vault, reference, name) {
  const sheet = /** @type {HTMLDialogElement} */ (fill('save'));
  const [go, no, failed] = ['go', 'no', 'failed'].map((each) => slot(sheet, each));
  go.onclick = async () => {
    go.disabled = true;
    failed.hidden = true;
    try {
      const href = await blobAddress(vault, reference); // from memory: a download passes some browsers' worker by
      element('a', { href, download: `${name}.${SUFFIXES[reference.type] ?? 'bin'}` }).click();
      sheet.close();
    } catch {
      failed.hidden = false;
      go.disabled = false;
    }
  };
  no.onclick = () => sheet.close();
  sheet.onclose = () => sheet.remove();
  for (const type of ['keydown', 'cancel']) sheet.addEventListener(type, (event) => event.stopPropagation()); // the keys of what lies below
  place.append(sheet);
  sheet.showModal();
}
