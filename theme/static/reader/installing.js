/** How this page is put on the home screen of the present device, and what is offered on the first page until somebody has answered. Knows browsers. */
import { presentBrowser } from './browsers.js';
import { fill, slot } from './dom.js';
import { readPref, writePref } from './store.js';

/** @typedef {Event & {prompt: () => Promise<{outcome: string}>}} Prompt the browser's own question, kept for a button */

/** @param {Prompt | null} prompt @returns {import('./views.js').Page} */
export function installPage(prompt) {
  offerAnswered(2).catch(() => {}); // has been seen: not offered again
  return { node: fill('home-screen', { install: installGuide(prompt) }), title: '' };
}

/** The steps for this browser, and those for the others behind a line. @param {Prompt | null} prompt */
export function installGuide(prompt) {
  const { place, install } = presentBrowser();
  const node = fill('install');
  const others = slot(node, 'others');
  slot(node, 'done').hidden = place !== 'home-screen';
  slot(node, 'in-app').hidden = place !== 'app';
  for (const guide of /** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll('[data-install]'))) {
    const fits = place !== 'home-screen' && place !== 'app' && guide.dataset.install === install;
    if (fits) others.before(guide);
  }
  const button = slot(node, 'prompt');
  button.hidden = !prompt || place === 'home-screen';
  button.onclick = async () => {
    button.disabled = true;
    const { outcome } = (await prompt?.prompt().catch(() => null)) ?? { outcome: '' };
    if (outcome === 'accepted') slot(node, 'done').hidden = false;
    button.hidden = true; // a prompt can be shown once
  };
  return node;
}

/** Not now, which is remembered as no. @param {HTMLElement} place what offers */
export function decline(place) {
  const offer = /** @type {HTMLElement} */ (place.closest('[data-offer]'));
  offer.hidden = true;
  /** @type {HTMLElement | null} */ (document.querySelector('main h1'))?.focus();
  return offerAnswered(Number(offer.dataset.offer)).catch(() => {});
}

/** What has been offered so far has been answered: 1 the key, 2 the home screen, 4 notices; 3 is that these may be offered. @param {number} offer */
export async function offerAnswered(offer) {
  if (!((await readPref('offered')) >= offer)) await writePref('offered', offer);
}
