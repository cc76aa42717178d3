/**
 * The photos and films of one page, one at a time and large: swiped, stepped and drawn up, each at its own address. Knows the page that is open, and history.
 * Does not know how media come. Loaded when the first photo is tapped, or an address names one.
 */
import { fill, slot } from './dom.js';
import { watchFingers } from './fingers.js';
import { hung } from './hang.js';
import { Slide } from './slides.js';
import { WHOLE, drawnUp, turned } from './zooming.js';

/** @typedef {import('./slides.js').Place} Place */
/** @typedef {{ node: HTMLElement, vault: import('./vault.js').Vault, home: string, title: string, post?: import('./vault.js').Post }} Album a page that holds photos, and its address */

const CLOSER = 2.5;
const PULLED = 90; // pixels down that close
const AHEAD = 1; // neighbours fetched before they are asked for

/** @type {{ album: Album, dialog: HTMLElement, goTo: (at: number) => void, leave: () => void } | null} */
let open = null;

/** Open at a photo of the page; the page itself stays one step back. @param {Album} album @param {Place} place */
export function openGallery(album, place) {
  if (!isHere(album)) return;
  history.pushState({ y: Math.round(scrollY), large: true }, '', addressOf(album, place));
  followAddress(album);
}

/** Show what the address names, now that it has changed to one of this page's. @param {Album} album */
export function followAddress(album) {
  if (!isHere(album)) return;
  const places = placesOf(album);
  const hash = location.hash;
  const at = places.findIndex((place) => addressOf(album, place) === hash);
  if (!open?.dialog.isConnected) open = null; // another page has come
  else if (open.album !== album || at < 0) open.leave();
  if (hash === album.home) return;
  if (at < 0) {
    history.replaceState(history.state, '', album.home);
    album.node.querySelector('header')?.after(fill('medium-gone'));
    return;
  }
  if (!history.state?.large) { // the address was opened as it is: let back lead to the page
    history.replaceState(history.state, '', album.home);
    history.pushState({ large: true }, '', hash);
  }
  if (open) open.goTo(at);
  else show(album, places, at);
}

/** This module comes a moment after it is asked for, and the reader may have gone on. @param {Album} album */
function isHere({ home }) {
  return location.hash.startsWith(home);
}

/** @param {Album} album */
function placesOf({ node }) {
  return /** @type {Place[]} */ ([...node.querySelectorAll('figure.photo img, figure.film video')]).filter((place) => hung.has(place));
}

/** A medium is named by the first digits of its sealed file's name: that stays when others are added or leave. @param {Album} album @param {Place} place */
function addressOf({ home }, place) {
  return `${home}/${widestOf(place).name.slice(0, 8)}`;
}

/** @param {Place} place */
function widestOf(place) {
  const widths = /** @type {import('./pictures.js').Widths} */ (hung.get(place));
  return widths[widths.length - 1][0];
}

