/** Photos hung into a page, and what is said of a medium that did not come. Knows the vault's addresses for media. Does not know what a post is. */
import { mediaUrl, streaming, shownBlobs } from './addresses.js';
import { element, ours } from './dom.js';
import { WORDS } from './words.js';

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
  showBlur(img);
  const failed = (/** @type {any} */ error) => refuseMedium(img, error.word, () => hangPhoto(img, widths, vault, early));
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
  if (streaming()) offer().catch(failed);
  else {
    waiting.set(img, () => fetch().catch(failed));
    (early ? far : near).observe(img);
  }
}

/**
 * Show the few pixels that the page holds of a photo (WebP in base64) until the photo is there.
 * @param {HTMLImageElement} img
 */
function showBlur(img) {
  const written = img.getAttribute('data-blur');
  img.removeAttribute('data-blur');
  if (!written || !/^[A-Za-z0-9+/=]{1,2000}$/.test(written)) return;
  const url = URL.createObjectURL(new Blob([Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0))], { type: 'image/webp' }));
  shownBlobs.add(url);
  img.style.backgroundImage = `url(${url})`;
  img.addEventListener('load', () => img.style.removeProperty('background-image'), { once: true });
}

/**
 * Say where a medium should have been that it isn't there, and offer to try again.
 * @param {Element} place @param {string} [word] @param {() => void} [again]
 */
export function refuseMedium(place, word, again) {
  const outer = place.closest('.zoom, .cover') ?? place;
  const said = outer.nextElementSibling;
  if (said?.className === 'gone') {
    if (word === 'tampered') said.textContent = WORDS.forged;
    return;
  }
  outer.setAttribute('hidden', '');
  if (outer.className === 'cover' && word !== 'tampered') return;
  const note = ours(element('p', { class: 'gone', role: 'status' }, word === 'tampered' ? WORDS.forged : WORDS.gone));
  if (again && word !== 'tampered') {
    const button = element('button', { type: 'button' }, WORDS.again);
    button.onclick = () => {
      note.remove();
      outer.removeAttribute('hidden');
      again();
    };
    note.append(' ', button);
  }
  outer.after(note);
}
