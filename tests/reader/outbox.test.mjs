/** What a reader sends: sealed, kept, delivered by the first way that takes it. Without IndexedDB the bag remembers until the process ends. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { after, beforeEach, test } from 'node:test';
import { blobOf, draft, dropDraft, keepBlob, keepDraft } from '../../theme/static/reader/drafts.js';
import { Sha256 } from '../../theme/static/reader/digesting.js';
import { openInvitation } from '../../theme/static/reader/current.js';
import { letterboxOf, letterboxPath } from '../../theme/static/reader/letterbox.js';
import { discard, enqueue, events, flush, markSent, randomId, retry, unsentOf, waitingIn } from '../../theme/static/reader/outbox.js';
import { openBag } from '../../theme/static/reader/postbag.js';
import { PIECE } from '../../theme/static/reader/sealing.js';
import { armourOf, deliver, mailOf } from '../../theme/static/reader/sending.js';
import { OUTBOX, untilLeft } from '../../theme/static/reader/store.js';
import { Vault } from '../../theme/static/reader/vault.js';
import { DropBox } from './dropbox.mjs';
import { TestHost } from './host.mjs';
import { openMessage } from './opener.mjs';
import { Publisher, secretOf } from './publisher.mjs';

const KEY = await secretOf('guardian');
const LINK = await secretOf('link');
const FOREVER = 4_000_000_000;
const ID = '3c'.repeat(16);
const DAY = 24 * 3600_000;

let publisher;
let host;
let box;
let drop;
const servers = [];
after(() => servers.forEach((one) => one.close()));

beforeEach(async () => {
  untilLeft.forEach((names) => names.clear());
  publisher = await Publisher.create();
  const department = await publisher.putAudience('Solrosen', 'department', { '2026-03': [] });
  box = await DropBox.open();
  drop = await publisher.putLetterbox([box.form(), box.post()]);
  await publisher.putKeyring(KEY, [department], { drop });
  await publisher.putInvitation(LINK, KEY, FOREVER);
  await publisher.publish();
  host = await TestHost.serving(publisher.files);
  servers.push(host, box);
  globalThis.location = new URL(host.url);
});

const adopted = async (link = LINK) => Vault.adopt(await openInvitation(link));

/** Everything that was taken, opened, in the order it came. */
function opened(key = KEY) {
  return Promise.all(box.taken.map(({ bytes }) => openMessage(key, publisher.site, bytes)));
}

/** Until the outbox is as it should be. */
async function until(is) {
  for (;;) {
    const next = once(events, 'changed');
    const entries = await waitingIn();
    if (is(entries)) return entries;
    await next;
  }
}

const delivered = (entries) => entries.length > 0 && entries.every(({ state }) => state === 'sent');
const stuck = (reason) => (entries) => entries.some((entry) => entry.reason === reason && entry.state !== 'sending');

test('a message is sealed under its sender, delivered by the first way, and opened by nobody else', async () => {
  const vault = await adopted();
  const id = await enqueue(vault, 'consent', { answer: 'no', child: '0123456789abcdef', purpose: 'foto' }, [], { about: 'Foto på gården' });
  const [entry] = await until(delivered);
  assert.deepEqual([entry.id, entry.kind, entry.about, entry.parts, entry.sent], [id, 'consent', 'Foto på gården', 1, 1]);
  const [{ header }] = await opened();
  assert.deepEqual(header.body, { answer: 'no', child: '0123456789abcdef', purpose: 'foto' });
  assert.equal(header.kind, 'consent');
  assert.ok(Math.abs(header.time - Date.now() / 1000) < 5);
  const [{ way, key, names, type, bytes }] = box.taken;
  assert.deepEqual([way, key, type], ['form', `m/${id}`, 'application/octet-stream']);
  assert.deepEqual(names, ['policy', 'x-amz-signature', 'success_action_status', 'key', 'file']);
  assert.equal(bytes.length, 32 + 56 + 1024 + 16);
  await assert.rejects(openMessage(await secretOf('somebody else'), publisher.site, bytes), { layer: 'sender' });
});

