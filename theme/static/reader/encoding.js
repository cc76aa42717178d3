/** Values to canonical bytes (docs/format.md §3). The way back is in canonical.js, where the first page needs it. */
import { utf8 } from './bytes.js';
import { canonicalText } from './canonical.js';

/** Throws ReaderError: encoding. @param {unknown} value */
export function encodeValue(value) {
  return utf8(canonicalText(value));
}
