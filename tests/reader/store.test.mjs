/** What is remembered, here where there is no IndexedDB; and sealed bytes kept and sought in Cache Storage, which here behaves as the Service Workers specification says: a deleted cache lives on for whoever has it open. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const named = new Map();
const made = [];

globalThis.caches = {
  delete: async (name) => named.delete(name),
  keys: async () => [...named.keys()],
  match: async (path, { cacheName }) => named.get(cacheName)?.match(path),
  async open(name) {
    const files = new Map();
    if (!named.has(name)) {
      made.push(name);
      named.set(name, { put: async (path, answer) => void files.set(path, answer), match: async (path) => files.get(path)?.clone() });
    }
    return named.get(name);
  },
};
const { keepBytes, keptBytes, letGoOfAll, noneKept, offerAnswered, offersAnswered, rememberRoot, settled } = await import('../../theme/static/reader/store.js');

const SEALED = Uint8Array.of(1, 2, 3);
const keep = (place) => {
  keepBytes(place, 'o/ab', SEALED);
  return settled();
};

beforeEach(async () => {
  await letGoOfAll();
  made.length = 0;
});

test('what is kept is found again, and to look for what is not kept makes nothing', async () => {
  assert.equal(await keptBytes('solrosen:2026-11', 'o/ab'), null);
  assert.deepEqual(made, []);
  await keep('solrosen:2026-11');
  assert.deepEqual(await keptBytes('solrosen:2026-11', 'o/ab'), SEALED);
  assert.equal(await keptBytes('solrosen:2026-11', 'o/cd'), null);
});

test('what was let go of is not read from a cache that is still open, and what comes after is kept', async () => {
  await keep('chain');
  await letGoOfAll();
  assert.equal(await keptBytes('chain', 'o/ab'), null);
  await keep('chain');
  assert.deepEqual(await keptBytes('chain', 'o/ab'), SEALED);
  assert.deepEqual([...named.keys()], ['sealed:chain']);
});

test('what is on its way to being kept when all is let go of is not kept', async () => {
  keepBytes('chain', 'o/ab', SEALED);
  await letGoOfAll();
  await settled();
  assert.deepEqual([...named.keys()], []);
});

test('who has never read here looks for nothing until something is kept', async () => {
  await keep('chain');
  noneKept();
  assert.equal(await keptBytes('chain', 'o/ab'), null);
  await keep('solrosen:2026-11');
  assert.deepEqual(await keptBytes('chain', 'o/ab'), SEALED);
});

test('who has answered a later offer is not asked an earlier one again', () => {
  assert.equal(offersAnswered(), 0);
  offerAnswered(2);
  assert.equal(offersAnswered(), 2);
  offerAnswered(1);
  assert.equal(offersAnswered(), 2);
  offerAnswered(4);
  assert.equal(offersAnswered(), 4);
});

test('an older root is refused, and the newest is still the one remembered', async () => {
  const digest = 'a'.repeat(64);
  await rememberRoot('backen', { sequence: 7, digest });
  await assert.rejects(rememberRoot('backen', { sequence: 6, digest }), { layer: 'sequence' });
  await assert.rejects(rememberRoot('backen', { sequence: 7, digest: 'b'.repeat(64) }), { layer: 'sequence' });
  await rememberRoot('backen', { sequence: 7, digest });
});
