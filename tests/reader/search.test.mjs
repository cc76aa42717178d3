/** What a search takes for the same word, and where it finds it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { excerptOf, findsAll, folded, spansOf, wordsOf } from '../../theme/static/reader/folding.js';
import { parseAddress } from '../../theme/static/reader/router.js';

test('å, ä and ö are letters of their own, however they are written', () => {
  for (const word of ['Åke', 'äpple', 'ÖRN']) {
    assert.equal(folded(word.normalize('NFD')), folded(word.normalize('NFC')));
    assert.equal(folded(word), word.toLowerCase());
  }
  assert.ok(!findsAll(wordsOf('ake'), wordsOf('Åke')));
  assert.ok(!findsAll(wordsOf('åke'), wordsOf('Ake')));
});

test('other accents, case and the neighbours’ letters are set aside', () => {
  assert.equal(folded('Linnéa'), 'linnea');
  assert.equal(folded('Linne\u0301a'), 'linnea');
  assert.equal(folded('KOVAČ'), 'kovac');
  assert.equal(folded('Zoë Müller'), 'zoe muller');
  assert.equal(folded('Bjørn Æger Straße'), 'björn äger strasse');
  assert.equal(folded('أحمد'), folded('احمد'));
  assert.equal(folded('مُحَمَّد'), folded('محمد'));
  assert.equal(folded('İstanbul'), 'istanbul');
});

test('a word is found by its beginning, not by its middle', () => {
  assert.ok(findsAll(wordsOf('koj'), wordsOf('Vi byggde kojor')));
  assert.ok(!findsAll(wordsOf('ojor'), wordsOf('Vi byggde kojor')));
});

test('a number is found whole, whatever noughts stand before it', () => {
  assert.ok(findsAll(wordsOf('2 oktober'), wordsOf('2 oktober 2026')));
  assert.ok(!findsAll(wordsOf('2 oktober'), wordsOf('14 oktober 2026')));
  assert.ok(findsAll(wordsOf('5/3'), wordsOf('2026-03-05')));
});

test('every word must be found, in any order', () => {
  assert.ok(findsAll(wordsOf('koja alva'), wordsOf('Alva i kojan')));
  assert.ok(!findsAll(wordsOf('koja noah'), wordsOf('Alva i kojan')));
});

test('signs between words are no words', () => {
  assert.deepEqual(wordsOf(' "Hej", sa hon – 12/3 (2026-03-12)! '), ['hej', 'sa', 'hon', '12', '3', '2026', '03']);
  assert.deepEqual(wordsOf('…'), []);
});

test('whole words are marked where they stand, accents and all', () => {
  const text = 'Linne\u0301a och Åke';
  assert.deepEqual(spansOf(text, wordsOf('linnea åk')).map(([from, to]) => text.slice(from, to)), ['Linne\u0301a', 'Åke']);
});

test('an excerpt stands around the first word found, cut between words', () => {
  const text = `${'ord '.repeat(60)}kojan stod kvar ${'mer '.repeat(60)}`.trim();
  const excerpt = excerptOf(text, wordsOf('koja'), 20);
  assert.match(excerpt, /^… (ord )+kojan stod kvar (mer )+…$/);
  assert.ok(excerpt.length < 70);
  assert.equal(excerptOf('kojan', wordsOf('koja')), 'kojan');
  assert.equal(excerptOf('inget här', wordsOf('koja')), '');
});

test('what is searched for stays in the fragment, and is no part of any other address', () => {
  for (const hash of ['#/sok', '#/sok?', '#/sok?koja', `#/sok?${encodeURIComponent('#/p/12 åäö?&\n')}`]) assert.equal(parseAddress(hash).view, 'sok', hash);
  for (const hash of ['#/soka', '#/sok/koja', '#/om?x', '#/nytt?x', '#/p/12?x']) assert.equal(parseAddress(hash).view, 'lost', hash);
  assert.equal(parseAddress('#/nytt').view, 'nytt');
});
