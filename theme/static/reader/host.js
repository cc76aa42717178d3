/** Asking the host for named files. Knows its origin, its manners and its failures. Does not know keys or storage. */
import { ReaderError, layerOf, must } from './errors.js';
import { concat } from './bytes.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */

const PATIENCE = 20000; // milliseconds without a byte
const MOST = 2 ** 24; // bytes of a file whose length nobody told

let origin = '/';

/** Where sealed files lie: '/' or the address of a folder on another origin, ending with '/'. @param {string} address */
export function setHost(address) {
  origin = address;
}

/** Where they lie, as it was told last. */
export function hostAddress() {
  return origin;
}

/**
 * The bytes of a sealed file, or of a range of it; `whole` tells which came. `fresh` asks past every cache. Reads little more than `limit` bytes.
 * Throws ReaderError: missing (403, 404 and 410 alike), host.
 * @param {string} path @param {{ fresh?: boolean, limit?: number, range?: [number, number] }} [how] the range's end is one past its last byte
 * @returns {Promise<{ bytes: Bytes, whole: boolean }>}
 */
export async function fetchSealed(path, { fresh = false, limit = MOST, range } = {}) {
  const stop = new AbortController();
  let heard = Date.now();
  const listen = () => {
    const left = heard + PATIENCE - Date.now();
    if (left > 0) timer = setTimeout(listen, left);
    else stop.abort();
  };
  let timer = setTimeout(listen, PATIENCE);
  try {
    const answer = await fetch(origin + path, {
      cache: fresh ? 'no-cache' : 'default',
      credentials: 'omit',
      headers: range ? { Range: `bytes=${range[0]}-${range[1] - 1}` } : {},
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: stop.signal,
    });
    must(![403, 404, 410].includes(answer.status), 'missing');
    const whole = answer.status === 200;
    must(whole || (range && answer.status === 206), 'host');
    must(answer.body && !/^text\/html/.test(answer.headers.get('content-type') || ''), 'host'); // somebody's error or log-in page
    const parts = [];
    let length = 0;
    const body = answer.body.getReader();
    for (let piece = await body.read(); !piece.done && length <= limit; piece = await body.read()) {
      heard = Date.now();
      parts.push(piece.value);
      length += piece.value.length;
    }
    if (length > limit) stop.abort(); // too long to be the file, and refused as what it is
    return { bytes: concat(...parts), whole };
  } catch (error) {
    stop.abort();
    if (layerOf(error)) throw error;
    const elsewhere = range && new URL(origin, location.href).origin !== location.origin;
    if (elsewhere) return fetchSealed(path, { fresh, limit }); // older browsers must ask leave for a Range there, and may not get it
    throw new ReaderError('host');
  } finally {
    clearTimeout(timer);
  }
}
