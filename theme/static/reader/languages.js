/**
 * Another language for the interface: fetched, kept for when there is no network, and said, also on pages that were sealed in the preschool's.
 * Knows the shell's list of languages, `data-word` and `data-label`. Loaded when a language is wanted that the shell or a page hasn't.
 */
import { ours } from './dom.js';
import { fetchViews } from './later.js';
import { longDay, longMoment, monthText } from './moments.js';
import { keepAtOnce } from './store.js';
import { capital, countText, learn, plural, WORDS } from './words.js';

const LONG_ENOUGH = 10_000; // milliseconds, after which the page comes in the language that is here

/** @type {Map<string, Element[]>} views and words of the languages that have been spoken here */
const spoken = new Map();
let wanted = '';

/** Speak a language of the list from now on, and remember it if it was chosen. Rejects when it can't be had, and then nothing has changed. @param {HTMLSelectElement} list @param {string} code @param {boolean} [chosen] */
export async function speakAs(list, code, chosen) {
  await speakIn(/** @type {HTMLOptionElement} */ ([...list.options].find(({ value }) => value === code)));
  if (chosen) keepAtOnce('language', code);
}

/** @param {HTMLOptionElement} language */
async function speakIn(language) {
  const root = document.documentElement;
  wanted = language.value;
  const { path = '', integrity = '' } = language.dataset;
  const views = spoken.get(wanted) ?? await Promise.race([fetchViews(path, integrity), tooLate()]);
  if (wanted !== language.value || root.lang === wanted) return; // another has been chosen meanwhile
  const before = [...document.querySelectorAll('body > template')];
  spoken.set(root.lang, before);
  spoken.set(wanted, views);
  before.forEach((view) => view.remove());
  document.body.append(...views);
  root.lang = wanted;
  root.dir = language.dir;
  learn();
  retell(document.body);
}

/** @returns {Promise<never>} */
function tooLate() {
  return new Promise((_, reject) => {
    setTimeout(reject, LONG_ENOUGH, new Error('late'));
  });
}

/** @type {Record<string, (place: any) => string>} what is more than a word */
const TOLD = {
  day: ({ dateTime }) => longDay(dateTime),
  moment: ({ dateTime }) => longMoment(dateTime),
  month: ({ dateTime }) => capital(monthText(dateTime)),
  count: ({ dataset }) => {
    const [photo, film, sound] = dataset.n.split(' ').map(Number);
    return countText({ photo, film, sound });
  },
};

/** `data-word` is a key of WORDS, or of what is told here, with its number in `data-n`; an empty one only takes on the language. @param {HTMLElement} root */
export function retell(root) {
  for (const place of /** @type {HTMLElement[]} */ ([root, ...root.querySelectorAll('[data-word], [data-label]')])) {
    const { word, label = '', n } = place.dataset;
    if (word !== undefined && /** @type {HTMLElement | null} */ (place.closest('[lang]'))?.lang !== document.documentElement.lang) ours(place);
    if (word && Object.hasOwn(TOLD, word)) place.textContent = TOLD[word](place);
    else if (word && Object.hasOwn(WORDS, word)) place.textContent = n ? plural(word, Number(n)) : WORDS[word];
    if (Object.hasOwn(WORDS, label)) place.setAttribute(place.localName === 'track' ? 'label' : 'aria-label', WORDS[label]);
  }
}
