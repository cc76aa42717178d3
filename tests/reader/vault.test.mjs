/** The vault against a real host: what a guardian reads, and what is refused. Without IndexedDB the store remembers until the process ends. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { piecesOf } from '../../theme/static/reader/pieces.js';
import { forgetAll } from '../../theme/static/reader/forget.js';
import { openInvitation } from '../../theme/static/reader/current.js';
import { findStanding, standingPages } from '../../theme/static/reader/standing.js';
import { Vault } from '../../theme/static/reader/vault.js';
import { concat, toHex, utf8 } from '../../theme/static/reader/bytes.js';
import { kdf } from '../../theme/static/reader/kdf.js';
import { keyringPath, objectPath } from '../../theme/static/reader/layout.js';
import { mediumAt } from '../../theme/static/reader/medium.js';
import { Publisher, secretOf } from './publisher.mjs';
import { TestHost } from './host.mjs';

const KEY = await secretOf('guardian');
const LINK = await secretOf('link');
const FOREVER = 4_000_000_000;
const FILM = new Uint8Array(2_500_000).map((_, i) => (i * 7) % 251);

let publisher;
let host;
let hosts = [];
after(() => hosts.forEach((one) => one.close()));

/** The site of every test: a department with two months, a child's folder, one post in both. */
async function seal({ epoch = 1, broken } = {}) {
  const department = await publisher.putAudience('Solrosen', 'department', {}, { epoch });
  const both = await publisher.card(department.id, { title: 'Båda', date: '2026-03-14T10:00:00+01:00', children: [['00000000000000aa', 'Ada']] });
  const film = await publisher.card(department.id, {
    title: 'Film', date: '2026-03-12T10:00:00+01:00', media: [{ content: utf8('foto'), type: 'image/webp' }, { content: FILM, type: 'video/mp4' }],
  });
  const old = await publisher.card(department.id, { title: 'Förr', date: '2026-02-12T10:00:00+01:00' });
  const child = await publisher.putAudience('Ada', 'child', {}, { epoch });
  const own = await publisher.card(child.id, { title: 'Eget', date: '2026-03-13T10:00:00+01:00' });
  return [
    await publisher.putAudience('Solrosen', 'department', { '2026-03': [both, film], '2026-02': [old] }, { epoch, broken }),
    await publisher.putAudience('Ada', 'child', { '2026-03': [both, own] }, { child: '00000000000000aa', epoch }),
  ];
}

beforeEach(async () => {
  await forgetAll();
  publisher = await Publisher.create();
  await publisher.putKeyring(KEY, await seal());
  await publisher.putInvitation(LINK, KEY, FOREVER);
  await publisher.publish();
  host = await TestHost.serving(publisher.files);
  hosts.push(host);
  globalThis.location = { href: host.url };
});

async function adopted() {
  return Vault.adopt(await openInvitation(LINK));
}

async function titles(posts) {
  const found = [];
  for await (const { title } of posts) found.push(title);
  return found;
}

async function refused(promise, layer) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.layer, layer, error.stack);
    return true;
  });
}

async function keyringFile(key = KEY) {
  return keyringPath(toHex(await kdf(key, 16, 'keyring-name')));
}

test('a link opens what the guardian may read, newest first and each post once', async () => {
  const vault = await adopted();
  assert.equal(vault.reader.name, 'Vera');
  assert.deepEqual(await titles(vault.posts()), ['Båda', 'Eget', 'Film', 'Förr']);
  const [first] = [(await vault.posts().next()).value];
  assert.equal(first.audiences.length, 2);
  assert.equal(await vault.page(first.page), '<article><h1>Båda</h1></article>');
});

test('a child has the posts that name it and those of its folder', async () => {
  await publisher.putKeyring(KEY, await seal(), { children: [{ audience: (await seal())[1].id, departments: [], id: '00000000000000aa', name: 'Ada' }] });
  const vault = await adopted();
  assert.deepEqual(await titles(vault.posts({ child: '00000000000000aa' })), ['Båda', 'Eget']);
});

