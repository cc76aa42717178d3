/** What fingers, mouse and wheel do on a stage: drag, flick, pull down, pinch, tap twice, move about. Knows pointer events. Does not know what is shown. */
import { WHOLE, drawnUp } from './zooming.js';

/** @typedef {import('./zooming.js').View} View */
/** @typedef {import('./zooming.js').Pair} Pair */
/**
 * @typedef {object} Acts
 * @property {() => boolean} zoomable whether a photo is shown
 * @property {() => View} view how it is drawn now
 * @property {(view: View) => void} draw
 * @property {(across: number, down: number) => void} drag pixels to the right, or down
 * @property {(across: number, speed: number) => void} drop the drag across ends, at so many pixels a millisecond
 * @property {(down: number) => void} let the pull down ends
 * @property {(point: Pair) => void} twice tapped
 */

const STILL = 10; // pixels that a tap may move
const QUICK = 300; // milliseconds of a tap, and between two
const PLAYER = 72; // pixels at the foot of a film that are the player's own

/** @param {HTMLElement} stage @param {Acts} acts */
export function watchFingers(stage, acts) {
  /** @type {Map<number, Pair>} */
  const down = new Map();
  /** @type {{at: Pair, time: number, view: View, apart: number, middle: Pair}} where the present gesture began */
  let begun;
  /** @type {'' | 'across' | 'down' | 'about'} */
  let way = '';
  let tapped = 0;
  /** @type {Pair} */
  let last = [0, 0];
  /** @type {[number, number][]} times and places of the last moves, for the speed */
  let trail = [];

  stage.addEventListener('pointerdown', (event) => {
    if (event.button || ownControls(event)) return;
    down.set(event.pointerId, place(event));
    if (down.size === 1) way = '';
    if (down.size === 2) {
      down.forEach((_, id) => stage.setPointerCapture(id));
      if (way === 'across') acts.drop(0, 0);
      if (way === 'down') acts.let(0);
      way = 'about';
    }
    begin(event.timeStamp);
  });
  stage.addEventListener('pointermove', (event) => {
    if (!down.has(event.pointerId)) return;
    down.set(event.pointerId, place(event));
    if (down.size === 2) pinch();
    else if (down.size === 1) move(event);
  });
  for (const type of ['pointerup', 'pointercancel']) stage.addEventListener(type, (event) => lift(/** @type {PointerEvent} */ (event)));
  stage.addEventListener('dragstart', (event) => event.preventDefault());
  stage.addEventListener('wheel', (event) => {
    event.preventDefault();
    if (!acts.zoomable()) return;
    const view = acts.view();
    if (event.ctrlKey) acts.draw(drawnUp(view, Math.exp(-event.deltaY / 100), place(event))); // so a trackpad says a pinch
    else if (view.scale > 1) acts.draw({ ...view, x: view.x - event.deltaX, y: view.y - event.deltaY });
  }, { passive: false });

  /** From the stage's middle. @param {MouseEvent} event @returns {Pair} */
  function place({ clientX, clientY }) {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return [clientX - left - width / 2, clientY - top - height / 2];
  }

  /** @param {number} time */
  function begin(time) {
    const [first, second = first] = [...down.values()];
    const middle = /** @type {Pair} */ ([(first[0] + second[0]) / 2, (first[1] + second[1]) / 2]);
    begun = { at: first, time, view: acts.view(), apart: Math.hypot(first[0] - second[0], first[1] - second[1]) || 1, middle };
    trail = [[time, first[0]]];
  }

  function pinch() {
    if (!acts.zoomable()) return;
    const [[ax, ay], [bx, by]] = [...down.values()];
    const drawn = drawnUp(begun.view, Math.hypot(ax - bx, ay - by) / begun.apart, begun.middle);
    acts.draw({ scale: drawn.scale, x: drawn.x + (ax + bx) / 2 - begun.middle[0], y: drawn.y + (ay + by) / 2 - begun.middle[1] });
  }

  /** @param {PointerEvent} event */
  function move(event) {
    const [x, y] = place(event);
    const [across, under] = [x - begun.at[0], y - begun.at[1]];
    if (!way && Math.hypot(across, under) < STILL) return;
    if (!way) stage.setPointerCapture(event.pointerId);
    way ||= begun.view.scale > 1 ? 'about' : Math.abs(across) > Math.abs(under) ? 'across' : 'down';
    trail = [...trail.slice(-5), [event.timeStamp, x]];
    if (way === 'about') acts.draw({ ...begun.view, x: begun.view.x + across, y: begun.view.y + under });
    else if (way === 'across') acts.drag(across, 0);
    else acts.drag(0, Math.max(0, under));
  }

  /** @param {PointerEvent} event */
  function lift(event) {
    if (!down.delete(event.pointerId)) return;
    if (down.size) return begin(event.timeStamp); // what is left of a pinch moves the picture about
    const cancelled = event.type === 'pointercancel';
    const [x, y] = cancelled ? begun.at : place(event);
    const [since, from] = trail.find(([time]) => event.timeStamp - time < 120) ?? [event.timeStamp, x];
    if (way === 'across') acts.drop(x - begun.at[0], cancelled ? 0 : (x - from) / Math.max(1, event.timeStamp - since));
    if (way === 'down') acts.let(y - begun.at[1]);
    if (way === 'about' && acts.view().scale < 1.05) acts.draw(WHOLE);
    if (!way && !cancelled && event.timeStamp - begun.time < QUICK) tap([x, y], event.timeStamp);
    way = '';
  }

  /** @param {Pair} point @param {number} time */
  function tap(point, time) {
    const near = Math.hypot(point[0] - last[0], point[1] - last[1]) < 4 * STILL;
    if (near && time - tapped < QUICK && acts.zoomable()) {
      tapped = 0;
      acts.twice(point);
    } else [tapped, last] = [time, point];
  }
}

/** @param {PointerEvent} event */
function ownControls({ target, clientY }) {
  const place = /** @type {Element} */ (target);
  return Boolean(place.closest('button, a')) || (place.localName === 'video' && place.getBoundingClientRect().bottom - clientY < PLAYER);
}
