/** Photos that go with an answer: scaled and stripped here, kept until they are sent, and taken away again. Knows one form's field for files. */
import { shownBlobs } from './addresses.js';
import { element, ours } from './dom.js';
import { blobOf, dropDraft, keepBlob } from './drafts.js';
import { randomId } from './outbox.js';
import { scalePhoto } from './scaling.js';

/** @typedef {{ n: number, type: string, file: string, blob: Blob }} Photo `n`: of its draft; `file`: by which the message names it */
/** @typedef {{ kept: Photo[], changed: () => void, clear: () => void }} Photos `changed`: to be called when another is there, or one less */
/** @typedef {{ form: HTMLFormElement, vault: import('./vault.js').Vault, name: string, say: import('./sayings.js').Say, status: HTMLElement }} Form `name`: of the draft that the photos belong to */

const MOST_PHOTOS = 20;

/** The photos of a form: those that were chosen before, and those that are now. @param {Form} of @param {{ n: number, type: string }[]} before @returns {Promise<Photos>} */
export async function photosOf(of, before) {
  const { form, vault, name } = of;
  /** @type {Photos} */
  const photos = { kept: [], changed: () => {}, clear: () => {} };
  const field = /** @type {HTMLInputElement | null} */ (form.querySelector('input[type="file"]'));
  if (!field) return photos;
  for (const { n, type } of before) {
    const blob = await blobOf(vault, `${name}/${n}`);
    if (blob) photos.kept.push({ n, type, file: randomId(), blob });
  }
  const list = ours(element('ul', { class: 'attached' }));
  field.closest('label')?.after(list);
  const show = () => list.replaceChildren(...photos.kept.map((photo, i) => shownPhoto(photo, i, of, photos, show)));
  photos.clear = () => {
    photos.kept = [];
    show();
  };
  field.addEventListener('change', () => take(of, field, photos, show));
  show();
  return photos;
}

/** @param {Form} of @param {HTMLInputElement} field @param {Photos} photos @param {() => void} show */
async function take({ vault, name, say, status }, field, photos, show) {
  const chosen = [...(field.files ?? [])];
  field.value = ''; // or the same can't be chosen again
  delete status.dataset.key;
  status.textContent = say('scaling');
  let wrong = '';
  for (const file of chosen) {
    try {
      if (photos.kept.length === MOST_PHOTOS) throw { word: 'many' };
      const scaled = await scalePhoto(file);
      if (!scaled) throw { word: 'no-photo' };
      const n = Math.max(-1, ...photos.kept.map((photo) => photo.n)) + 1;
      await keepBlob(vault, `${name}/${n}`, scaled.blob);
      photos.kept.push({ n, type: scaled.type, file: randomId(), blob: scaled.blob });
      show();
    } catch (error) {
      wrong = say(/** @type {any} */ (error).word) || say('no-photo');
    }
  }
  status.textContent = wrong;
  photos.changed();
}

/** @param {Photo} photo @param {number} i @param {Form} of @param {Photos} photos @param {() => void} show */
function shownPhoto({ n, blob }, i, { name, say, form }, photos, show) {
  const src = URL.createObjectURL(blob);
  shownBlobs.add(src);
  const away = element('button', { type: 'button', 'aria-label': say('away', { n: String(i + 1) }) }, '×');
  away.onclick = () => {
    photos.kept = photos.kept.filter((photo) => photo.n !== n);
    dropDraft(`${name}/${n}`).catch(() => {});
    show();
    photos.changed();
    /** @type {HTMLElement | null} */ (form.querySelector('input[type="file"]'))?.focus();
  };
  return element('li', {}, element('img', { src, alt: say('photo', { n: String(i + 1) }) }), away);
}
