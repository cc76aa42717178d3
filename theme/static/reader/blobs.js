/** Media where no worker answers: fetched whole and shown from memory. Knows the vault. Does not know ranges. */
import { shownBlobs } from './addresses.js';
import { piecesOf } from './pieces.js';

/** @param {import('./vault.js').Vault} vault @param {import('./values.js').Reference} reference @param {(share: number) => void} [told] how much has come, from 0 to 1 */
export async function blobAddress(vault, reference, told) {
  const { type } = reference;
  /** @type {Blob[]} */
  const pieces = [];
  let here = 0;
  for await (const piece of piecesOf(vault, reference)) {
    pieces.push(new Blob([piece], { type })); // a browser may put a blob aside on disk
    told?.((here += piece.length) / reference.length);
  }
  const url = URL.createObjectURL(pieces.length === 1 ? pieces[0] : new Blob(pieces, { type }));
  shownBlobs.add(url);
  return url;
}
