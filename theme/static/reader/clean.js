/** Opened HTML to clean nodes: a second wall, after the publisher's own. Knows HTML. Does not know the vault, nor where a page goes. */

import { parse } from './dom.js';

/** @typedef {{element: Element, attribute: string, value: string}} Hook a place in a cleaned page where a medium shall hang */

const ELEMENTS = new Set(('a abbr article audio b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 '
  + 'footer header hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead time tr track u ul var video wbr').split(' '));
const ATTRIBUTES = new Set(('align alt aria-hidden aria-label class colspan controls datetime decoding default dir height kind label lang loading playsinline preload reversed '
  + 'rowspan scope sizes span srclang start tabindex title translate type value width data-blur data-label data-n data-post data-word').split(' '));
const MEDIA = new Set(['src', 'srcset', 'poster', 'href']);

/**
 * Opened HTML as nodes that are safe to insert. Only listed elements and attributes stay;
 * addresses of media are taken out and given as hooks, so that nothing is fetched; other addresses than `#/…`, web, mail and telephone addresses fall.
 * @param {string} html @returns {{root: HTMLElement | null, hooks: Hook[]}}
 */
export function clean(html) {
  const { body } = parse(html);
  /** @type {Hook[]} */
  const hooks = [];
  for (const found of [...body.querySelectorAll('*')]) {
    if (!ELEMENTS.has(found.localName) || found.namespaceURI !== 'http://www.w3.org/1999/xhtml') {
      found.remove();
      continue;
    }
    for (const { name, value } of [...found.attributes]) {
      if (ATTRIBUTES.has(name)) continue;
      found.removeAttribute(name);
      if (MEDIA.has(name) && value.startsWith('media:')) hooks.push({ element: found, attribute: name, value });
      else if (name === 'href' && value.startsWith('#/')) found.setAttribute(name, value);
      else if (name === 'href' && /^(https?:\/\/|mailto:|tel:)/i.test(value)) leadOut(found, value);
    }
  }
  return { root: body.firstElementChild && document.adoptNode(/** @type {HTMLElement} */ (body.firstElementChild)), hooks };
}

/** @param {Element} link @param {string} href */
function leadOut(link, href) {
  link.setAttribute('href', href);
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
}
