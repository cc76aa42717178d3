/** Media where no worker answers: fetched whole and shown from memory. Knows the vault. Does not know ranges. */
import { shownBlobs } from './addresses.js';
import { piecesOf } from './pieces.js';

const PHOTOS_AT_ONCE = 2; // photos: on a slow line the first is there before the others share it

/** @type {{ page: string, go: (turn?: any) => void }[]} photos that wait for their turn */
const photosWaiting = [];
let photosComing = 0;

/** The page that is read, without what is shown large of it or searched for. */
function pageRead() {
  return location.hash.split(/[/?]/, 3).join('/');
}

/** When it is a photo's turn: those of the page that is read go first. */
async function photosTurn() {
  if (photosComing < PHOTOS_AT_ONCE) photosComing += 1;
  else await new Promise((go) => photosWaiting.push({ page: pageRead(), go }));
}

function passTurnOn() {
  const page = pageRead();
  const [next] = photosWaiting.splice(Math.max(0, photosWaiting.findIndex((one) => one.page === page)), 1);
  if (next) next.go();
  else photosComing -= 1;
}

/** @param {import('./vault.js').Vault} vault @param {import('./values.js').Reference} reference @param {(share: number) => void} [told] how much has come, from 0 to 1 */
export async function blobAddress(vault, reference, told) {
  const { type } = reference;
  const photo = type.startsWith('image/');
  if (photo) await photosTurn();
  try {
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
  } finally {
    if (photo) passTurnOn();
  }
}