test('the same words twice are two messages that have nothing in common', async () => {
  const vault = await adopted();
  for (let i = 0; i < 2; i += 1) await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Så roligt!' });
  await until((entries) => entries.length === 2 && delivered(entries));
  const [one, other] = box.taken.map(({ bytes }) => bytes);
  assert.ok(one.filter((byte, i) => byte === other[i]).length < 60);
});

test('a file is sent in parts, each of them before the message that names it, with the digest of the whole', async () => {
  const vault = await adopted();
  const film = randomBytes(2 * PIECE + 1000);
  const file = randomId();
  const body = { child: '0123456789abcdef', files: [{ file, alt: 'En film' }], text: 'Hej', title: 'Hemma' };
  await enqueue(vault, 'observation', body, [{ file, blob: new Blob([film], { type: 'video/mp4' }) }]);
  await until(delivered);
  const messages = await opened();
  assert.deepEqual(messages.map(({ header }) => header.kind), ['part', 'part', 'part', 'observation']);
  assert.deepEqual(messages.slice(0, 3).map(({ header }) => header.body), [0, 1, 2].map((n) => ({ file, n, of: 3 })));
  assert.deepEqual(Buffer.concat(messages.map(({ attachment }) => attachment)), film);
  assert.deepEqual(messages[3].header.body.files, [{ alt: 'En film', digest: createHash('sha256').update(film).digest('base64url'), file, length: film.length, type: 'video/mp4' }]);
});

test('an empty file is one part, and a digest of pieces is that of the whole', async () => {
  const vault = await adopted();
  const file = randomId();
  await enqueue(vault, 'reply', { files: [{ file }], post: '0123456789abcdef', text: '' }, [{ file, blob: new Blob([]) }]);
  await until(delivered);
  assert.deepEqual((await opened()).map(({ header, attachment }) => [header.kind, attachment.length]), [['part', 0], ['reply', 0]]);
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const bytes = randomBytes(length);
    const digest = new Sha256();
    for (let i = 0; i < length; i += 37) digest.update(bytes.subarray(i, i + 37));
    assert.deepEqual(Buffer.from(digest.digest()), createHash('sha256').update(bytes).digest());
  }
});

test('a way that answers wrongly is passed by for the next', async () => {
  const vault = await adopted();
  for (const wrong of [{ status: 403 }, { status: 500 }, { status: 200 }, { status: 302, headers: { Location: '/elsewhere' } }, { status: 0 }]) {
    box.instead.form = wrong;
    box.taken.length = 0;
    await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
    await until(delivered);
    assert.deepEqual(box.taken.map(({ way }) => way), ['drop'], JSON.stringify(wrong));
  }
});

test('a form is not tried after its end, and a host that another address was given for is never asked over an open line', async () => {
  const vault = await adopted();
  await publisher.putLetterbox([box.form({ ends: 1_700_000_000 }), { kind: 'post', url: 'http://192.0.2.1/drop' }, box.post()]);
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
  await until(delivered);
  assert.deepEqual(box.asked, ['drop 201']);
});

test('a drop box that has much to do is left in peace for as long as it says, and asked at once by whoever asks again', async () => {
  const vault = await adopted();
  await publisher.putLetterbox([box.post()]);
  box.instead.drop = (n) => (n < 1 ? { status: 429, headers: { 'Retry-After': '600' } } : undefined);
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
  const [entry] = await until(stuck('busy'));
  assert.ok(entry.after > Date.now() + 590_000 && entry.after <= Date.now() + 600_000);
  assert.equal(await flush(vault), 1);
  assert.deepEqual(box.asked, ['drop 429']);
  assert.equal(await retry(vault), 0);
  assert.deepEqual(box.asked, ['drop 429', 'drop 201']);
});