test('months that the keyring does not open are not there', async () => {
  const [department, child] = await seal();
  await publisher.grant(department, ['2026-03']);
  await publisher.putKeyring(KEY, [department, child]);
  const vault = await adopted();
  assert.deepEqual(await vault.months(department.id), ['2026-03']);
  assert.equal(await vault.index(department.id, '2026-02'), null);
});

test('a device that has been here before opens without a link', async () => {
  await adopted();
  const vault = await Vault.resume();
  await vault.refresh();
  assert.deepEqual(await titles(vault.posts({ month: '2026-02' })), ['Förr']);
});

test('a range of a film is fetched by the segments that hold it', async () => {
  const vault = await adopted();
  const { media } = (await vault.index(vault.audiences[0].id, '2026-03')).posts[1];
  host.asked.length = 0;
  const opened = [];
  for await (const piece of piecesOf(vault, media[1], 1_048_570, 1_048_580)) opened.push(piece);
  assert.deepEqual(concat(...opened), FILM.slice(1_048_570, 1_048_580));
  assert.deepEqual(host.asked.map((asked) => asked.split(' ')[1]), ['0-1049655', '1049656-2099255']);
});

test('a host without ranges gives the same film', async () => {
  const vault = await adopted();
  host.ranges = false;
  const { media } = (await vault.index(vault.audiences[0].id, '2026-03')).posts[1];
  const opened = [];
  for await (const piece of piecesOf(vault, media[1])) opened.push(piece);
  assert.deepEqual(concat(...opened), FILM);
});

test('a film that fails in one segment plays in the others', async () => {
  const vault = await adopted();
  const { media } = (await vault.index(vault.audiences[0].id, '2026-03')).posts[1];
  publisher.files.get(objectPath(media[1].name))[1_100_000] ^= 1;
  await refused(piecesOf(vault, media[1], 1_048_576, 1_048_577).next(), 'digest');
  assert.deepEqual((await piecesOf(vault, media[1], 0, 4).next()).value, FILM.slice(0, 4));
});

test('a link without an invitation, or past its end, has expired', async () => {
  await refused(openInvitation(await secretOf('another link')), 'missing');
  await publisher.putInvitation(LINK, KEY, 1_700_000_000);
  await refused(openInvitation(LINK), 'ends');
});

test('an invitation to another site than its keyring is refused', async () => {
  const invitation = await openInvitation(LINK);
  await refused(Vault.adopt({ ...invitation, site: '0'.repeat(32) }), 'binding');
  assert.equal(await Vault.resume(), null);
});

test('a second link tells whose keys the device has, and adds to them', async () => {
  await adopted();
  const other = await secretOf('other guardian');
  const link = await secretOf('other link');
  const lilies = await publisher.putAudience('Liljan', 'department', { '2026-03': [await publisher.card('0'.repeat(32), { title: 'Liljor', date: '2026-03-20T10:00:00+01:00' })] });
  await publisher.putKeyring(other, [lilies], { name: 'Olle' });
  await publisher.putInvitation(link, other, FOREVER, 'Olle');
  await publisher.publish();
  const invitation = await openInvitation(link);
  assert.deepEqual([invitation.known, invitation.others, invitation.replaces], [false, ['Vera'], false]);
  const vault = await Vault.adopt(invitation);
  assert.deepEqual(vault.readers.map(({ name }) => name), ['Vera', 'Olle']);
  assert.deepEqual(await titles(vault.posts({ month: '2026-03' })), ['Liljor', 'Båda', 'Eget', 'Film']);
});

