/** Templates to nodes. Knows the document. Does not know keys, addresses or the vault. */
import { WORDS } from './words.js';

const policy = /** @type {any} */ (window).trustedTypes?.createPolicy('pluttra', { createHTML: (/** @type {string} */ html) => html });

/** A document of its own, of which nothing is fetched or run. @param {string} html */
export function parse(html) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html');
}

/** @typedef {string | number | Node | Node[] | null | undefined} Filling */
/**
 * A copy of the shell's template. Each `data-slot` is filled: text, number or nodes replace its content, null and undefined remove it.
 * Slots that are not named are left as they are.
 * @param {string} id @param {Record<string, Filling>} [slots] @returns {HTMLElement}
 */
export function fill(id, slots = {}) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const root = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (document.importNode(template.content, true)).firstElementChild);
  for (const [name, filling] of Object.entries(slots)) {
    const place = slot(root, name);
    if (filling === null || filling === undefined) place.remove();
    else if (filling instanceof Node) place.replaceChildren(filling);
    else if (Array.isArray(filling)) place.replaceChildren(...filling);
    else place.textContent = String(filling);
  }
  return root;
}

/** @param {Element} root @param {string} name @returns {any} the slot's element */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, string>} [attributes] @param {...(string | Node)} children @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Names, each kept apart from the direction of the text around it. @param {string[]} names @returns {Node[]} */
export function nameNodes(names) {
  return names.flatMap((name, i) => [...(i ? [document.createTextNode(WORDS.comma)] : []), element('bdi', { translate: 'no' }, name)]);
}

/** The interface's own words inside a text in another language. @template {HTMLElement} T @param {T} place @returns {T} */
export function ours(place) {
  const { lang, dir } = document.documentElement;
  return Object.assign(place, { lang, dir });
}

/** Let screen readers and hyphens know the language of a text that somebody wrote. @param {HTMLElement} place @param {string} lang */
export function speak(place, lang) {
  place.lang = lang;
  place.dir = 'auto';
}
