/** Runs the public vectors: C2SP chunked encryption, ECDSA P-256 in P1363 form, HKDF. Those of cryptography-vectors come from whoever starts this. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { fromHex, toHex, utf8 } from '../../theme/static/reader/bytes.js';
import { openAll } from '../../theme/static/reader/cobblestone.js';
import { layerOf } from '../../theme/static/reader/errors.js';
import { hkdf, hkdfExpand, sha256 } from '../../theme/static/reader/kdf.js';
import { verifies } from '../../theme/static/reader/chain.js';
import { PUBLIC_VECTORS, readJson } from './notation.mjs';

const absent = existsSync(PUBLIC_VECTORS) ? false : 'the public vectors of ../shared/vectors are not here';
const packaged = process.env.PACKAGED_VECTORS;
const unsaid = packaged ? false : 'PACKAGED_VECTORS is not set';

async function openedOrNull(key, sealed, context, hash) {
  try {
    return await openAll(key, sealed, context, hash);
  } catch (error) {
    assert.equal(layerOf(error), 'object');
    return null;
  }
}

test('chunked encryption opens and refuses what the public vectors say', { skip: absent }, async () => {
  const { testGroups } = readJson(new URL('c2sp_chunked_encryption_aes_256_gcm_test.json', PUBLIC_VECTORS));
  for (const { tests } of testGroups) {
    for (const { tcId, key, ctx, ct, msgSha512, result } of tests) {
      const compressed = fromHex(ct);
      const sealed = new Uint8Array(compressed.length ? inflateSync(compressed) : []);
      const opened = await openedOrNull(fromHex(key), sealed, fromHex(ctx));
      assert.equal(opened !== null, result === 'valid', `vector ${tcId}`);
      if (opened) assert.equal(toHex(new Uint8Array(await crypto.subtle.digest('SHA-512', opened))), msgSha512);
    }
  }
});

test("chunked encryption opens and refuses what cryptography's vectors say", { skip: unsaid }, async () => {
  const { chunks } = readJson(packaged);
  assert.ok(chunks.length);
  for (const { name, expect, key, context, ciphertext, compressed, payload_sha256: digest } of chunks) {
    const written = Buffer.from(ciphertext ?? '', 'base64');
    const sealed = new Uint8Array(compressed ? inflateSync(written) : written);
    const opened = await openedOrNull(fromHex(key), sealed, utf8(context), 'SHA-256'); // these derive with it; Cobblestone-256 with SHA-512
    assert.equal(opened !== null, expect === 'success', name);
    if (opened) assert.equal(toHex(await sha256(opened)), digest, name);
  }
});

test("signatures verify as cryptography's vectors say", { skip: unsaid }, async () => {
  const { signatures } = readJson(packaged);
  assert.ok(signatures.some(({ valid }) => valid));
  for (const { public: key, message, signature, valid } of signatures) {
    assert.equal(await verifies(fromHex(key), fromHex(signature), fromHex(message)), valid, signature);
  }
});

test("derivation gives what cryptography's vectors say, whole and the second half alone", { skip: unsaid }, async () => {
  const { derivations } = readJson(packaged);
  assert.ok(derivations.length);
  for (const { ikm, salt, info, okm, prk, length } of derivations) {
    assert.equal(toHex(await hkdf('SHA-256', fromHex(ikm), fromHex(salt), fromHex(info), length)), okm);
    if (prk) assert.equal(toHex(await hkdfExpand('SHA-256', fromHex(prk), fromHex(info), length)), okm);
  }
});

test('signatures verify as the public vectors say', { skip: absent }, async () => {
  const { testGroups } = readJson(new URL('ecdsa_secp256r1_sha256_p1363_test.json', PUBLIC_VECTORS));
  for (const { publicKey, tests } of testGroups) {
    for (const { tcId, msg, sig, result } of tests) {
      assert.equal(await verifies(fromHex(publicKey.uncompressed), fromHex(sig), fromHex(msg)), result === 'valid', `vector ${tcId}`);
    }
  }
});

test('derivation gives what the public vectors say', { skip: absent }, async () => {
  const { testGroups } = readJson(new URL('hkdf_sha256_test.json', PUBLIC_VECTORS));
  for (const { tests } of testGroups) {
    for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
      const derived = await hkdf('SHA-256', fromHex(ikm), fromHex(salt), fromHex(info), size).catch(() => null);
      assert.equal(derived && toHex(derived), result === 'valid' ? okm : null, `vector ${tcId}`);
    }
  }
});
