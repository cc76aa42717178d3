/** The pages of this device alone. "Om den här läsaren": who reads here, what is stored, how to forget it. Knows the vault and this device. */
import { element, fill, slot } from './dom.js';
import { guardianKeys } from './guardians.js';
import { installGuide, installPage } from './installing.js';
import { showReceipts } from './receipts.js';
import { letterboxOf } from './letterbox.js';
import { keptPosts } from './without.js';
import { momentText, sizeText } from './moments.js';
import { WORDS } from './words.js';

/**
 * What has to do with this device alone; null for a view that hasn't.
 * @param {string} view @param {import('./vault.js').Vault} vault @param {import('./installing.js').Prompt | null} prompt
 * @param {() => void} forgotten what to do when nothing is left here @returns {Promise<import('./views.js').Page | null>}
 */
export async function devicePage(view, vault, prompt, forgotten) {
  if (view === 'hemskarm') return installPage(prompt);
  if (view === 'spara') return import('./saving.js').then(({ savePage }) => savePage(vault));
  if (view === 'enhet') return import('./another.js').then(({ anotherPage }) => anotherPage(vault));
  if (view === 'uppgifter') return import('./contact.js').then(({ contactPage }) => contactPage(vault));
  if (view === 'notiser') return import('./pushing.js').then(({ pushPage }) => pushPage(vault));
  if (view === 'sparad') return { node: fill('saved-key'), title: '' };
  return view === 'om' ? aboutPage(vault, prompt, forgotten) : null;
}

/** @param {import('./vault.js').Vault} vault @param {import('./installing.js').Prompt | null} prompt @param {() => void} forgotten @returns {Promise<import('./views.js').Page>} */
async function aboutPage(vault, prompt, forgotten) {
  const { usage = 0 } = await navigator.storage?.estimate?.().catch(() => ({ usage: 0 })) ?? {};
  const lasting = await navigator.storage?.persisted?.().catch(() => false) ?? false;
  const readers = vault.readers.map(({ name }) => name).join(WORDS.comma);
  const node = fill('om', { reader: readers, storage: `${WORDS.stored} ${sizeText(usage)}. ${lasting ? WORDS.lasting : WORDS.brief}`, published: `${WORDS.published} ${momentText(vault.published)}.`, install: installGuide(prompt) });
  slot(node, 'outgoing').hidden = !vault.drop;
  keptPosts(vault).then(({ length }) => (slot(node, 'kept').textContent = String(length)), () => {});
  slot(node, 'contact').hidden = !(vault.drop && guardianKeys(vault).length);
  showReceipts(node, vault).catch(() => {});
  if (vault.drop) letterboxOf(vault).then((box) => (slot(node, 'push').hidden = !box?.push), () => {});
  const persist = slot(node, 'persist');
  persist.hidden = lasting;
  persist.onclick = async () => {
    persist.disabled = true;
    const kept = await navigator.storage.persist().catch(() => false);
    persist.replaceWith(element('span', { role: 'status' }, kept ? WORDS.lasting : WORDS.brief));
  };
  const sure = slot(node, 'sure');
  on('forget', () => {
    sure.hidden = false;
    sure.querySelector('button').focus();
  });
  on('keep', () => {
    sure.hidden = true;
  });
  on('forget-now', async () => {
    try {
      await vault.forget();
    } finally {
      history.replaceState(null, '', '/');
      forgotten();
    }
  });
  return { node, title: '' };

  /** @param {string} act @param {() => void} go */
  function on(act, go) {
    /** @type {HTMLButtonElement} */ (node.querySelector(`[data-do="${act}"]`)).onclick = go;
  }
}
