/** Answers a request for a medium, range by range (RFC 9110 §14). Knows what browsers ask of film. Does not know keys or hosts. */

/** @typedef {import('./values.js').Reference} Reference */
/** @typedef {import('./bytes.js').Bytes} Bytes */

/**
 * What a Range header asks of `length` bytes: [start, end), null for all of them (none, several or a malformed one), or 'unsatisfiable'.
 * @param {string | null} header @param {number} length @returns {[number, number] | null | 'unsatisfiable'}
 */
export function parseRange(header, length) {
  const [asked, first, last] = /^bytes=(\d*)-(\d*)$/i.exec((header || '').trim()) || [];
  if (!asked || !(first || last) || (first && last && Number(first) > Number(last))) return null;
  const start = first ? Number(first) : Math.max(0, length - Number(last));
  const end = first && last ? Math.min(length, Number(last) + 1) : length;
  return start < end ? [start, end] : 'unsatisfiable';
}

/**
 * The whole medium as 200, or exactly the range asked for as 206, streamed. Rejects as the pieces do while nothing has been answered.
 * @param {{ method: string, headers: Headers }} request @param {Reference} reference
 * @param {(start: number, end: number) => AsyncGenerator<Bytes, void, void>} pieces
 */
export async function mediaResponse(request, { type, length }, pieces) {
  /** @type {Record<string, string>} */
  const headers = {
    'Accept-Ranges': 'bytes',
    'Content-Security-Policy': 'sandbox',
    'Content-Type': type,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  };
  const range = parseRange(request.headers.get('range'), length);
  if (range === 'unsatisfiable') return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${length}` } });
  const [start, end] = range || [0, length];
  headers['Content-Length'] = String(end - start);
  if (range) headers['Content-Range'] = `bytes ${start}-${end - 1}/${length}`;
  const status = range ? 206 : 200;
  if (request.method === 'HEAD') return new Response(null, { status, headers });
  const coming = pieces(start, end);
  /** @type {IteratorResult<Bytes, void> | null} */
  let first = await coming.next();
  const body = new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = first || (await coming.next());
        first = null;
        if (done) controller.close();
        else if (value.length) controller.enqueue(value);
        else controller.close();
      },
      async cancel() {
        await coming.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status, headers });
}