test('a new root shows the new posts', async () => {
  const vault = await adopted();
  assert.equal((await vault.refresh()).changed, false);
  const card = await publisher.card('0'.repeat(32), { title: 'Nytt', date: '2026-03-30T10:00:00+01:00' });
  await publisher.putAudience('Ada', 'child', { '2026-03': [card] });
  await publisher.publish();
  const { changed, sequence } = await vault.refresh();
  assert.deepEqual([changed, sequence], [true, publisher.sequence]);
  assert.equal((await titles(vault.posts()))[0], 'Nytt');
});

test('an older root, or another of the same number, is rolled back', async () => {
  const first = publisher.files.get('root');
  await publisher.publish();
  const vault = await adopted();
  publisher.files.set('root', first);
  await refused(vault.refresh(), 'sequence');
  publisher.sequence -= 1;
  await publisher.publish({ notice: 1 });
  await refused(vault.refresh(), 'sequence');
  assert.equal((await titles(vault.posts())).length, 4, 'what was open goes on working');
});

test('a root signed by another is refused', async () => {
  const other = await Publisher.create();
  await other.publish();
  publisher.files.set('root', other.files.get('root'));
  await refused(adopted(), 'signature');
});

test('a keyring of another publisher than before is refused', async () => {
  const vault = await adopted();
  const thief = await Publisher.create();
  await thief.putKeyring(KEY, []);
  publisher.files.set(await keyringFile(), thief.files.get(await keyringFile()));
  await refused(vault.refresh(), 'signature');
});

test('a keyring older than the root asks for is fetched again, once', async () => {
  const old = publisher.files.get(await keyringFile());
  publisher.generation = 2;
  await publisher.publish();
  host.asked.length = 0;
  await refused(adopted(), 'generation');
  assert.equal(host.asked.filter((path) => path.startsWith('k/')).length, 3, 'the invitation, and the keyring twice');
  await publisher.putKeyring(KEY, await seal());
  const vault = await adopted();
  publisher.files.set(await keyringFile(), old);
  await refused(vault.refresh(), 'generation');
});

test('ended access is told as that, even when the root has gone on', async () => {
  const vault = await adopted();
  publisher.generation = 2;
  await publisher.putEnded(KEY);
  await publisher.publish();
  await refused(vault.refresh(), 'ended');
  assert.equal(vault.ready, false);
});

test('a keyring written while an epoch is broken works with the old root and with the new', async () => {
  const old = await seal();
  await publisher.publish();
  const before = publisher.files.get('root');
  const broken = await seal({ epoch: 2 });
  broken.forEach((audience, i) => audience.epochs.push(...old[i].epochs));
  await publisher.putKeyring(KEY, broken);
  await publisher.publish();
  const after = publisher.files.get('root');
  publisher.files.set('root', before);
  const vault = await adopted();
  assert.equal((await titles(vault.posts())).length, 4);
  publisher.files.set('root', after);
  assert.equal((await vault.refresh()).changed, true);
  assert.equal((await titles(vault.posts())).length, 4);
});

test('a missing object is looked for once more from a new root', async () => {
  const vault = await adopted();
  const post = (await vault.posts().next()).value;
  publisher.files.delete(objectPath(post.page.name));
  await refused(vault.page(post.page), 'host');
  const [department] = await seal();
  const moved = await publisher.card(department.id, { title: 'Båda', date: '2026-03-14T10:00:00+01:00', html: '<article>Flyttat</article>' });
  await publisher.putAudience('Solrosen', 'department', { '2026-03': [moved] });
  await publisher.publish();
  publisher.files.delete(objectPath(post.page.name));
  assert.equal(await vault.page(post.page), '<article>Flyttat</article>');
});

test('forged, swapped and damaged files are refused by the layer that must', async () => {
  const vault = await adopted();
  const [first, second] = (await vault.index(vault.audiences[0].id, '2026-03')).posts;
  publisher.files.set(objectPath(first.page.name), publisher.files.get(objectPath(second.page.name)));
  await refused(vault.page(first.page), 'digest');
  assert.throws(() => mediumAt(second.index ?? { posts: [second], pages: [] }, `media:${second.id}/2`), { layer: 'encoding' });
  assert.throws(() => mediumAt({ posts: [second], pages: [] }, `media:${second.id}/01`), { layer: 'encoding' });
});

