/** A QR code (ISO/IEC 18004) of some bytes: versions 1 to 10, error correction L. Knows dark and light squares. Does not know what they say. */

/** Of each version: codewords in all, those of error correction in a block, blocks. */
const VERSIONS = [[26, 7, 1], [44, 10, 1], [70, 15, 1], [100, 20, 1], [134, 26, 1], [172, 18, 2], [196, 20, 2], [242, 24, 2], [292, 30, 2], [346, 18, 4]];
/** Of each version: where the middles of the small squares lie, beside 6. */
const ALIGNED = [[], [18], [22], [26], [30], [34], [22, 38], [24, 42], [26, 46], [28, 50]];
/** @type {((y: number, x: number) => number)[]} */
const MASKS = [
  (y, x) => (y + x) % 2,
  (y) => y % 2,
  (_, x) => x % 3,
  (y, x) => (y + x) % 3,
  (y, x) => ((y >> 1) + Math.floor(x / 3)) % 2,
  (y, x) => ((y * x) % 2) + ((y * x) % 3),
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2,
];

/** @typedef {boolean[][]} Squares by row; true is dark */

/** The squares of a code that says these bytes; 271 of them at most. @param {Uint8Array} bytes @returns {Squares} */
export function qrCode(bytes) {
  const version = VERSIONS.findIndex(([all, own, blocks], i) => bytes.length + (i < 9 ? 2 : 3) <= all - own * blocks) + 1;
  if (!version) throw new RangeError('too much for a code');
  const words = codewordsOf(bytes, version);
  const codes = MASKS.map((_, mask) => drawn(words, version, mask));
  const faults = codes.map(faultsOf);
  return codes[faults.indexOf(Math.min(...faults))];
}

/** What is written, with its error correction, block by block and then woven together. @param {Uint8Array} bytes @param {number} version */
function codewordsOf(bytes, version) {
  const [all, own, count] = VERSIONS[version - 1];
  const room = all - own * count;
  const bits = [0b0100, ...(version < 10 ? [bytes.length >> 4, bytes.length & 15] : [bytes.length >> 12, (bytes.length >> 8) & 15, (bytes.length >> 4) & 15, bytes.length & 15])];
  for (const byte of bytes) bits.push(byte >> 4, byte & 15);
  bits.push(0); // four bits at a time: mode and end are four, so all of it is whole bytes
  const words = Array.from({ length: bits.length / 2 }, (_, i) => bits[2 * i] * 16 + bits[2 * i + 1]);
  for (let pad = 0xec; words.length < room; pad ^= 0xec ^ 0x11) words.push(pad);
  const short = Math.floor(room / count);
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = short + (i >= count - (room % count) ? 1 : 0);
    blocks.push(words.slice(at, (at += length)));
  }
  const checks = blocks.map((block) => remainder(block, own));
  return [...woven(blocks), ...woven(checks)];
}

/** @param {number[][]} blocks */
function woven(blocks) {
  const longest = Math.max(...blocks.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => blocks.filter(({ length }) => i < length).map((block) => block[i])).flat();
}

/** Multiplied in the field of 256. @param {number} a @param {number} b */
function times(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> i) & 1) * a);
  return product;
}

/** Reed and Solomon's check of a block. @param {number[]} block @param {number} length */
function remainder(block, length) {
  let divisor = [1];
  for (let i = 0, root = 1; i < length; i++, root = times(root, 2)) {
    const next = [...divisor, 0];
    divisor.forEach((factor, j) => (next[j + 1] ^= times(factor, root)));
    divisor = next;
  }
  const rest = [...block, ...new Array(length).fill(0)];
  block.forEach((_, i) => {
    const lead = rest[i];
    divisor.forEach((factor, j) => (rest[i + j] ^= times(factor, lead)));
  });
  return rest.slice(block.length);
}

/** @typedef {(y: number, x: number, dark: unknown) => void} Set draws a square, if nothing is there */

