/** Before the tap, where the link was opened inside an app or in a browser that won't keep it: how to go on in a better one, with the same link. Knows browsers. */
import { presentBrowser } from './browsers.js';
import { fill, slot } from './dom.js';

/** Put what there is to say into the welcome page. @param {HTMLElement} page @param {import('./welcome.js').Link} link */
export function tellElsewhere(page, link) {
  const { system, place } = presentBrowser();
  const when = place === 'home-screen' ? '' : system === 'ios' ? (place === 'own' ? 'perhaps' : `ios-${place}`) : place === 'app' ? 'android-app' : '';
  if (!when) return;
  const node = fill(when === 'perhaps' ? 'perhaps-elsewhere' : 'elsewhere');
  const how = fill('elsewhere-how');
  slot(node, 'how').replaceWith(how);
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll('[data-when]'))) {
    const fits = part.dataset.when?.split(' ').includes(when === 'perhaps' ? 'ios-app' : when);
    if (!fits) part.remove();
  }
  offerCopy(how, `${location.origin}/#i=${link.written}`);
  slot(page, 'elsewhere').replaceWith(node);
}

/** The key has left the address, so the browser's own ways to pass a page on would pass on none. @param {HTMLElement} how @param {string} address */
function offerCopy(how, address) {
  const copied = slot(how, 'copied');
  const byHand = slot(how, 'by-hand');
  slot(how, 'copy').onclick = async () => {
    try {
      await navigator.clipboard.writeText(address);
      copied.hidden = false;
    } catch {
      byHand.hidden = false;
      const field = /** @type {HTMLInputElement} */ (byHand.querySelector('input'));
      field.value = address;
      field.focus();
      field.select();
    }
  };
}
