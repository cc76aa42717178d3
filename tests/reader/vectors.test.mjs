/** Runs every vector of tests/vectors/ through the reader's modules; the Python tests run the same files. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { concat, fromB64, fromHex, toHex, uint } from '../../theme/static/reader/bytes.js';
import { decodeValue } from '../../theme/static/reader/canonical.js';
import { encodeValue } from '../../theme/static/reader/encoding.js';
import { mustHaveDigest, openSealed, openerOf } from '../../theme/static/reader/cobblestone.js';
import { catalogueFrom, cataloguedIn, indexFrom, invitationFrom, keyringFrom, monthSecret, mustBeCurrent, nameFrom, nodeOf, parseLink, rootFrom, rowFrom } from '../../theme/static/reader/chain.js';
import { layerOf, must } from '../../theme/static/reader/errors.js';
import { kdf, sha256 } from '../../theme/static/reader/kdf.js';
import { SEGMENT, kdfInfo, sealedLength, segmentSpan } from '../../theme/static/reader/layout.js';
import { letterboxFrom, letterboxPath, letterboxValue } from '../../theme/static/reader/letterbox.js';
import { paddedLength, unpad } from '../../theme/static/reader/padding.js';
import { openSpan } from '../../theme/static/reader/pieces.js';
import { messageContent, messageLength, sealMessage } from '../../theme/static/reader/sealing.js';
import { catalogueValue, epochValue, indexValue, invitationValue, keyringValue, mustBeOfSegments, referenceValue, rootValue } from '../../theme/static/reader/values.js';
import { VECTORS, bytesOf, readJson } from './notation.mjs';
import { openMessage } from './opener.mjs';
import { sealed } from './publisher.mjs';

/** What to do with a vector of each file: compare what comes out, or throw the layer that refuses. */
const RUN = {
  'b64.json': async ({ text, raw }) => {
    assert.deepEqual(fromB64(text), await bytesOf(raw));
  },
  'canonical.json': async ({ encoded }) => {
    const bytes = await bytesOf(encoded);
    assert.deepEqual(encodeValue(decodeValue(bytes)), bytes);
  },
  'kdf.json': async ({ secret, label, parts, length, info, result }) => {
    const made = await Promise.all(parts.map((part) => (part.u64 === undefined ? bytesOf(part) : uint(part.u64, 8))));
    assert.equal(toHex(kdfInfo(label, ...made)), info);
    assert.equal(toHex(await kdf(await bytesOf(secret), length, label, ...made)), result);
  },
  'link.json': async ({ link, secret, mangled }) => {
    const found = parseLink(link);
    if (!found) throw Object.assign(new Error('no link'), { layer: 'link' });
    assert.equal(toHex(found.secret), secret);
    assert.equal(found.mangled, mangled);
  },
  'letterbox.json': async ({ secret, letterboxName, sealed: bytes, content }, shared) => {
    assert.equal(await letterboxPath(fromHex(secret)), `k/${letterboxName.slice(0, 2)}/${letterboxName}`);
    const opened = await letterboxFrom(await bytesOf(bytes, shared), fromHex(secret));
    assert.deepEqual(opened, letterboxValue(await bytesOf(content, shared)));
  },
  'messages.json': async ({ guardianKey, site, dropKey, file, header, attachment, salt, id, length }, shared) => {
    const [bytes, key] = [await bytesOf(file, shared), fromHex(guardianKey)];
    assert.equal(toHex(await kdf(key, 32, 'drop')), dropKey);
    const opened = await openMessage(key, site, bytes);
    const told = decodeValue(await bytesOf(header, shared));
    assert.deepEqual(opened, { header: told, attachment: await bytesOf(attachment, shared) });
    assert.equal(bytes.length, length);
    assert.deepEqual(await sealMessage(key, site, fromHex(id), messageContent(told, opened.attachment), fromHex(salt)), bytes);
  },
  'padded-lengths.json': async ({ role, length, padded }) => assert.equal(role === 'message' ? messageLength(length) : paddedLength(role, length), padded),
  'padding.json': async ({ role, padded, length, content }, shared) =>
    assert.deepEqual(unpad(role, await bytesOf(padded, shared), length), await bytesOf(content ?? '', shared)),
  'references.json': async ({ reference }) => {
    const role = Array.isArray(reference) && reference[4] === 'text/html' ? 'page' : 'media';
    await mustBeOfSegments(referenceValue(role)(reference));
  },
  'objects.json': async ({ role, secret, content, sealedLength: length, digest, segments }, shared) => {
    const whole = await bytesOf(content, shared);
    const bytes = await sealed(role, await bytesOf(secret), whole);
    assert.equal(bytes.length, length);
    assert.equal(toHex(await sha256(segments ? fromHex(segments) : bytes)), digest);
    assert.deepEqual(await openSealed(bytes, role, await bytesOf(secret), await bytesOf(digest), whole.length), whole);
    const count = segments.length / 64;
    for (let i = 0; i < count; i++) {
      const piece = bytes.subarray(...segmentSpan(i, bytes.length));
      assert.equal(toHex(await sha256(piece)), segments.slice(64 * i, 64 * i + 64));
    }
  },
  'sealed.json': async ({ role, secret, digest, length, sealed: written, content }, shared) => {
    const bytes = await bytesOf(written, shared);
    const key = await bytesOf(secret);
    const opened = await openSealed(bytes, role, key, digest && (await bytesOf(digest)), length);
    const right = await bytesOf(content ?? '', shared);
    assert.deepEqual(opened, right);
    assert.deepEqual(await sealed(role, key, right), bytes);
  },
  'ranges.json': async ({ reference: written, sealed: bytes, start, stop, content }, shared) => {
    const reference = referenceValue('media')(written);
    await mustBeOfSegments(reference);
    const whole = await bytesOf(bytes, shared);
    assert.deepEqual(await range(reference, whole, start, Math.min(stop, reference.length)), await bytesOf(content ?? '', shared));
  },
  'values.json': async ({ kind, content }) => {
    const read = { index: indexValue, catalogue: catalogueValue, keyring: keyringValue, invitation: invitationValue, root: rootValue };
    must(!('ended' in (await read[kind](await bytesOf(content)))), 'ended');
  },
  'row.json': async ({ secret, sealed: bytes, row }, shared) => {
    const opened = await rowFrom(await bytesOf(bytes, shared), await bytesOf(secret));
    assert.deepEqual(written(opened), row);
  },
  'index.json': async ({ sealed: bytes, row, audience, month }, shared) => {
    const way = { secret: fromHex(row.secret), name: row.name, digest: fromHex(row.digest), length: row.length };
    const opened = await indexFrom(await bytesOf(bytes, shared), way, audience, month);
    assert.equal(opened.month, month);
    assert.deepEqual(opened.posts[0].media[0].at, { audience, month, post: opened.posts[0].id, n: 0 });
  },
  'catalogue.json': async ({ sealed: bytes, digest, audience, kind, epoch, rows }, shared) => {
    const opened = await catalogueFrom(await bytesOf(bytes, shared), fromHex(digest), fromB64(epoch.catalogue), { id: audience, kind });
    const found = {};
    const nodes = epochValue(epoch).months;
    for (const [month, row] of opened.months) {
      const node = nodeOf(nodes, month);
      if (node) found[month] = written(await rowFrom(row, await monthSecret(node, month)));
    }
    assert.deepEqual(found, rows);
  },
  'slot.json': async ({ catalogue, sequence, slot: [label, value], catalogueName, digest, decoy }) => {
    if (decoy) return;
    const found = await cataloguedIn({ slots: new Map([[label, fromB64(value)]]), sequence }, fromHex(catalogue));
    assert.deepEqual([found?.name, toHex(found?.digest ?? [])], [catalogueName, digest]);
  },
  'keyring.json': async ({ guardianKey, keyringName, seen, known, invitedSite, sealed: bytes, content }, shared) => {
    assert.equal(await nameFrom('keyring', fromHex(guardianKey)), keyringName);
    const remembered = { site: known?.site ?? invitedSite ?? undefined, publisher: known ? fromHex(known.publisher) : undefined, generation: seen };
    const opened = await keyringFrom(await bytesOf(bytes, shared), fromHex(guardianKey), remembered);
    assert.deepEqual(opened, keyringValue(await bytesOf(content, shared)));
  },
  'invitation.json': async ({ link, secret, invitationName, now, sealed: bytes, content }, shared) => {
    assert.equal(toHex(parseLink(link).secret), secret);
    assert.equal(await nameFrom('invitation', fromHex(secret)), invitationName);
    const opened = await invitationFrom(await bytesOf(bytes, shared), fromHex(secret), now);
    assert.deepEqual(opened, invitationValue(await bytesOf(content, shared)));
  },
  'root.json': async ({ siteKey, publisher, site, seen, keyringGeneration, sealed: bytes, digest }, shared) => {
    const keyring = { siteKey: fromHex(siteKey), publisher: await bytesOf(publisher), site, generation: keyringGeneration };
    const root = await rootFrom(await bytesOf(bytes, shared), keyring);
    mustBeCurrent(root, seen, [keyring]);
    if (digest) assert.equal(root.digest, digest);
  },
};

