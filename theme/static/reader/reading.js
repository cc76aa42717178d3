/** The text of posts, opened to be searched: month by month, and remembered while the reader stands open. Knows pages as HTML. Does not know what is looked for. */
import { clean } from './clean.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').Post} Post */

const BLOCKS = 'p, li, dt, dd, td, th, h1, h2, h3, h4, h5, h6, figcaption, summary, blockquote, pre, br';
const AT_ONCE = 4;

/** @type {WeakMap<Vault, Map<string, string>>} by the names of pages; in memory only */
const texts = new WeakMap();

/** What has been read of a post already, or undefined. @param {Vault} vault @param {Post} post */
export function textOf(vault, post) {
  return texts.get(vault)?.get(post.page.name);
}

/**
 * Open the pages of posts, some at a time, and tell of each when its text is known. Stops when `going` says so. Returns how many could not be read.
 * @param {Vault} vault @param {Post[]} posts @param {() => boolean} going @param {(post: Post, done: number) => void} told
 */
export async function readAll(vault, posts, going, told) {
  const known = texts.get(vault) ?? new Map();
  texts.set(vault, known);
  const left = posts.filter(({ page }) => !known.has(page.name));
  let done = posts.length - left.length;
  let failed = 0;
  const read = async () => {
    for (let post = left.shift(); post && going(); post = left.shift()) {
      try {
        known.set(post.page.name, plainText(await vault.page(post.page)));
      } catch {
        failed += 1;
      }
      told(post, (done += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return failed;
}

/** The words of a page, also those that say what a photo shows. @param {string} html */
function plainText(html) {
  const { root } = clean(html);
  if (!root) return '';
  root.querySelectorAll(BLOCKS).forEach((block) => block.before(' '));
  root.querySelectorAll('[alt]').forEach((photo) => photo.after(` ${photo.getAttribute('alt')} `));
  return (root.textContent ?? '').replace(/\s+/g, ' ').trim();
}
