/** What is said now and then while a post is written. Knows the shell's view of it. */
import { fill } from './dom.js';
import { sayings } from './sayings.js';

/** @param {string} key @param {Record<string, string | number>} [values] in the place of `{…}` */
export function composeSay(key, values = {}) {
  return sayings(fill('compose-says'))(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])));
}