function written({ secret, name, digest, length }) {
  return { secret: toHex(secret), name, digest: toHex(digest), length };
}

async function range(reference, whole, start, end) {
  const total = sealedLength(paddedLength('media', reference.length));
  const segment = async (i) => {
    const bytes = whole.slice(...segmentSpan(i, total));
    await mustHaveDigest(bytes, reference.segments[i]);
    return bytes;
  };
  const key = await kdf(reference.secret, 32, 'seal', 'media');
  const first = Math.floor(start / SEGMENT);
  const opened = [];
  for (let i = first; i <= Math.floor((end - 1) / SEGMENT); i++) {
    const bytes = await segment(i);
    const opener = await openerOf(key, i ? whole.subarray(0, 56) : bytes); // the first segment may carry the fault of another vector
    opened.push(await openSpan(opener, bytes, i, start, end, reference.length));
  }
  return concat(...opened);
}

for (const file of readdirSync(VECTORS).filter((name) => name.endsWith('.json')).sort()) {
  const { vectors, bytes: shared = {} } = readJson(new URL(file, VECTORS));
  test(`all vectors of ${file}`, async () => {
    const run = RUN[file];
    assert.ok(run, `no runner for ${file}`);
    for (const vector of vectors) {
      let layer = 'ok';
      try {
        await run(vector, shared);
      } catch (error) {
        layer = layerOf(error) || error.layer;
        if (!layer) throw Object.assign(error, { message: `${vector.name}: ${error.message}` });
      }
      assert.equal(layer, vector.expect, vector.name);
    }
  });
}
