/**
 * The post that is being written on this device: as it is typed, and kept sealed a moment later, so that a reload, a call or a flat battery takes nothing. Knows
 * drafts and their names. Does not know the page.
 */
import { blobOf, draft, dropDraft, keepBlob, keepDraft } from './drafts.js';
import { thumbOf } from './scaling.js';
import { forgetful } from './store.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./scaling.js').MediumKind} MediumKind */
/** @typedef {{ file: string, kind: MediumKind, alt: string, children: string[] | null }} Medium `children`: null for those of the post */
/** @typedef {{ home: string, title: string, text: string, date: string, children: string[], media: Medium[] }} Typed `date` as the clock here has it, empty for now */
/** @typedef {{ typed: Typed, blobs: Map<string, Blob>, thumbs: Map<string, string>, kept: boolean, told: () => void }} Writing
 *  `blobs` and `thumbs` (addresses) by file; `kept`: whether this device keeps it; `told`: called when that, or a blob, has changed */

const WRITING = 'ny';
const KEEP_PAUSE = 300; // milliseconds without a key

/** @type {Writing | null} what is open in this tab */
let inHand = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let keepTimer;

/** What is being written, as it was left. @param {Vault} vault @returns {Promise<Writing>} */
export async function writingOf(vault) {
  if (inHand) return inHand;
  const blank = { home: '', title: '', text: '', date: '', children: [], media: [] };
  const found = await draft(vault, WRITING).catch(() => null);
  inHand = { typed: { ...blank, ...found }, blobs: new Map(), thumbs: new Map(), kept: !forgetful(), told: () => {} };
  return inHand;
}

/** Whether anything has been written. @param {Writing} writing */
export function isBlank({ typed: { title, text, media } }) {
  return !title.trim() && !text.trim() && !media.length;
}

/** Have what was chosen before come back, one at a time; what can't is taken out. @param {Vault} vault @param {Writing} writing @returns {Promise<boolean>} whether all of it came */
export async function restoreMedia(vault, writing) {
  let whole = true;
  for (const medium of [...writing.typed.media]) {
    if (writing.blobs.has(medium.file)) continue;
    const blob = await blobOf(vault, `${WRITING}/${medium.file}`).catch(() => null);
    if (inHand !== writing) return true; // let go of meanwhile
    if (blob) await holdMedium(writing, medium, blob);
    else writing.typed.media = writing.typed.media.filter((one) => one !== medium);
    whole &&= Boolean(blob);
    writing.told();
  }
  return whole;
}

/** @param {Writing} writing @param {Medium} medium @param {Blob} blob */
export async function holdMedium(writing, medium, blob) {
  writing.blobs.set(medium.file, blob);
  const shown = medium.kind === 'photo' ? await thumbOf(blob) : blob;
  if (shown && writing.blobs.has(medium.file)) writing.thumbs.set(medium.file, URL.createObjectURL(shown));
}

/** Keep what is typed, when it has been quiet for a moment. @param {Vault} vault @param {Writing} writing */
export function keepSoon(vault, writing) {
  clearTimeout(keepTimer);
  keepTimer = setTimeout(keepNow, KEEP_PAUSE, vault, writing);
}

/** @param {Vault} vault @param {Writing} writing */
export async function keepNow(vault, writing) {
  clearTimeout(keepTimer);
  if (inHand !== writing) return;
  tellWhether(writing, await keepDraft(vault, WRITING, writing.typed).then(() => !forgetful(), () => false));
}

/** Keep a photo, film or sound. @param {Vault} vault @param {Writing} writing @param {Medium} medium */
export async function keepMedium(vault, writing, { file }) {
  const blob = writing.blobs.get(file);
  const kept = blob ? await keepBlob(vault, `${WRITING}/${file}`, blob).then(() => true, () => false) : true;
  if (!writing.blobs.has(file)) return void dropDraft(`${WRITING}/${file}`); // taken out meanwhile
  if (!kept) tellWhether(writing, false);
}

/** Take one out. @param {Writing} writing @param {Medium} medium */
export function letGo(writing, medium) {
  writing.typed.media = writing.typed.media.filter((one) => one !== medium);
  writing.blobs.delete(medium.file);
  URL.revokeObjectURL(writing.thumbs.get(medium.file) ?? '');
  writing.thumbs.delete(medium.file);
  dropDraft(`${WRITING}/${medium.file}`).catch(() => {});
}

/** Nothing is being written any more. @param {Writing} writing */
export async function forgetWriting(writing) {
  clearTimeout(keepTimer);
  inHand = null;
  writing.thumbs.forEach((url) => URL.revokeObjectURL(url));
  writing.blobs.clear();
  await dropDraft(WRITING).catch(() => {});
}

/** @param {Writing} writing @param {boolean} kept */
function tellWhether(writing, kept) {
  if (writing.kept === kept) return;
  writing.kept = kept;
  writing.told();
}
