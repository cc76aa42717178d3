/** Photos hung into a page. Knows the vault's addresses for media. Does not know what a post is. */
import { mediaUrl, streaming } from './addresses.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./values.js').Reference} Reference */
/** @typedef {[Reference, number][]} Widths references to one photo with their widths in pixels, narrowest first */

/** @type {WeakMap<Element, () => void>} what comes into sight, and what to do then */
const waiting = new WeakMap();
/** @param {string} rootMargin */
const sightOf = (rootMargin) => new IntersectionObserver((entries, sight) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    waiting.get(target)?.();
  }
}, { rootMargin });
const near = sightOf('600px');
const far = sightOf('400%'); // four screens

/** @param {HTMLImageElement} img @param {Widths} widths @param {Vault} vault @param {boolean} [early] a photo of what is being read: fetched well before it comes into sight */
export function hangPhoto(img, widths, vault, early) {
  const shape = String(img.width / img.height || 'auto');
  img.style.setProperty('--shape', shape);
  img.closest('figure')?.style.setProperty('--r', shape);
  const failed = (/** @type {any} */ error) => import('./refusing.js').then(({ refuseMedium }) => refuseMedium(img, error.word, () => hangPhoto(img, widths, vault, early)), () => {});
  const offer = async () => {
    const urls = await Promise.all(widths.map(([reference]) => mediaUrl(vault, reference)));
    img.srcset = urls.map((url, i) => `${url} ${widths[i][1]}w`).join(', ');
    img.src = urls[(urls.length - 1) >> 1];
  };
  const fetch = async () => {
    const wanted = img.clientWidth * Math.min(devicePixelRatio, 2);
    const [reference] = widths.find(([, width]) => width >= wanted) ?? widths[widths.length - 1];
    img.src = await mediaUrl(vault, reference);
  };
  img.onerror = failed;
  if (early) img.onload = () => img.decode().catch(() => {}); // while the next is on its way, rather than when it comes into sight
  if (streaming()) offer().catch(failed);
  else {
    waiting.set(img, () => fetch().catch(failed));
    (early ? far : near).observe(img);
  }
}
