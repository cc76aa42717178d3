/** Opened HTML to clean nodes: a second wall, after the publisher's own. Knows HTML. Does not know the vault, nor where a page goes, nor what a form says. */

import { parse } from './dom.js';

/** @typedef {{element: Element, attribute: string, value: string}} Hook a place in a cleaned page where a medium shall hang */

const ELEMENTS = new Set(('a abbr article audio b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 '
  + 'footer header hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead time tr track u ul var video wbr').split(' '));
const ATTRIBUTES = new Set(('align alt aria-hidden aria-label class colspan controls datetime decoding default dir height kind label lang loading playsinline preload reversed '
  + 'rowspan scope sizes span srclang start tabindex title translate type value width data-blur data-label data-n data-post data-word').split(' '));
/** Fields, which stand in a form that answers the preschool and nowhere else. */
const FIELDS = new Set('button fieldset form input label legend optgroup option select textarea'.split(' '));
const FIELD_ATTRIBUTES = new Set('accept autocomplete checked disabled inputmode maxlength minlength multiple placeholder required rows selected data-about data-answer data-notes data-purpose data-question'.split(' '));
const ANSWERS = /^(consent|contact|observation|reply|retire|talk-(agreed|answers|time))$/;
const INPUTS = /^(checkbox|date|email|file|radio|tel|text|time)$/;
const NAME = /^[a-z][a-z0-9-]{0,40}$/; // a field hides what its form has under the same name: of forms, only methods with a capital in their names are used
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
  for (const named of body.querySelectorAll('[id]:not(form), [name]:not(form)')) {
    named.removeAttribute('id');
    if (!NAME.test(named.getAttribute('name') ?? '')) named.removeAttribute('name');
  }
  for (const found of [...body.querySelectorAll('*')]) {
    const field = isField(found);
    if (!(field || ELEMENTS.has(found.localName)) || found.namespaceURI !== 'http://www.w3.org/1999/xhtml') {
      found.parentNode?.removeChild(found);
      continue;
    }
    for (const name of found.getAttributeNames()) {
      const value = found.getAttribute(name) ?? '';
      if (ATTRIBUTES.has(name) || (field && (FIELD_ATTRIBUTES.has(name) || (name === 'name' && found.localName !== 'form')))) continue;
      found.removeAttribute(name);
      if (MEDIA.has(name) && value.startsWith('media:')) hooks.push({ element: found, attribute: name, value });
      else if (name === 'href' && value.startsWith('#/')) found.setAttribute(name, value);
      else if (name === 'href' && /^(https?:\/\/|mailto:|tel:)/i.test(value)) leadOut(found, value);
    }
  }
  return { root: body.firstElementChild && document.adoptNode(/** @type {HTMLElement} */ (body.firstElementChild)), hooks };
}

/** Whether it is a form that answers, or stands in one and does nothing but to be filled in. @param {Element} found */
function isField(found) {
  if (!FIELDS.has(found.localName)) return false;
  const form = found.localName === 'form' ? found : found.closest('form');
  if (!form || !ANSWERS.test(form.getAttribute('data-answer') ?? '')) return false;
  const type = found.getAttribute('type');
  if (found.localName === 'input') return INPUTS.test(type ?? 'text');
  return found.localName !== 'button' || type === null || type === 'submit';
}

/** @param {Element} link @param {string} href */
function leadOut(link, href) {
  link.setAttribute('href', href);
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
}