test('it comes back by itself when the time is up', async () => {
  const vault = await adopted();
  await publisher.putLetterbox([box.post()]);
  box.instead.drop = (n) => (n < 1 ? { status: 503, headers: { 'Retry-After': '0' } } : undefined);
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
  const alive = setInterval(() => {}, 100);
  await until(delivered);
  clearInterval(alive);
  assert.deepEqual(box.asked, ['drop 503', 'drop 201']);
});

test('what a drop box never will take has failed, and the next is sent all the same', async () => {
  const vault = await adopted();
  await publisher.putLetterbox([box.post(), box.form()]);
  for (const status of [409, 413]) {
    box.instead.drop = (n) => (n < 1 ? { status } : undefined);
    box.asked.length = 0;
    await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
    await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej då' });
    const [first, second] = await until((entries) => entries.length === 2 && entries.every(({ state }) => ['sent', 'failed'].includes(state)));
    assert.deepEqual([first.state, first.reason, second.state], ['failed', 'refused', 'sent']);
    assert.deepEqual(box.asked, [`drop ${status}`, 'drop 201']);
    for (const { id } of await waitingIn()) await discard(id);
  }
});

test('with no way but mail it waits, and its mail holds the message', async () => {
  const vault = await adopted();
  await publisher.putLetterbox([{ kind: 'mail', to: 'svar@backen.example' }]);
  const id = await enqueue(vault, 'talk-time', { talk: '0123456789abcdef', time: '2026-11-30T14:30' });
  await until(stuck('mail'));
  const [bytes] = await unsentOf(id);
  const address = mailOf(bytes, 'svar@backen.example');
  assert.ok(address.length <= 1900);
  const [, query] = address.split('?');
  const lines = new URLSearchParams(query.replace(/\+/g, '%2B')).get('body').split('\r\n');
  const body = lines.slice(1, lines.indexOf('-----END PLUTTRA-----'));
  assert.equal(lines[0], '-----BEGIN PLUTTRA-----');
  assert.ok(body.every((line) => line.length <= 64));
  const file = new Uint8Array(Buffer.from(body.join(''), 'base64url'));
  assert.equal((await openMessage(KEY, publisher.site, file)).header.body.time, '2026-11-30T14:30');
  assert.equal(armourOf(bytes), lines.slice(0, -1).join('\r\n'));
  assert.equal(mailOf(new Uint8Array(4096 + 104), 'svar@backen.example'), null);
  await markSent(id);
  assert.deepEqual((await waitingIn()).map(({ state }) => state), ['sent']);
});

test('with no letterbox at all it waits until there is one', async () => {
  const vault = await adopted();
  const path = await letterboxPath(await secretOf('drop box'));
  const letterbox = host.files.get(path);
  host.files.delete(path);
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
  await until(stuck('no-way'));
  host.files.set(path, letterbox);
  assert.equal(await flush(vault), 0);
});

test('nobody can answer a preschool that has no drop box', async () => {
  const [department] = [await publisher.putAudience('Solrosen', 'department', { '2026-03': [] })];
  await publisher.putKeyring(KEY, [department]);
  const vault = await adopted();
  assert.equal(await letterboxOf(vault), null);
  await assert.rejects(enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' }), { word: 'no-drop' });
});

test('without a line it waits, part by part, and goes on where it was', async () => {
  const vault = await adopted();
  await publisher.putLetterbox([box.post()]);
  box.instead.drop = (n) => (n === 1 ? { status: 0 } : undefined);
  const file = randomId();
  await enqueue(vault, 'reply', { files: [{ file }], post: '0123456789abcdef', text: 'Hej' }, [{ file, blob: new Blob([randomBytes(PIECE + 1)]) }]);
  const [entry] = await until(stuck('unreachable'));
  assert.deepEqual([entry.sent, entry.parts], [1, 3]);
  host.down = true; // the letterbox is not to be had either
  assert.equal(await flush(vault), 1);
  host.down = false;
  assert.equal(await flush(vault), 0);
  assert.deepEqual(box.asked, ['drop 201', 'drop 0', 'drop 201', 'drop 201']);
  assert.equal(new Set(box.ids).size, 3);
});

test('two who send at the same time send nothing twice', async () => {
  const vault = await adopted();
  for (let i = 0; i < 3; i += 1) await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: `${i}` });
  await Promise.all([flush(vault), flush(vault)]);
  assert.equal(box.taken.length, 3);
});

