/** The forms at the door: a pasted link, a saved key. Knows what may be written in them. Nothing of a form is ever sent. Loaded when one is answered. */
import { parseLink } from './chain.js';
import { layerOf } from './errors.js';
import { openSaved, readKey } from './saved.js';
import { admit, OPENING } from './welcome.js';
import { WORDS } from './words.js';

/** @typedef {import('./welcome.js').Hall} Hall */

/** Go in with what was written, or say what is missing in it. @param {HTMLFormElement} form @param {Hall} hall */
export async function answer(form, hall) {
  if (form.dataset.do !== 'paste' && form.dataset.do !== 'key') return; // answered where it was made
  const field = /** @type {HTMLInputElement} */ (form.querySelector('[required]'));
  const text = field.value.trim();
  try {
    const link = parseLink(text);
    if (link) hall.arrive(link);
    else await comeBack(await readKey(text), form, hall);
  } catch (error) {
    const half = layerOf(error) === 'link';
    /** @type {HTMLElement} */ (form.querySelector('.wrong')).hidden = !half;
    field.toggleAttribute('aria-invalid', half);
    if (half) field.focus();
    else hall.refuse(error);
  }
}

/** @param {import('./saved.js').Saved} saved @param {HTMLFormElement} form @param {Hall} hall */
async function comeBack(saved, form, hall) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
  const label = button.textContent;
  button.disabled = true;
  button.textContent = WORDS.wait;
  try {
    await admit(await hall.within(openSaved(saved), OPENING), { mangled: false }, hall);
  } catch (error) {
    throw ['missing', 'ended'].includes(layerOf(error)) ? { word: 'old-key' } : error;
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}
