/** The older cards of a list, when they are asked for. Knows the button. Does not know where cards come from. Loaded when it is pressed. */
import { WORDS } from './words.js';

/** @param {HTMLButtonElement} older @param {HTMLElement} cards @param {(failed: boolean) => Promise<void>} more `failed`: it did, the last time */
export async function showOlder(older, cards, more) {
  const last = cards.lastElementChild;
  older.disabled = true;
  older.textContent = WORDS.fetching;
  try {
    await more(Boolean(older.dataset.failed));
    delete older.dataset.failed;
    older.textContent = WORDS.older;
    /** @type {HTMLElement | null | undefined} */ (last?.nextElementSibling?.querySelector('h2 a'))?.focus({ preventScroll: true });
  } catch {
    older.dataset.failed = 'yes';
    older.textContent = WORDS.failed;
  }
  older.disabled = false;
}
