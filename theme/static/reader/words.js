/** What the reader itself says, in the language in force: the shell's template "words", which the publisher filled. Knows plurals and dates. Does not know which languages there are. */

/** @type {any} texts by key; a plural is an object of forms by category */
export const WORDS = {};

/** Say everything as the document's present words have it. @param {string} words JSON */
export function learn(words = /** @type {HTMLTemplateElement} */ (document.getElementById('words')).content.textContent ?? '') {
  Object.assign(WORDS, JSON.parse(words));
}

/** A plural for a number, "3 nya inlägg". @param {string} key @param {number} n */
export function plural(key, n) {
  const at = n < 200 ? n : 100 + (n % 100);
  const [, category] = WORDS.plurals.findLast((/** @type {[number, string]} */ [from]) => from <= at);
  return WORDS[key][category].replace('%(num)s', n);
}

/** @param {string} name of a pattern @param {string} date RFC 3339, as the preschool's clock had it */
export function written(name, date) {
  const [year, month, day = 1] = date.slice(0, 10).split('-').map(Number);
  const { [name]: pattern, days, months, monthsAlone } = WORDS.dates;
  /** @type {Record<string, any>} */
  const parts = { E: days[new Date(Date.UTC(year, month - 1, day)).getUTCDay()], d: day, M: months[month - 1], L: monthsAlone[month - 1], y: year, HH: date.slice(11, 13), H: Number(date.slice(11, 13)), mm: date.slice(14, 16) };
  return pattern.replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ part) => parts[part]);
}

/** A calendar day in words: `2026-03-12T10:15:00+01:00` is "torsdag 12 mars", or another year "12 mars 2026". @param {string} date */
export function dayText(date) {
  return written(date.startsWith(`${new Date().getFullYear()}-`) ? 'day' : 'date', date);
}

/** @param {{photo: number, film: number, sound: number}} count "5 bilder, 1 film" */
export function countText({ photo, film, sound }) {
  return [photo && plural('photos', photo), film && plural('films', film), sound && plural('sounds', sound)].filter(Boolean).join(WORDS.comma);
}

/** @param {string} text */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