/** @param {Album} album @param {Place[]} places @param {number} first */
function show(album, places, first) {
  const dialog = /** @type {HTMLDialogElement} */ (fill('gallery', { all: places.length }));
  const stage = /** @type {HTMLElement} */ (slot(dialog, 'stage'));
  const [before, next, zoom, save] = ['before', 'next', 'zoom', 'save'].map((name) => /** @type {HTMLButtonElement} */ (slot(dialog, name)));
  const titled = document.title;
  const onward = getComputedStyle(document.documentElement).direction === 'rtl' ? -1 : 1;
  /** @type {Map<number, Slide>} */
  const slides = new Map();
  /** @type {Set<string>} names of media */
  let saved = new Set();
  let at = first;

  dialog.setAttribute('aria-label', album.title);
  before.onclick = () => step(at - 1);
  next.onclick = () => step(at + 1);
  zoom.onclick = () => closer([0, 0]);
  slot(dialog, 'close').onclick = leave;
  dialog.onkeydown = press;
  dialog.oncancel = (event) => {
    event.preventDefault();
    leave();
  };
  dialog.onclose = gone; // however else it was closed
  watchFingers(stage, {
    zoomable: () => !present().film,
    view: () => present().view,
    draw,
    twice: closer,
    drag(across, down) {
      const beyond = !places[at - Math.sign(across) * onward] && across;
      move(beyond ? across / 4 : across, down);
    },
    drop(across, speed) {
      move(0, 0, true);
      step(at - turned(across, speed, stage.clientWidth) * onward);
    },
    let(down) {
      move(0, 0, true);
      if (down > PULLED) leave();
    },
  });
  const fit = new ResizeObserver(() => slides.forEach((slide) => {
    slide.draw(slide.view, stage);
    slide.fetch(stage);
  }));

  for (const player of album.node.querySelectorAll('video, audio')) /** @type {HTMLMediaElement} */ (player).pause();
  document.getElementById('main')?.append(dialog);
  open = { album, dialog, goTo, leave };
  dialog.showModal();
  fit.observe(stage);
  goTo(at);
  const { post, vault } = album;
  if (post) import('./save.js').then(async ({ askToSave, savable }) => {
    saved = await savable(vault, post);
    save.onclick = () => askToSave(dialog, vault, widestOf(places[at]), `${post.date.slice(0, 10)}-${at + 1}`);
    offer();
  }).catch(() => {});

  function present() {
    return /** @type {Slide} */ (slides.get(at));
  }

  /** @param {number} index */
  function goTo(index) {
    if (slides.has(at)) draw(WHOLE);
    at = index;
    for (const [i, slide] of slides) {
      if (i !== at && slide.film) /** @type {HTMLVideoElement} */ (slide.shown).pause();
      if (Math.abs(i - at) <= AHEAD) continue;
      slide.node.remove();
      slides.delete(i);
    }
    for (const i of [at, at + 1, at - 1]) {
      const slide = slides.get(i) ?? (places[i] && new Slide(places[i], album.vault));
      if (!slide) continue;
      slides.set(i, slide);
      if (!slide.node.isConnected) stage.append(slide.node);
      slide.node.style.setProperty('--at', String((i - at) * onward));
      slide.node.inert = i !== at;
      slide.fetch(stage);
    }
    tell();
  }

  function tell() {
    const place = places[at];
    const words = captionOf(place);
    const caption = slot(dialog, 'caption');
    slot(dialog, 'at').textContent = String(at + 1);
    slot(dialog, 'said').textContent = `: ${words || altOf(place)}`;
    caption.textContent = words || altOf(place);
    caption.lang = place.closest('[lang]')?.getAttribute('lang') ?? '';
    before.setAttribute('aria-disabled', String(!places[at - 1]));
    next.setAttribute('aria-disabled', String(!places[at + 1]));
    caption.tabIndex = caption.scrollHeight > caption.clientHeight ? 0 : -1; // so that keys can scroll it
    zoom.hidden = present().film;
    offer();
    document.title = `${slot(dialog, 'count').textContent} – ${titled}`;
  }

  /** To save the photo, where this reader may. */
  function offer() {
    save.hidden = !saved.has(widestOf(places[at]).name);
  }

  /** To another picture, at its own address; history keeps the last one looked at only. @param {number} index */
  function step(index) {
    if (!places[index] || index === at) return;
    history.replaceState(history.state, '', addressOf(album, places[index]));
    goTo(index);
  }

  /** @param {import('./zooming.js').View} view */
  function draw(view) {
    present().draw(view, stage);
    zoom.setAttribute('aria-pressed', String(present().view.scale > 1));
  }

  /** @param {import('./zooming.js').Pair} point */
  function closer(point) {
    const { view } = present();
    draw(view.scale > 1 ? WHOLE : drawnUp(view, CLOSER, point));
  }

  /** @param {number} across @param {number} down @param {boolean} [settled] let it glide there */
  function move(across, down, settled = false) {
    stage.classList.toggle('held', !settled);
    stage.style.setProperty('--across', `${across}px`);
    stage.style.setProperty('--down', `${down}px`);
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /** @type {Element} */ (event.target).localName === 'video') return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowRight: () => step(at + onward),
      ArrowLeft: () => step(at - onward),
      Home: () => step(0),
      End: () => step(places.length - 1),
      '+': () => !present().film && draw(drawnUp(present().view, 1.5, [0, 0])),
      '-': () => !present().film && draw(drawnUp(present().view, 1 / 1.5, [0, 0])),
      0: () => draw(WHOLE),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  /** Back to the page, as the browser's own back does. */
  function leave() {
    dialog.onclose = null;
    dialog.close();
    gone();
  }

  function gone() {
    fit.disconnect();
    open = null;
    const there = location.hash === addressOf(album, places[at]);
    dialog.remove();
    document.title = titled;
    if (there) history.back();
    const place = places[at];
    /** @type {HTMLElement} */ (place.closest('button') ?? place).focus();
  }
}

/** @param {Place} place */
function captionOf(place) {
  const caption = place.closest('figure')?.querySelector('figcaption')?.cloneNode(true);
  const words = /** @type {Element | undefined} */ (caption);
  words?.querySelectorAll('.spoken, .clock').forEach((each) => each.remove());
  return words?.textContent?.trim() ?? '';
}

/** @param {Place} place */
function altOf(place) {
  return place.getAttribute('alt') ?? place.getAttribute('aria-label') ?? '';
}