test('what is discarded is not sent, and what is let go of by the device neither', async () => {
  const vault = await adopted();
  box.instead = { form: { status: 0 }, drop: { status: 0 } };
  const id = await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej då' });
  await until(stuck('unreachable'));
  await discard(id);
  assert.equal((await waitingIn()).length, 1);
  await vault.forget();
  assert.deepEqual(await waitingIn(), []);
  box.instead = {};
  assert.equal(await flush(vault), 0);
  assert.equal(box.taken.length, 0);
});

/** Make what the bag has of an entry another. */
async function altered(id, more) {
  await (await openBag()).change('entries', id, (entry) => ({ ...entry, ...more }));
}

test('what has waited for too long says so, and what was sealed with a key that is no more', async () => {
  const vault = await adopted();
  box.instead = { form: { status: 0 }, drop: { status: 0 } };
  const old = await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
  await until(stuck('unreachable'));
  const other = await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej då' });
  await flush(vault);
  await altered(old, { made: Date.now() - 25.1 * DAY });
  await altered(other, { by: '0'.repeat(32) });
  box.instead = {};
  assert.equal(await flush(vault), 0);
  const reasons = Object.fromEntries((await waitingIn()).map(({ id, state, reason }) => [id, `${state} ${reason}`]));
  assert.deepEqual(reasons, { [old]: 'failed too-old', [other]: 'failed old-key' });
  assert.deepEqual(await (await openBag()).all('sealed'), []);
  assert.equal(box.taken.length, 0);
});

test('a receipt is kept for thirty days, and of what nobody is told none', async () => {
  const vault = await adopted();
  const id = await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hej' });
  await enqueue(vault, 'read', { posts: ['0123456789abcdef'] }, [], { quiet: true });
  await flush(vault);
  assert.equal(box.taken.length, 2);
  assert.deepEqual((await (await openBag()).all('entries')).map(([one]) => one), [id]);
  await altered(id, { touched: Date.now() - 31 * DAY });
  await flush(vault);
  assert.deepEqual(await waitingIn(), []);
});

test('an answer is sealed with the key of whoever may give it', async () => {
  const [other, link] = [await secretOf('pedagogue'), await secretOf('her link')];
  const department = await publisher.putAudience('Solrosen', 'department', { '2026-03': [] });
  const noah = await publisher.putAudience('Noah', 'child', { '2026-03': [] }, { child: '00'.repeat(8) });
  const child = { audience: noah.id, departments: [department.id], id: '00'.repeat(8), name: 'Noah' };
  const staff = { reader: { id: 's1', lang: 'sv', name: 'Ingrid', role: 'pedagogue' }, drop };
  await publisher.putKeyring(other, [department, noah], { children: [child], ...staff });
  await publisher.putInvitation(link, other, FOREVER, 'Ingrid');
  await publisher.putKeyring(KEY, [department, noah], { children: [child], drop });
  await publisher.publish();
  await adopted(link);
  const vault = await adopted();
  assert.equal(vault.reader.name, 'Ingrid');
  await enqueue(vault, 'consent', { answer: 'no', child: child.id, purpose: 'foto' });
  await enqueue(vault, 'post', { children: [], date: '2026-03-14T10:00:00+01:00', files: [], home: department.id, text: 'Hej', title: 'Hej' });
  await flush(vault);
  const [first, second] = box.taken.map(({ bytes }) => bytes);
  assert.equal((await openMessage(KEY, publisher.site, first)).header.kind, 'consent');
  assert.equal((await openMessage(other, publisher.site, second)).header.kind, 'post');
});

