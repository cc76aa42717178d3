/** What the addresses of media in a page mean (docs/format.md §7). Knows indexes. Does not know pages. */
import { must } from './errors.js';

/** What 'media:<post id>/<n>' means in an index's pages. Throws ReaderError: encoding. @param {Pick<import('./values.js').Index, 'posts' | 'pages'>} index @param {string} address */
export function mediumAt(index, address) {
  const [, id, n] = /^media:([0-9a-f]{16})\/(0|[1-9]\d{0,5})$/.exec(address) || [];
  const found = [...index.posts, ...index.pages].find((one) => one.id === id)?.media[Number(n)];
  must(found, 'encoding');
  return found;
}
