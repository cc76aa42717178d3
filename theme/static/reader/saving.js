/**
 * "Spara i telefonen": a form for the browser's own password manager, so that an emptied device comes back without a new letter.
 * Knows the keys of this device. Nothing is sent: managers watch for a form that is submitted, and for an address that changes after it.
 */
import { presentBrowser } from './browsers.js';
import { fill, slot } from './dom.js';
import { writeKey } from './saved.js';
import { heldKeys } from './state.js';
import { offerAnswered } from './store.js';

/** @typedef {import('./state.js').Held} Held */

/** @param {import('./vault.js').Vault} vault @returns {Promise<import('./views.js').Page>} */
export async function savePage(vault) {
  const node = fill('save-key');
  const inApp = presentBrowser().place === 'app';
  slot(node, 'in-app').hidden = !inApp;
  const held = [...(await heldKeys()).values()].filter(({ publisher }) => publisher);
  const forms = await Promise.all(held.map((one, i) => saveForm(vault.opened.keyrings[0].preschool, one, held.length > 1, i)));
  slot(node, 'forms').replaceChildren(...forms);
  return { node, title: '' };
}

/** @param {string} preschool @param {Held} held @param {boolean} several @param {number} i */
async function saveForm(preschool, { key, site, publisher, name }, several, i) {
  const written = await writeKey(key, site, /** @type {import('./bytes.js').Bytes} */ (publisher));
  const form = /** @type {HTMLFormElement} */ (fill('save-form', { whose: several ? name : null }));
  const [label, secret] = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input')]);
  for (const [field, text] of /** @type {[HTMLInputElement, string][]} */ ([[label, `${name.split(' ')[0]}, ${preschool}`], [secret, written]])) {
    const of = /** @type {HTMLLabelElement} */ (field.previousElementSibling);
    of.htmlFor = field.id = `${field.name}-${i}`;
    field.value = text;
  }
  secret.oninput = () => (secret.value = written); // a key with a letter too many opens nothing
  form.onsubmit = async (event) => {
    event.preventDefault();
    secret.value = written;
    await tellManager(label.value.trim() || preschool, written);
    offerAnswered(1);
    location.hash = '#/sparad';
  };
  return form;
}

/** Chromium is told outright; the others see the form. @param {string} id @param {string} password */
async function tellManager(id, password) {
  const { PasswordCredential } = /** @type {any} */ (globalThis);
  if (!PasswordCredential) return;
  await navigator.credentials.store(new PasswordCredential({ id, password })).catch(() => {}); // no, or not here
}