test('an index of another audience or month is refused, whoever sealed it', async () => {
  for (const broken of [{ index: { audience: '0'.repeat(32) } }, { index: { month: '2026-01' } }, { catalogue: { audience: '0'.repeat(32) } }, { catalogue: { kind: 'staff' } }]) {
    await forgetAll();
    const audiences = await seal({ broken });
    await publisher.putKeyring(KEY, audiences);
    await publisher.publish();
    const vault = await adopted();
    await refused(vault.index(audiences[0].id, '2026-03'), 'binding');
  }
});

test('a host that is away is unreachable, and what is open goes on working', async () => {
  const vault = await adopted();
  await titles(vault.posts());
  host.down = true;
  assert.deepEqual(await vault.refresh().then(({ offline, changed }) => [offline, changed]), [true, false]);
  assert.equal((await titles(vault.posts())).length, 4);
  await refused(openInvitation(LINK), 'host');
});

test('a missing root or keyring is unreachable', async () => {
  const vault = await adopted();
  publisher.files.delete(await keyringFile());
  assert.equal((await vault.refresh()).offline, true);
  await forgetAll();
  await refused(adopted(), 'host');
});

test('somebody else’s page in place of a file is unreachable, not tampering', async () => {
  const server = host.server;
  server.removeAllListeners('request');
  server.on('request', (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Logga in på nätet</h1>'));
  await refused(openInvitation(LINK), 'host');
});

test('a talk stands on its child’s page in every month, a page without a day in the newest month alone', async () => {
  const talk = await publisher.standing({ title: 'Samtal', kind: 'talk', date: '2026-02-26T14:30:00+01:00', media: [{ content: utf8('BEGIN:VCALENDAR'), type: 'text/calendar' }] });
  const [list, old] = [await publisher.standing({ title: 'Lista', kind: 'consents' }), await publisher.standing({ title: 'Förra listan', kind: 'consents' })];
  const child = await publisher.putAudience('Ada', 'child', { '2026-03': [], '2026-02': [] }, { child: '00000000000000aa', pages: { '2026-02': [talk] } });
  const staff = await publisher.putAudience('Personal', 'staff', { '2026-03': [], '2026-02': [] }, { pages: { '2026-03': [list], '2026-02': [old] } });
  await publisher.putKeyring(KEY, [child, staff]);
  await publisher.publish();
  const vault = await adopted();
  const names = async (id) => (await standingPages(vault, id)).map(({ title }) => title);
  assert.deepEqual([await names(child.id), await names(staff.id)], [['Samtal'], ['Lista']]);
  const found = await findStanding(vault, talk.id);
  assert.equal(await vault.page(found.page), '<article><h1>Samtal</h1></article>');
  assert.equal(mediumAt(found.index, `media:${talk.id}/0`).type, 'text/calendar');
  assert.equal(await findStanding(vault, old.id), null);
  assert.deepEqual(await titles(vault.posts()), []);
});

test('a reader of later months only does not see an earlier talk', async () => {
  const talk = await publisher.standing({ title: 'Samtal', kind: 'talk', date: '2026-02-26T14:30:00+01:00' });
  const child = await publisher.putAudience('Ada', 'child', { '2026-03': [], '2026-02': [] }, { child: '00000000000000aa', pages: { '2026-02': [talk] } });
  await publisher.grant(child, ['2026-03']);
  await publisher.putKeyring(KEY, [child]);
  await publisher.publish();
  assert.equal(await findStanding(await adopted(), talk.id), null);
});

test('forgetting the device leaves no key', async () => {
  const vault = await adopted();
  await vault.forget();
  assert.equal(await Vault.resume(), null);
});
