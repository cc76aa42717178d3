/** What the interface says of days, months and counts, and which page an address means. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAddress } from '../../theme/static/reader/router.js';
import { capital, countText, dayText, monthText, sizeText } from '../../theme/static/reader/words.js';

test('an address means the page that docs/format.md §12 says', () => {
  const home = { view: 'home', id: '', month: '' };
  for (const hash of ['', '#', '#/']) assert.deepEqual(parseAddress(hash), home);
  assert.deepEqual(parseAddress('#/a/0123abcd'), { view: 'audience', id: '0123abcd', month: '' });
  assert.deepEqual(parseAddress('#/a/0123abcd/2026-03'), { view: 'month', id: '0123abcd', month: '2026-03' });
  assert.deepEqual(parseAddress('#/p/0123abcd'), { view: 'post', id: '0123abcd', month: '', medium: undefined });
  assert.deepEqual(parseAddress('#/b/0123abcd'), { view: 'child', id: '0123abcd', month: '' });
  assert.deepEqual(parseAddress('#/s/0123abcd'), { view: 'standing', id: '0123abcd', month: '', medium: undefined });
  assert.equal(parseAddress('#/om').view, 'om');
});

test('an address that means nothing is lost, and never something near it', () => {
  for (const hash of ['#/p/', '#/p/ABCD', '#/p/12/2026-03', '#/a/12/2026', '#/x/12', '#/s/12/2026-03', '#/om/', '#om', '#/p/12<b>', '#//a/12']) assert.equal(parseAddress(hash).view, 'lost', hash);
});

test("a post's day is that of the preschool's clock, wherever it is read", () => {
  assert.equal(dayText('2019-12-31T23:30:00+01:00'), '31 december 2019');
  assert.equal(dayText('2020-01-01T00:10:00+01:00'), '1 januari 2020');
});

test('a day of this year has its weekday and no year', () => {
  assert.match(dayText(`${new Date().getFullYear()}-03-12T10:15:00+01:00`), /^(mån|tis|ons|tors|fre|lör|sön)dag 12 mars$/);
});

test('months and counts are written out', () => {
  assert.equal(monthText('2026-03'), 'Mars 2026');
  assert.equal(countText({ photo: 1, film: 0, sound: 2 }), '1 bild, 2 ljud');
  assert.equal(countText({ photo: 12, film: 1, sound: 0 }), '12 bilder, 1 film');
  assert.equal(countText({ photo: 0, film: 0, sound: 0 }), '');
  assert.equal(sizeText(2), 'mindre än 1 MB');
  assert.equal(sizeText(12_400_000), '12 MB');
  assert.equal(capital('solrosen'), 'Solrosen');
});
