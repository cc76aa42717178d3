/** What the interface says of days, months and counts, and which page an address means. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parseAddress } from '../../theme/static/reader/router.js';
import { longDay, longMoment, momentText, monthText, sizeText } from '../../theme/static/reader/moments.js';
import { capital, countText, dayText, learn, plural } from '../../theme/static/reader/words.js';

/** The words of every language as the publisher renders them. @type {Record<string, string>} */
const languages = JSON.parse(readFileSync(process.env.INTERFACE_WORDS ?? '', 'utf8'));
const THIS_YEAR = new Date().getFullYear();

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
  learn(languages.sv);
  assert.equal(dayText('2019-12-31T23:30:00+01:00'), '31 december 2019');
  assert.equal(dayText('2020-01-01T00:10:00+01:00'), '1 januari 2020');
  assert.equal(longMoment('2026-03-12T09:05:00+01:00'), 'torsdag 12 mars 2026 kl. 09:05');
});

test('a day of this year has its weekday and no year', () => {
  learn(languages.sv);
  assert.match(dayText(`${THIS_YEAR}-03-12T10:15:00+01:00`), /^(mån|tis|ons|tors|fre|lör|sön)dag 12 mars$/);
});

test('months and counts are written out', () => {
  learn(languages.sv);
  assert.equal(capital(monthText('2026-03')), 'Mars 2026');
  assert.equal(countText({ photo: 1, film: 0, sound: 2 }), '1 bild, 2 ljud');
  assert.equal(countText({ photo: 12, film: 1, sound: 0 }), '12 bilder, 1 film');
  assert.equal(countText({ photo: 0, film: 0, sound: 0 }), '');
  assert.equal(sizeText(2), 'mindre än 1 MB');
  assert.equal(sizeText(12_400_000), '12 MB');
});

test('days are written as each language writes them', () => {
  const days = { sv: 'torsdag 12 mars 2026', en: 'Thursday, 12 March 2026', ar: 'الخميس، 12 مارس 2026', so: 'Khamiis, Maarso 12, 2026', fi: 'torstai 12. maaliskuuta 2026' };
  for (const [language, day] of Object.entries(days)) {
    learn(languages[language]);
    assert.equal(longDay('2026-03-12T10:15:00+01:00'), day);
  }
  learn(languages.fi);
  assert.equal(monthText('2026-03'), 'maaliskuu 2026');
  assert.equal(longMoment('2026-03-12T09:05:00+01:00'), 'torstai 12. maaliskuuta 2026 klo 9.05');
});

test("a moment is told by this device's own clock", () => {
  learn(languages.sv);
  const at = new Date(2026, 2, 12, 7, 8);
  assert.equal(momentText(at.getTime() / 1000), '12 mars kl. 07:08');
});

test('a plural has the form that its number asks for, and as many forms as the language has', () => {
  learn(languages.ar);
  const forms = [0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111, 200, 1003].map((n) => plural('photos', n));
  assert.deepEqual(forms, ['لا صور', 'صورة واحدة', 'صورتان', '3 صور', '10 صور', '11 صورة', '99 صورة', '100 صورة', '102 صورة', '103 صور', '111 صورة', '200 صورة', '1003 صور']);
  assert.equal(countText({ photo: 2, film: 1, sound: 0 }), 'صورتان، فيلم واحد');
  learn(languages.fi);
  assert.deepEqual([1, 2, 21].map((n) => plural('news', n)), ['1 uusi julkaisu viime kerran jälkeen', '2 uutta julkaisua viime kerran jälkeen', '21 uutta julkaisua viime kerran jälkeen']);
});

test('every language has a form for every number', () => {
  for (const words of Object.values(languages)) {
    learn(words);
    const plurals = Object.keys(JSON.parse(words)).filter((key) => JSON.parse(words)[key]?.other);
    assert.ok(plurals.length > 5);
    for (const key of plurals) for (let n = 0; n < 250; n += 1) assert.doesNotMatch(plural(key, n), /undefined|%\(/);
  }
});
