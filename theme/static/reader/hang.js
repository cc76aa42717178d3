/** The media of an opened page: photos, films and sounds put where the page wants them. Knows hooks and the vault. Does not know what a post is. */
import { addressMaker, mediaUrl, shownBlobs, streaming } from './addresses.js';
import { element, fill, ours, slot } from './dom.js';
import { hangPhoto } from './pictures.js';
import { refuseMedium } from './refusing.js';
import { sizeText } from './moments.js';
import { WORDS } from './words.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./values.js').Reference} Reference */

/** @type {WeakMap<Element, import('./pictures.js').Widths>} what hangs in a page: of a photo every width, of a player its medium */
export const hung = new WeakMap();
const LARGE = 50_000_000; // bytes
const BLURRED = 250; // milliseconds; twelve blurs cost more than a photo, and one that comes at once needs none
const FIRST = 3; // photos that are in sight at once or soon: fetched before the page stands there
const READY = 1000; // milliseconds; WebKitGTK often refuses a blob that is to play before it is ready, and an iPhone that saves data never says that it is

/**
 * Hang the media of a cleaned page. An address that names nothing is refused, and said in its place.
 * @param {import('./clean.js').Hook[]} hooks @param {(address: string) => Reference} find @param {Vault} vault
 */
export function hang(hooks, find, vault) {
  let first = FIRST;
  const many = new Set(hooks.filter(({ attribute }) => attribute === 'srcset').map(({ element: place }) => place));
  for (const { element: place, attribute, value } of hooks) {
    if (attribute === 'src' && many.has(place)) continue;
    try {
      if (place instanceof HTMLImageElement && first-- > 0) place.loading = 'eager';
      if (place instanceof HTMLImageElement) {
        hung.set(place, widths(value, place.width).map(([address, width]) => [find(address), width]));
        blurLater(place);
        hangPhoto(place, /** @type {import('./pictures.js').Widths} */ (hung.get(place)), vault, true);
      } else if (place instanceof HTMLMediaElement && attribute === 'src') hangPlayer(place, find(value), vault);
      else hangAddress(place, attribute, find(value), vault);
    } catch {
      refuseMedium(place, 'tampered');
    }
  }
}

/** The addresses of a srcset or src with their widths. @param {string} value @param {number} width @returns {[string, number][]} */
function widths(value, width) {
  return value.split(/,\s+/).map((part) => part.split(' ')).map(([address, descriptor]) => [address, parseInt(descriptor) || width]);
}

/** @param {HTMLMediaElement} player @param {Reference} reference @param {Vault} vault */
export function hangPlayer(player, reference, vault) {
  hung.set(player, [[reference, player.clientWidth]]);
  const { width, height } = /** @type {HTMLVideoElement} */ (player);
  if (width && height) player.closest('figure')?.style.setProperty('--r', String(width / height));
  const failed = (/** @type {any} */ error) => refuseMedium(player, error.word, () => hangPlayer(player, reference, vault));
  const show = (/** @type {string} */ url) => {
    player.onerror = failed;
    player.src = url;
  };
  const start = async () => show(await mediaUrl(vault, reference));
  if (streaming()) {
    start().catch(failed);
    return;
  }
  player.controls = false;
  const button = ours(element('button', { type: 'button', class: 'play' }, WORDS.play));
  player.after(button);
  const begin = async (/** @type {() => Promise<void>} */ come) => {
    button.disabled = true;
    button.textContent = WORDS.fetching;
    try {
      await come();
      player.controls = true;
      player.focus();
      await new Promise((ready) => {
        player.onloadedmetadata = ready;
        setTimeout(ready, READY);
      });
      player.play().catch(() => {});
    } catch (error) {
      failed(error);
    }
    button.remove();
  };
  const whole = async () => {
    const { blobAddress } = await import('./blobs.js');
    show(await blobAddress(vault, reference, (share) => (button.textContent = `${WORDS.fetching} ${Math.floor(100 * share)} %`)));
  };
  button.onclick = async () => {
    button.disabled = true;
    if (reference.length <= LARGE || (await soon())) begin(start);
    else askFirst(button, reference, () => begin(whole));
  };
}

/** Whether the worker will answer for what is played. */
function soon() {
  return addressMaker().then(({ streamingSoon }) => streamingSoon(), () => false);
}

/** A film that has to be fetched whole asks first: it may cost money, and more memory than a telephone has. @param {HTMLButtonElement} button @param {Reference} reference @param {() => void} go */
function askFirst(button, reference, go) {
  const size = sizeText(reference.length);
  const question = fill('large-medium', { size, bytes: size });
  const done = (/** @type {boolean} */ yes) => () => {
    question.remove();
    button.hidden = button.disabled = false;
    if (yes) go();
    else button.focus();
  };
  slot(question, 'yes').onclick = done(true);
  slot(question, 'no').onclick = done(false);
  button.hidden = true;
  button.after(question);
  slot(question, 'yes').focus();
}

/** A link that saves a file. From memory: what is to be saved passes some browsers' worker by. @param {Element} place @param {Reference} reference @param {Vault} vault */
async function saved(place, reference, vault) {
  const { blobAddress } = await import('./blobs.js');
  place.setAttribute('href', await blobAddress(vault, reference));
  place.setAttribute('download', WORDS.calendarFile);
}

/** @param {Element} place @param {string} attribute @param {Reference} reference @param {Vault} vault */
function hangAddress(place, attribute, reference, vault) {
  if (reference.type === 'text/calendar') return void saved(place, reference, vault).catch(() => {});
  mediaUrl(vault, reference).then((url) => place.setAttribute(attribute, url), () => {});
}

/**
 * Show the few pixels that the page holds of a photo (WebP in base64) where the photo isn't soon there.
 * @param {HTMLImageElement} img
 */
function blurLater(img) {
  const written = img.getAttribute('data-blur');
  img.removeAttribute('data-blur');
  if (!written || !/^[A-Za-z0-9+/=]{1,2000}$/.test(written)) return;
  const late = setTimeout(() => {
    const url = URL.createObjectURL(new Blob([Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0))], { type: 'image/webp' }));
    shownBlobs.add(url);
    img.style.backgroundImage = `url(${url})`;
  }, BLURRED);
  img.addEventListener('load', () => {
    clearTimeout(late);
    img.style.removeProperty('background-image');
  }, { once: true });
}
