/** The rules that let the modules be joined into one classic worker script, and that the result is a script. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Script } from 'node:vm';

const READER = new URL('../../theme/static/reader/', import.meta.url);
const IMPORT = /^import \{ [\w, ]+ \} from '\.\/([\w-]+\.js)';$/gm;

function joined(first) {
  const order = [];
  const visit = (name) => {
    if (order.includes(name)) return;
    const text = readFileSync(new URL(name, READER), 'utf8');
    for (const [, needed] of text.matchAll(IMPORT)) visit(needed);
    order.push(name);
  };
  visit(first);
  return order;
}

test('the worker and all it imports are one classic script', () => {
  const texts = joined('worker.js').map((name) => readFileSync(new URL(name, READER), 'utf8').replace(IMPORT, '').replace(/^export /gm, ''));
  const script = texts.join('\n');
  assert.doesNotThrow(() => new Script(`'use strict';\n${script}`)); // a name declared twice is a syntax error too
  assert.doesNotMatch(script, /^(import|export)\b/m);
});

test('no module makes code of text, or puts text into a document as markup', () => {
  for (const name of readdirSync(READER).filter((file) => file.endsWith('.js'))) {
    const text = readFileSync(new URL(name, READER), 'utf8');
    assert.doesNotMatch(text, /\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write/, name);
  }
});
