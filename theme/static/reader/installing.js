/** How this page is put on the home screen of the present device. Knows browsers. */
import { presentBrowser } from './browsers.js';
import { fill, slot } from './dom.js';
import { offerAnswered } from './store.js';

/** @typedef {Event & {prompt: () => Promise<{outcome: string}>}} Prompt the browser's own question, kept for a button */

/** @param {Prompt | null} prompt @returns {import('./views.js').Page} */
export function installPage(prompt) {
  offerAnswered(2); // has been seen: not offered again
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
