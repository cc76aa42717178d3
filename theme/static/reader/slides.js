/** One photo or film of a gallery, filling its stage. Knows what hangs in the page. Does not know which is shown, nor addresses. */
import { mediaUrl } from './addresses.js';
import { element } from './dom.js';
import { hangPlayer, hung } from './hang.js';
import { refuseMedium } from './refusing.js';
import { WHOLE, fitted, heldInside } from './zooming.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./zooming.js').View} View */
/** @typedef {HTMLImageElement | HTMLVideoElement} Place a photo or film in the page */

export class Slide {
  /** @type {View} */
  view = WHOLE;
  #vault;
  #place;
  #widest = 0;

  /** @param {Place} place @param {Vault} vault */
  constructor(place, vault) {
    this.#vault = vault;
    this.#place = place;
    this.film = place instanceof HTMLVideoElement;
    this.shown = this.film ? this.#player() : element('img', { alt: place.getAttribute('alt') ?? '', draggable: 'false' });
    this.node = element('div', { class: 'slide' }, this.shown);
  }

  /** To be called when it stands on a stage. @param {HTMLElement} stage */
  fetch(stage) {
    if (this.film) {
      const player = /** @type {HTMLVideoElement} */ (this.shown);
      const [[reference] = []] = hung.get(this.#place) ?? [];
      if (!player.src && reference) hangPlayer(player, reference, this.#vault);
      return;
    }
    const [photo, small] = /** @type {HTMLImageElement[]} */ ([this.shown, this.#place]);
    if (!photo.src && small.complete && small.naturalWidth) photo.src = small.currentSrc; // the page's own, until a larger one is here
    this.#sharpen(this.#size(stage)[0] * Math.min(devicePixelRatio, 2));
  }

  /** @param {View} view @param {HTMLElement} stage */
  draw(view, stage) {
    this.view = heldInside(view, this.#size(stage), [stage.clientWidth, stage.clientHeight]);
    const { scale, x, y } = this.view;
    this.shown.style.transform = scale === 1 && !x && !y ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    if (scale > 1) this.#sharpen(this.#size(stage)[0] * scale * devicePixelRatio);
  }

  /** @param {HTMLElement} stage */
  #size(stage) {
    return fitted(this.#place.width / this.#place.height || 1, [stage.clientWidth, stage.clientHeight]);
  }

  /** Show the narrowest width that is wide enough, unless a wider one is shown. @param {number} wanted in pixels */
  #sharpen(wanted) {
    const widths = hung.get(this.#place) ?? [];
    const [reference, width] = widths.find(([, each]) => each >= wanted) ?? widths[widths.length - 1] ?? [];
    if (!reference || !width || width <= this.#widest) return;
    this.#widest = width;
    const photo = /** @type {HTMLImageElement} */ (this.shown);
    const smaller = photo.src;
    const failed = (/** @type {any} */ error) => {
      this.#widest = 0;
      if (smaller && error?.word !== 'tampered') photo.src = smaller; // better than none
      else refuseMedium(photo, error?.word, () => this.#sharpen(wanted));
      photo.onerror = null;
    };
    photo.onerror = failed;
    mediaUrl(this.#vault, reference).then((url) => {
      if (this.#widest === width) photo.src = url;
    }, failed);
  }

  /** As in the page, but its own: the page's stays where it stands. */
  #player() {
    const player = /** @type {HTMLVideoElement} */ (this.#place.cloneNode(true));
    player.controls = true;
    return player;
  }
}
