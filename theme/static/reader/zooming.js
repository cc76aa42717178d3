/** How far a picture is drawn up and moved on a stage: numbers alone. Does not know the document. */

/** @typedef {{ scale: number, x: number, y: number }} View the picture's middle from the stage's, in pixels to the right and down */
/** @typedef {[number, number]} Pair */

/** @type {View} */
export const WHOLE = { scale: 1, x: 0, y: 0 };
const CLOSEST = 6;

/** Drawn up by a factor, so that what lies under `point` (from the stage's middle) stays there. @param {View} view @param {number} factor @param {Pair} point @returns {View} */
export function drawnUp({ scale, x, y }, factor, [px, py]) {
  const next = Math.min(CLOSEST, Math.max(1, scale * factor));
  const by = next / scale;
  return { scale: next, x: px - (px - x) * by, y: py - (py - y) * by };
}

/** The nearest view in which no edge of the picture leaves the stage's while it could reach it. @param {View} view @param {Pair} picture its size at scale 1 @param {Pair} stage @returns {View} */
export function heldInside({ scale, x, y }, [width, height], [wide, high]) {
  const hold = (/** @type {number} */ at, /** @type {number} */ room) => Math.max(-room, Math.min(room, at)) || 0;
  return { scale, x: hold(x, Math.max(0, (width * scale - wide) / 2)), y: hold(y, Math.max(0, (height * scale - high) / 2)) };
}

/** The size at which a picture of this shape (width to height) fills a stage without leaving it. @param {number} shape @param {Pair} stage @returns {Pair} */
export function fitted(shape, [wide, high]) {
  return wide / high > shape ? [high * shape, high] : [wide, wide / shape];
}

/** Where a drag of the track ends: so many pictures back (-1), none, or on (1). @param {number} dragged pixels towards the next @param {number} speed pixels a millisecond, the same way @param {number} wide */
export function turned(dragged, speed, wide) {
  const far = Math.abs(dragged) > wide / 3;
  const flicked = Math.abs(speed) > 0.35 && Math.abs(dragged) > 24 && Math.sign(speed) === Math.sign(dragged);
  return far || flicked ? Math.sign(dragged) : 0;
}
