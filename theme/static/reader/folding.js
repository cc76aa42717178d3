/**
 * Words as they are compared in a search: case and accents aside, but å, ä and ö letters of their own, as in Swedish. Does not know posts or the document.
 */

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const OWN = 'åäö';
/** @type {Record<string, string>} letters that no accent is taken from, yet are looked for as others */
const AS = { æ: 'ä', ø: 'ö', ß: 'ss', đ: 'd', ð: 'd', ł: 'l', þ: 'th', œ: 'oe', ı: 'i', ى: 'ي', ة: 'ه' };

/** @param {string} text however its accents are written @returns {string} */
export function folded(text) {
  return text.normalize('NFC').toLowerCase().replace(/[^\0-\x7f]/gu, (letter) => (OWN.includes(letter) ? letter : AS[letter] ?? letter.normalize('NFKD').replace(/\p{M}/gu, '')));
}

/** The words of a text, folded, each once. @param {string} text @returns {string[]} */
export function wordsOf(text) {
  return [...new Set((text.match(WORD) ?? []).map(folded).filter(Boolean))];
}

/** Whether a word begins as one looked for; a number is looked for whole, so that "2 oktober" is no other day of 2026. @param {string} word @param {string} one */
function begins(word, one) {
  return /^\d+$/.test(one) ? /^\d+$/.test(word) && Number(word) === Number(one) : word.startsWith(one);
}

/** Whether each of the words looked for begins one of those there are. @param {string[]} wanted @param {string[]} words both folded */
export function findsAll(wanted, words) {
  return wanted.every((one) => words.some((word) => begins(word, one)));
}

/** Where a text has words that begin as one looked for. @param {string} text @param {string[]} wanted @returns {[number, number][]} */
export function spansOf(text, wanted) {
  const met = (/** @type {string} */ word) => wanted.some((one) => begins(folded(word), one));
  return [...text.matchAll(WORD)].filter(([word]) => met(word)).map(({ 0: word, index = 0 }) => [index, index + word.length]);
}

/** The words around the first that was looked for, or nothing. @param {string} text @param {string[]} wanted @param {number} [around] letters before and after */
export function excerptOf(text, wanted, around = 70) {
  const [span] = spansOf(text, wanted);
  if (!span) return '';
  const from = span[0] <= around ? 0 : text.indexOf(' ', span[0] - around) + 1;
  const cut = text.lastIndexOf(' ', span[1] + around);
  const to = span[1] + around >= text.length || cut <= span[1] ? text.length : cut;
  return `${from ? '… ' : ''}${text.slice(from, to).trim()}${to < text.length ? ' …' : ''}`;
}
