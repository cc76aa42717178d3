/**
 * Boxes over a picture, drawn by mouse, finger or keyboard. Knows shares of the picture and how it is pixelated. Does not know names.
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Box  shares of the picture, 0 to 1
 * @typedef {{box: Box, element: HTMLElement, squares: HTMLCanvasElement}} Drawn
 */

const STEP = 0.01;
const LEAST = 0.01;

const clamp = (/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) => Math.min(Math.max(value, low), high);

/** What is drawn on the stage. `changed(drawn)` is called after every change of a box, `made` and `gone` when there is one more or less. */
export class Boxes {
  /**
   * @param {HTMLElement} stage
   * @param {HTMLImageElement} photo
   * @param {{cells: number, margin: number}} mosaic
   * @param {{made: (drawn: Drawn, byPerson: boolean) => void, gone: (drawn: Drawn) => void, changed: (drawn: Drawn) => void}} told
   */
  constructor(stage, photo, mosaic, told) {
    this.stage = stage;
    this.photo = photo;
    this.mosaic = mosaic;
    this.told = told;
    /** @type {Drawn[]} */
    this.all = [];
    /** @type {{id: number, drawn: Drawn, kind: string, from: {x: number, y: number}, before: Box} | null} */
    this.pull = null;
    stage.addEventListener('pointerdown', (event) => this.begin(event));
    stage.addEventListener('pointermove', (event) => this.go(event));
    stage.addEventListener('pointerup', (event) => this.finish(event, true));
    stage.addEventListener('pointercancel', (event) => this.finish(event, false));
  }

  /** @param {Box} box @returns {Drawn} */
  put(box) {
    const element = document.createElement('div');
    element.className = 'box';
    element.tabIndex = 0;
    element.setAttribute('role', 'application');
    element.setAttribute('aria-roledescription', 'ruta');
    const squares = document.createElement('canvas');
    const tag = document.createElement('span');
    tag.className = 'tag';
    const grip = document.createElement('span');
    grip.className = 'grip';
    element.append(squares, tag, grip);
    const drawn = { box, element, squares };
    element.addEventListener('keydown', (event) => this.press(event, drawn));
    this.all.push(drawn);
    this.stage.append(element);
    this.show(drawn);
    return drawn;
  }

  /** Add a box in the middle, for the keyboard. */
  add() {
    const drawn = this.put({ x: 0.4, y: 0.4, width: 0.2, height: 0.2 });
    this.told.made(drawn, false);
    drawn.element.focus();
  }

  /** @param {Drawn} drawn */
  remove(drawn) {
    this.all = this.all.filter((other) => other !== drawn);
    drawn.element.remove();
    this.told.gone(drawn);
  }

  /** @param {Drawn} drawn */
  show({ box, element, squares }) {
    const percent = (/** @type {number} */ share) => `${share * 100}%`;
    element.style.left = percent(box.x);
    element.style.top = percent(box.y);
    element.style.width = percent(box.width);
    element.style.height = percent(box.height);
    this.pixelate(box, element, squares);
  }

  /**
   * Draw the squares as the published copies will have them, margin and all.
   * @param {Box} box @param {HTMLElement} element @param {HTMLCanvasElement} squares
   */
  pixelate(box, element, squares) {
    const [across, down] = [this.photo.naturalWidth, this.photo.naturalHeight];
    const margin = this.mosaic.margin * Math.max(box.width * across, box.height * down);
    const left = Math.max(0, box.x * across - margin);
    const top = Math.max(0, box.y * down - margin);
    const width = Math.min(across, (box.x + box.width) * across + margin) - left;
    const height = Math.min(down, (box.y + box.height) * down + margin) - top;
    const side = Math.max(width, height) / this.mosaic.cells;
    squares.width = Math.max(1, Math.round(width / side));
    squares.height = Math.max(1, Math.round(height / side));
    const pen = squares.getContext('2d');
    if (pen && width > 0 && height > 0) {
      pen.imageSmoothingQuality = 'high';
      pen.drawImage(this.photo, left, top, width, height, 0, 0, squares.width, squares.height);
    }
    const share = (/** @type {number} */ pixels, /** @type {number} */ whole) => `${(pixels / whole) * 100}%`;
    squares.style.left = share(left - box.x * across, box.width * across);
    squares.style.top = share(top - box.y * down, box.height * down);
    squares.style.width = share(width, box.width * across);
    squares.style.height = share(height, box.height * down);
    element.dataset.small = String(Math.min(box.width, box.height) < 0.06);
  }

  /** @param {PointerEvent} event */
  where(event) {
    const edges = this.photo.getBoundingClientRect();
    return {
      x: clamp((event.clientX - edges.left) / edges.width, 0, 1),
      y: clamp((event.clientY - edges.top) / edges.height, 0, 1),
    };
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (this.pull || !event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    const target = /** @type {HTMLElement} */ (event.target);
    const found = this.all.find((drawn) => drawn.element.contains(target));
    const from = this.where(event);
    const kind = !found ? 'draw' : target.classList.contains('grip') ? 'size' : 'move';
    const drawn = found ?? this.put({ ...from, width: 0, height: 0 });
    this.pull = { id: event.pointerId, drawn, kind, from, before: { ...drawn.box } };
    this.stage.setPointerCapture(event.pointerId);
    drawn.element.focus({ preventScroll: true });
  }

  /** @param {PointerEvent} event */
  go(event) {
    if (!this.pull || this.pull.id !== event.pointerId) return;
    const { drawn, kind, from, before } = this.pull;
    const to = this.where(event);
    if (kind === 'draw') {
      drawn.box = {
        x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y),
      };
    } else {
      drawn.box = changed(before, to.x - from.x, to.y - from.y, kind === 'size');
    }
    this.show(drawn);
  }

  /** @param {PointerEvent} event @param {boolean} kept */
  finish(event, kept) {
    if (!this.pull || this.pull.id !== event.pointerId) return;
    const { drawn, kind, before } = this.pull;
    this.pull = null;
    if (kind !== 'draw') {
      if (!kept) drawn.box = before;
      this.show(drawn);
      this.told.changed(drawn);
    } else if (kept && Math.min(drawn.box.width, drawn.box.height) >= LEAST) {
      this.told.made(drawn, true);
    } else {
      this.all = this.all.filter((other) => other !== drawn); // a tap, not a box
      drawn.element.remove();
    }
  }

  /** @param {KeyboardEvent} event @param {Drawn} drawn */
  press(event, drawn) {
    const ways = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const way = ways[/** @type {keyof typeof ways} */ (event.key)];
    if (way && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      drawn.box = changed(drawn.box, way[0], way[1], event.shiftKey);
      this.show(drawn);
      this.told.changed(drawn);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      this.remove(drawn);
    }
  }
}

/** @param {Box} box @param {number} dx @param {number} dy @param {boolean} size @returns {Box} */
function changed(box, dx, dy, size) {
  if (!size) return { ...box, x: clamp(box.x + dx, 0, 1 - box.width), y: clamp(box.y + dy, 0, 1 - box.height) };
  return { ...box, width: clamp(box.width + dx, LEAST, 1 - box.x), height: clamp(box.height + dy, LEAST, 1 - box.y) };
}
