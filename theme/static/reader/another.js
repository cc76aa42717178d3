/**
 * "Lägg till en enhet": the key of this device as a code that another device's camera reads. Knows the keys of this device, and for how long they are shown.
 * Nothing is sent. The code is not there before it is asked for, and goes by itself.
 */
import { fill, slot } from './dom.js';
import { qrCode } from './qr.js';
import { writeKey } from './saved.js';
import { heldKeys } from './state.js';

/** @typedef {import('./state.js').Held} Held */

const IN_SIGHT = 60_000;
const SVG = 'http://www.w3.org/2000/svg';
const BORDER = 4; // squares around it that are light

/** @param {import('./vault.js').Vault} vault @returns {Promise<import('./views.js').Page>} */
export async function anotherPage(vault) {
  const node = fill('another');
  const held = [...(await heldKeys()).values()].filter(({ publisher }) => publisher);
  slot(node, 'codes').replaceChildren(...held.map((one) => codeOf(one, held.length > 1)));
  if (vault.drop) await letEnd(slot(node, 'end'), vault);
  return { node, title: '' };
}

/** Let the links that are out and not opened yet end, each reader's own. @param {HTMLElement} place @param {import('./vault.js').Vault} vault */
async function letEnd(place, vault) {
  const { revive } = await import('./answering.js');
  const { names, keyrings } = vault.opened;
  const forms = names.map((name, i) => {
    const form = fill('end-links', { whose: names.length > 1 ? keyrings[i].reader.name : null });
    for (const attribute of ['data-as', 'data-about']) form.setAttribute(attribute, name);
    return form;
  });
  slot(place, 'forms').replaceChildren(...forms);
  await revive(place, vault, place.querySelector('h3')?.textContent ?? '');
  place.hidden = false;
}

/** @param {Held} held @param {boolean} several */
function codeOf({ key, site, publisher, name }, several) {
  const node = fill('show-code', { whose: several ? name : null });
  const [show, hide, shown, place] = ['show', 'hide', 'shown', 'code'].map((each) => slot(node, each));
  let timer = 0;
  const away = () => {
    clearTimeout(timer);
    removeEventListener('hashchange', away);
    document.removeEventListener('visibilitychange', away);
    place.replaceChildren();
    shown.hidden = true;
    show.hidden = false;
  };
  show.onclick = async () => {
    const written = await writeKey(key, site, /** @type {import('./bytes.js').Bytes} */ (publisher));
    place.replaceChildren(picture(new TextEncoder().encode(`${location.origin}/#i=${written}`)));
    shown.hidden = false;
    show.hidden = true;
    timer = setTimeout(away, IN_SIGHT);
    addEventListener('hashchange', away);
    document.addEventListener('visibilitychange', away); // what shows the open programs takes pictures of them
    hide.focus();
  };
  hide.onclick = () => {
    away();
    show.focus();
  };
  return node;
}

/** Black on white in the dark too: cameras want it so. @param {Uint8Array} bytes */
function picture(bytes) {
  const squares = qrCode(bytes);
  const side = squares.length + 2 * BORDER;
  const drawn = squares.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + BORDER} ${y + BORDER}h1v1h-1z` : '')));
  const picture = made('svg', { viewBox: `0 0 ${side} ${side}`, 'shape-rendering': 'crispEdges', 'aria-hidden': 'true' });
  picture.append(made('rect', { width: String(side), height: String(side), fill: '#fff' }), made('path', { d: drawn.join(''), fill: '#000' }));
  return picture;
}

/** @param {string} tag @param {Record<string, string>} attributes */
function made(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
