/** What is said of a medium that did not come, or is not what was published. Knows where it should have been. Loaded when one is refused. */
import { element, ours } from './dom.js';
import { WORDS } from './words.js';

/**
 * Say where a medium should have been that it isn't there, and offer to try again.
 * @param {Element} place @param {string} [word] @param {() => void} [again]
 */
export function refuseMedium(place, word, again) {
  const outer = place.closest('.zoom, .cover') ?? place;
  const said = outer.nextElementSibling;
  if (said?.className === 'gone') {
    if (word === 'tampered') said.textContent = WORDS.forged;
    return;
  }
  outer.setAttribute('hidden', '');
  if (outer.className === 'cover' && word !== 'tampered') return;
  const note = ours(element('p', { class: 'gone', role: 'status' }, word === 'tampered' ? WORDS.forged : WORDS.gone));
  if (again && word !== 'tampered') {
    const button = element('button', { type: 'button' }, WORDS.again);
    button.onclick = () => {
      note.remove();
      outer.removeAttribute('hidden');
      again();
    };
    note.append(' ', button);
  }
  outer.after(note);
}

/** A medium behind an address of the worker's was refused. @param {HTMLElement} main @param {{word: string, url: string}} detail */
export function markRefused(main, { word, url }) {
  const path = new URL(url, location.href).pathname;
  for (const place of /** @type {NodeListOf<HTMLImageElement>} */ (main.querySelectorAll('img, video, audio'))) {
    if (`${place.src} ${place.currentSrc || place.srcset}`.includes(path)) refuseMedium(place, word); // chosen late
  }
}
