/** Ranges as browsers ask for them: what is answered, and with which headers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaResponse, parseRange } from '../../theme/static/reader/media.js';

const FILM = { type: 'video/mp4', length: 10 };
const BYTES = Uint8Array.from({ length: 10 }, (_, i) => i);

async function* pieces(start, end) {
  for (let at = start; at < end; at += 4) yield BYTES.slice(at, Math.min(end, at + 4));
}

function asked(range, method = 'GET') {
  return mediaResponse({ method, headers: new Headers(range ? { range } : {}) }, FILM, pieces);
}

async function body(response) {
  return [...new Uint8Array(await response.arrayBuffer())];
}

test('without a Range the whole medium is answered as 200', async () => {
  const response = await asked(null);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-length'), '10');
  assert.equal(response.headers.get('content-range'), null);
  assert.deepEqual(await body(response), [...BYTES]);
});

test('a range is answered as 206 with exactly what was asked for', async () => {
  for (const [range, right, said] of [
    ['bytes=0-1', [0, 1], 'bytes 0-1/10'],
    ['bytes=3-', [3, 4, 5, 6, 7, 8, 9], 'bytes 3-9/10'],
    ['bytes=2-8', [2, 3, 4, 5, 6, 7, 8], 'bytes 2-8/10'],
    ['bytes=-3', [7, 8, 9], 'bytes 7-9/10'],
    ['bytes=-300', [...BYTES], 'bytes 0-9/10'],
    ['bytes=8-3000', [8, 9], 'bytes 8-9/10'],
  ]) {
    const response = await asked(range);
    assert.equal(response.status, 206, range);
    assert.equal(response.headers.get('content-range'), said, range);
    assert.equal(response.headers.get('content-length'), String(right.length), range);
    assert.deepEqual(await body(response), right, range);
  }
});

test('a range beyond the end is 416 and tells the length', async () => {
  for (const range of ['bytes=10-', 'bytes=10-12', 'bytes=-0']) {
    const response = await asked(range);
    assert.equal(response.status, 416, range);
    assert.equal(response.headers.get('content-range'), 'bytes */10', range);
  }
});

test('a range that is malformed, or several, is passed over', () => {
  for (const range of ['bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,4-5', 'chunks=0-1', 'bytes=a-b', null]) assert.equal(parseRange(range, 10), null);
});

test('a HEAD has the headers and nothing else', async () => {
  const response = await asked('bytes=0-1', 'HEAD');
  assert.equal(response.status, 206);
  assert.deepEqual(await body(response), []);
});

test('every answer keeps a medium from being taken for a document', async () => {
  for (const range of [null, 'bytes=0-1', 'bytes=99-']) {
    const { headers } = await asked(range);
    assert.equal(headers.get('content-type'), 'video/mp4');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('content-security-policy'), 'sandbox');
    assert.equal(headers.get('accept-ranges'), 'bytes');
  }
});

test('no more is opened than the player pulls', async () => {
  let opened = 0;
  const counted = async function* () {
    for (opened = 1; opened < 100; opened++) yield new Uint8Array(1);
  };
  const response = await mediaResponse({ method: 'GET', headers: new Headers() }, { type: 'video/mp4', length: 100 }, counted);
  const reader = response.body.getReader();
  await reader.read();
  await reader.read();
  await reader.cancel();
  assert.ok(opened <= 3, `${opened} pieces were opened`);
});

test('an empty medium is an empty answer', async () => {
  const empty = async function* () {
    yield new Uint8Array(0);
  };
  const response = await mediaResponse({ method: 'GET', headers: new Headers() }, { type: 'audio/mpeg', length: 0 }, empty);
  assert.equal(response.status, 200);
  assert.deepEqual(await body(response), []);
});
