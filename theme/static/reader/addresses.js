/** The addresses under which the page shows media: the worker's, or blobs' where none answers. Knows which of them there can be. Does not know how they are made. */
import { forgetful } from './store.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./values.js').Reference} Reference */

/** @type {Promise<typeof import('./register.js')> | null} */
let coming = null;
/** @type {Set<string>} addresses of blobs that the page shows */
export const shownBlobs = new Set();

/** True: media have addresses the worker answers, in ranges. False: each is fetched whole, as a blob. */
export function streaming() {
  return Boolean(navigator.serviceWorker?.controller) && !forgetful();
}

/** What makes addresses. Once it is here, all that a page asks for at one time is told the worker at one time. */
export function addressMaker() {
  coming ??= import('./register.js').catch((error) => {
    coming = null;
    throw error;
  });
  return coming;
}

/** @param {Vault} vault @param {Reference} reference @returns {Promise<string>} */
export async function mediaUrl(vault, reference) {
  const { mediaAddress } = await addressMaker();
  return mediaAddress(vault, reference);
}

/** To be called when the page that showed them is gone. */
export function releaseMedia() {
  shownBlobs.forEach((url) => URL.revokeObjectURL(url));
  shownBlobs.clear();
}
