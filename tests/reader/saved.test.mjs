/** A guardian key kept by a password manager: what is written, what is refused, and whom it trusts. Without IndexedDB the store remembers until the process ends. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { concat, toHex } from '../../theme/static/reader/bytes.js';
import { openInvitation } from '../../theme/static/reader/current.js';
import { forgetAll } from '../../theme/static/reader/forget.js';
import { kdf } from '../../theme/static/reader/kdf.js';
import { keyringPath } from '../../theme/static/reader/layout.js';
import { openSaved, readKey, writeKey } from '../../theme/static/reader/saved.js';
import { heldKeys } from '../../theme/static/reader/state.js';
import { Vault } from '../../theme/static/reader/vault.js';
import { Publisher, secretOf } from './publisher.mjs';
import { TestHost } from './host.mjs';

const KEY = await secretOf('guardian');
const LINK = await secretOf('link');
const FOREVER = 4_000_000_000;

let publisher;
let host;
const hosts = [];
after(() => hosts.forEach((one) => one.close()));

async function audiences(from) {
  const department = await from.putAudience('Solrosen', 'department', {});
  return [await from.putAudience('Solrosen', 'department', { '2026-03': [await from.card(department.id, { title: 'Hej', date: '2026-03-14T10:00:00+01:00' })] })];
}

beforeEach(async () => {
  await forgetAll();
  publisher = await Publisher.create();
  await publisher.putKeyring(KEY, await audiences(publisher));
  await publisher.putInvitation(LINK, KEY, FOREVER);
  await publisher.publish();
  host = await TestHost.serving(publisher.files);
  hosts.push(host);
  globalThis.location = { href: host.url };
});

/** What the reader saves after the link was opened here; then the device forgets. */
async function savedThenForgotten() {
  await Vault.adopt(await openInvitation(LINK));
  const [{ key, site, publisher: point }] = [...(await heldKeys()).values()];
  const text = await writeKey(key, site, point);
  await forgetAll();
  return text;
}

async function refused(promise, layer) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.layer, layer, error.stack);
    return true;
  });
}

async function keyringFile() {
  return keyringPath(toHex(await kdf(KEY, 16, 'keyring-name')));
}

test('the written key is the one that docs/format.md shows', async () => {
  const key = new Uint8Array(32).map((_, i) => i);
  const point = concat(Uint8Array.of(4), new Uint8Array(64));
  const text = await writeKey(key, '000102030405060708090a0b0c0d0e0f', point);
  assert.equal(text, 'pluttra1.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh_1uajQpXX58_gBhovrwhvAJzk7');
  assert.equal(text.length, 77);
});

test('a saved key opens what the link opened, on a device that has forgotten everything', async () => {
  const text = await savedThenForgotten();
  assert.equal(await Vault.resume(), null);
  const vault = await Vault.adopt(await openSaved(await readKey(text)));
  assert.equal(vault.reader.name, 'Vera');
  assert.equal((await vault.posts().next()).value.title, 'Hej');
  assert.ok(await Vault.resume());
});

test('white space that a manager or a finger put in does no harm', async () => {
  const text = await savedThenForgotten();
  const { key } = await readKey(` ${text.slice(0, 20)}\n ${text.slice(20)}\t`);
  assert.deepEqual(key, KEY);
});

test('a key that lacks a letter, has one changed or one too many is told as not whole', async () => {
  const text = await savedThenForgotten();
  const other = (letter) => (letter === 'A' ? 'B' : 'A');
  for (const broken of ['', 'Backen2026', 'pluttra1.', text.slice(0, -1), text + 'A', text.slice(1), text.toLowerCase()]) await refused(readKey(broken), 'link');
  for (let i = 9; i < text.length; i += 1) await refused(readKey(text.slice(0, i) + other(text[i]) + text.slice(i + 1)), 'link');
});

test('a key written by a newer reader is told as that', async () => {
  await refused(readKey('pluttra2.abc'), 'version');
  await refused(readKey('pluttra0.abc'), 'link');
});

test('a key whose keyring is gone, or says that access has ended, is an old one', async () => {
  const saved = await readKey(await savedThenForgotten());
  await publisher.putEnded(KEY);
  await refused(openSaved(saved), 'ended');
  host.files.delete(await keyringFile());
  await refused(openSaved(saved), 'missing');
  assert.equal(await Vault.resume(), null);
});

test('whoever has the key and the host still is not the publisher whom it was saved with', async () => {
  const saved = await readKey(await savedThenForgotten());
  const forger = await Publisher.create();
  forger.files = publisher.files;
  await forger.putKeyring(KEY, await audiences(forger));
  await forger.publish();
  await refused(openSaved(saved), 'signature');
});

test('nor if it shows the right keyring first and its own right after', async () => {
  const invitation = await openSaved(await readKey(await savedThenForgotten()));
  const forger = await Publisher.create();
  forger.files = publisher.files;
  await forger.putKeyring(KEY, await audiences(forger));
  await forger.publish();
  await refused(Vault.adopt(invitation), 'signature');
  assert.equal(await Vault.resume(), null);
});

test('another site behind the same key is refused', async () => {
  const saved = await readKey(await savedThenForgotten());
  await publisher.putKeyring(KEY, await audiences(publisher), { site: '0'.repeat(32) });
  await refused(openSaved(saved), 'signature');
});