/** @param {number[]} words @param {number} version @param {number} mask @returns {Squares} */
function drawn(words, version, mask) {
  const size = 17 + 4 * version;
  /** @type {(boolean | undefined)[][]} */
  const squares = Array.from({ length: size }, () => new Array(size).fill(undefined));
  /** @type {Set} */
  const set = (y, x, dark) => {
    if (y >= 0 && y < size && x >= 0 && x < size) squares[y][x] ??= Boolean(dark);
  };
  drawFixed(set, size, version);
  drawFormat(set, size, mask);
  let at = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5; // the dotted column is stepped over
    for (let step = 0; step < size; step++) {
      const y = (right + 1) & 2 ? step : size - 1 - step;
      for (const x of [right, right - 1]) {
        if (squares[y][x] !== undefined) continue;
        const bit = (words[at >> 3] >> (7 - (at & 7))) & 1; // beyond the last word: 0
        squares[y][x] = Boolean(bit) !== (MASKS[mask](y, x) === 0);
        at += 1;
      }
    }
  }
  return /** @type {Squares} */ (squares);
}

/** What does not depend on what is said. @param {Set} set @param {number} size @param {number} version */
function drawFixed(set, size, version) {
  for (const [y, x] of [[3, 3], [3, size - 4], [size - 4, 3]]) ring(set, y, x, 4, 2);
  const middles = [6, ...ALIGNED[version - 1]];
  const last = middles[middles.length - 1];
  for (const y of middles) for (const x of middles) if (y !== 6 ? x !== 6 || y !== last : x !== 6 && x !== last) ring(set, y, x, 2, 1);
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  set(size - 8, 8, true);
  if (version < 7) return;
  const bits = checked(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const [far, near] = [size - 11 + (i % 3), Math.floor(i / 3)];
    set(far, near, (bits >> i) & 1);
    set(near, far, (bits >> i) & 1);
  }
}

/** Which mask and which level, twice. @param {Set} set @param {number} size @param {number} mask */
function drawFormat(set, size, mask) {
  const bits = checked(0b01000 | mask, 10, 0x537) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const dark = (bits >> i) & 1;
    if (i < 8) set(i < 6 ? i : i + 1, 8, dark);
    else set(8, i < 9 ? 7 : 14 - i, dark);
    if (i < 8) set(8, size - 1 - i, dark);
    else set(size - 15 + i, 8, dark);
  }
}

/** Rings around a square, of which the one at `light` and the outermost of four are light. @param {Set} set @param {number} y @param {number} x @param {number} reach @param {number} light */
function ring(set, y, x, reach, light) {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const far = Math.max(Math.abs(dy), Math.abs(dx));
      set(y + dy, x + dx, far !== light && far !== 4);
    }
  }
}

/** A number with its check behind it. @param {number} value @param {number} length of the check in bits @param {number} divisor */
function checked(value, length, divisor) {
  let rest = value;
  for (let i = 0; i < length; i++) rest = (rest << 1) ^ ((rest >> (length - 1)) * divisor);
  return (value << length) | rest;
}

/** How hard a code is to read: long stretches, squares of four, more of one than of the other. @param {Squares} squares */
function faultsOf(squares) {
  const turned = squares.map((_, x) => squares.map((row) => row[x]));
  let faults = 0;
  for (const row of [...squares, ...turned]) {
    let length = 0;
    row.forEach((dark, i) => {
      length = dark === row[i - 1] ? length + 1 : 1;
      if (length >= 5) faults += length === 5 ? 3 : 1;
    });
  }
  let all = 0;
  squares.forEach((row, y) => row.forEach((dark, x) => {
    all += dark ? 1 : -1;
    if (y && x && dark === row[x - 1] && dark === squares[y - 1][x] && dark === squares[y - 1][x - 1]) faults += 3;
  }));
  return faults + Math.floor((Math.abs(all) * 10) / squares.length ** 2) * 10;
}
