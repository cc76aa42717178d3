/** How a photo is drawn up, moved and turned from: numbers, and its address. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAddress } from '../../theme/static/reader/router.js';
import { WHOLE, drawnUp, fitted, heldInside, turned } from '../../theme/static/reader/zooming.js';

test('a photo has an address of its own under its post or standing page', () => {
  assert.deepEqual(parseAddress('#/p/0123abcd/89abcdef'), { view: 'post', id: '0123abcd', month: '', medium: '89abcdef' });
  assert.deepEqual(parseAddress('#/s/0123abcd/89abcdef'), { view: 'standing', id: '0123abcd', month: '', medium: '89abcdef' });
});

test('nothing else has a photo, and no photo has another address', () => {
  for (const hash of ['#/a/0123abcd/89abcdef', '#/b/0123abcd/89abcdef', '#/p/0123abcd/89abcde', '#/p/0123abcd/89ABCDEF', '#/p/0123abcd/89abcdef/', '#/p/0123abcd/89abcdef0']) assert.equal(parseAddress(hash).view, 'lost', hash);
});

test('what lies under the fingers stays there when a photo is drawn up', () => {
  const view = drawnUp(WHOLE, 2, [50, -20]);
  assert.deepEqual(view, { scale: 2, x: -50, y: 20 });
  const again = drawnUp(view, 1.5, [50, -20]);
  assert.deepEqual(again, { scale: 3, x: -100, y: 40 });
});

test('a photo is never smaller than the whole of it, nor larger than can be of use', () => {
  assert.equal(drawnUp(WHOLE, 0.2, [0, 0]).scale, 1);
  assert.equal(drawnUp(WHOLE, 100, [0, 0]).scale, 6);
});

test('no edge of a photo leaves the edge of the screen while it reaches it', () => {
  assert.deepEqual(heldInside({ scale: 2, x: 900, y: -900 }, [300, 200], [300, 600]), { scale: 2, x: 150, y: 0 });
  assert.deepEqual(heldInside({ scale: 1, x: 9, y: 9 }, [300, 200], [300, 600]), WHOLE);
});

test('a photo fills the screen across or down, as its shape says', () => {
  assert.deepEqual(fitted(1.5, [300, 600]), [300, 200]);
  assert.deepEqual(fitted(0.5, [900, 600]), [300, 600]);
});

test('a drag turns when it went far or was flicked, and not when it hesitated or turned back', () => {
  assert.equal(turned(-140, 0, 390), -1);
  assert.equal(turned(140, 0, 390), 1);
  assert.equal(turned(60, 0.1, 390), 0);
  assert.equal(turned(60, 0.8, 390), 1);
  assert.equal(turned(60, -0.8, 390), 0);
  assert.equal(turned(10, 2, 390), 0);
});
