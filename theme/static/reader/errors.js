/** The one error of the reader. Knows the layers of docs/format.md §15 and their words. Does not know what to say about them. */

/** @type {Record<string, string>} */
const WORD_OF_LAYER = {
  link: 'wrong-link', missing: 'expired-link', ends: 'expired-link', ended: 'access-ended', host: 'unreachable',
  version: 'newer-format', sequence: 'rolled-back', generation: 'rolled-back',
  digest: 'tampered', object: 'tampered', padding: 'tampered', encoding: 'tampered', signature: 'tampered', binding: 'tampered',
};

export class ReaderError extends Error {
  /** @param {string} layer */
  constructor(layer) {
    super(`${WORD_OF_LAYER[layer]} (${layer})`);
    this.layer = layer;
    this.word = WORD_OF_LAYER[layer];
  }
}

/** The layer that refused, or '' for anything else. @param {unknown} error */
export function layerOf(error) {
  return error instanceof ReaderError ? error.layer : '';
}

/** @param {unknown} ok @param {string} layer @returns {asserts ok} */
export function must(ok, layer) {
  if (!ok) throw new ReaderError(layer);
}
