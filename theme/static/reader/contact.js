/** "Dina uppgifter": a guardian's changed address, language or telephone, told to the preschool, which confirms it. Knows the shell's views and its list of languages. */
import { revive } from './answering.js';
import { element, fill, slot } from './dom.js';
import { guardianKeys } from './guardians.js';

/** @param {import('./vault.js').Vault} vault @returns {Promise<import('./views.js').Page | null>} */
export async function contactPage(vault) {
  const keys = guardianKeys(vault);
  if (!vault.drop || !keys.length) return null;
  const node = fill('contact');
  const languages = /** @type {HTMLOptionElement[]} */ ([...document.querySelectorAll('.language option')]);
  slot(node, 'forms').replaceChildren(...keys.map(({ as, name }) => {
    const form = fill('contact-form', { whose: keys.length > 1 ? name : null });
    for (const attribute of ['data-as', 'data-about']) form.setAttribute(attribute, as);
    slot(form, 'languages').append(...languages.map(({ value, text, lang, dir }) => element('option', { value, lang, dir }, text)));
    return form;
  }));
  await revive(node, vault);
  return { node, title: '' };
}