test('a draft comes back as it was typed, and goes when it is delivered, unless somebody has typed on', async () => {
  const vault = await adopted();
  const kept = await keepDraft(vault, 'reply/1', { text: 'Så fint – 1½', n: -1.5 });
  await keepBlob(vault, 'reply/1/photo', new Blob(['x'.repeat(5_000_000)], { type: 'image/jpeg' }));
  await keepDraft(vault, 'reply/12', 'annat');
  assert.deepEqual(await draft(vault, 'reply/1'), { text: 'Så fint – 1½', n: -1.5 });
  const blob = await blobOf(vault, 'reply/1/photo');
  assert.deepEqual([blob.type, blob.size, await blob.slice(4_194_000, 4_195_000).text()], ['image/jpeg', 5_000_000, 'x'.repeat(1000)]);
  const later = await keepDraft(vault, 'reply/1', { text: 'Så fint – och mer' });
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Så fint' }, [], { draft: kept });
  await flush(vault);
  assert.deepEqual(await draft(vault, 'reply/1'), { text: 'Så fint – och mer' });
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Så fint – och mer' }, [], { draft: later });
  await flush(vault);
  assert.equal(await draft(vault, 'reply/1'), null);
  assert.equal(await blobOf(vault, 'reply/1/photo'), null);
  assert.equal(await draft(vault, 'reply/12'), 'annat');
  await dropDraft('reply/12');
  assert.deepEqual(await (await openBag()).all('drafts'), []);
  assert.deepEqual(await (await openBag()).all('pieces'), []);
});

test('nothing that was written lies in the bag in clear', async () => {
  const vault = await adopted();
  box.instead = { form: { status: 0 }, drop: { status: 0 } };
  await keepDraft(vault, 'reply/1', { text: 'Hemligheten' });
  await keepBlob(vault, 'reply/1/photo', new Blob(['Hemligheten']));
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Hemligheten' }, [], { about: 'Hemligheten' });
  for (const [id, value] of untilLeft.get(OUTBOX)) {
    const parts = value instanceof Uint8Array ? [value] : Object.values(value);
    const text = id + parts.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : JSON.stringify(part))).join();
    assert.doesNotMatch(text, /Hemlig|reply",|consent/, id);
  }
});

test('half a letter is no hindrance', async () => {
  const vault = await adopted();
  await enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'Så \ud83d fint 🌲', more: undefined }, [], { about: '\ud83d' });
  await flush(vault);
  assert.equal((await opened())[0].header.body.text, 'Så \ufffd fint 🌲');
});

test('words beyond four mebibytes are refused in a word, and leave nothing', async () => {
  const vault = await adopted();
  await assert.rejects(enqueue(vault, 'reply', { files: [], post: '0123456789abcdef', text: 'x'.repeat(2 ** 22) }), { word: 'too-long' });
  assert.deepEqual(await (await openBag()).all('entries'), []);
});

test('a wait is read in seconds or as a date, and is never so long that nobody comes back', async () => {
  const bytes = new Uint8Array(1128);
  const wait = async (headers) => {
    box.instead.drop = { status: 503, headers };
    return (await deliver(bytes, ID, [box.post()])).wait;
  };
  assert.equal(await wait({ 'Retry-After': '7' }), 7000);
  assert.equal(await wait({}), 60_000);
  assert.equal(await wait({ 'Retry-After': 'snart' }), 60_000);
  assert.equal(await wait({ 'Retry-After': '999999' }), 3600_000);
  const dated = await wait({ 'Retry-After': new Date(Date.now() + 120_000).toUTCString() });
  assert.ok(dated > 100_000 && dated <= 120_000);
});
