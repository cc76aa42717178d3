/** Runs the public vectors: C2SP chunked encryption (Wycheproof's and cryptography-vectors'), ECDSA P-256 in P1363 form, HKDF. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { fromHex, toHex, utf8 } from '../../theme/static/reader/bytes.js';
import { openAll } from '../../theme/static/reader/cobblestone.js';
import { layerOf } from '../../theme/static/reader/errors.js';
import { hkdf, sha256 } from '../../theme/static/reader/kdf.js';
import { verifies } from '../../theme/static/reader/chain.js';
import { PUBLIC_VECTORS, readJson } from './notation.mjs';

const absent = existsSync(PUBLIC_VECTORS) ? false : 'the public vectors of ../shared/vectors are not here';
const pyca = process.env.CHUNKED_ENCRYPTION_VECTORS;

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

test("chunked encryption opens and refuses what cryptography's vectors say", { skip: pyca ? false : 'CHUNKED_ENCRYPTION_VECTORS is not set' }, async () => {
  const wanted = readJson(pyca).vectors.filter(({ aead }) => aead === 'AEAD_AES_256_GCM');
  assert.ok(wanted.length);
  for (const { name, expect, key, context, ciphertext, compressed, payload_sha256: digest } of wanted) {
    const written = Buffer.from(ciphertext ?? '', 'base64');
    const sealed = new Uint8Array(compressed ? inflateSync(written) : written);
    const opened = await openedOrNull(fromHex(key), sealed, utf8(context), 'SHA-256'); // these derive with it; Cobblestone-256 with SHA-512
    assert.equal(opened !== null, expect === 'success', name);
    if (opened) assert.equal(toHex(await sha256(opened)), digest, name);
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
