/** A small publisher for tests: seals as docs/format.md §5 says, and makes a site of a few posts. Does not know how a reader opens. */
import { webcrypto } from 'node:crypto';
import { concat, fromHex, toHex, uint, utf8 } from '../../theme/static/reader/bytes.js';
import { encodeValue } from '../../theme/static/reader/encoding.js';
import { kdf, sha256 } from '../../theme/static/reader/kdf.js';
import { keyringPath, objectPath, sealedLength, segmentCount, segmentSpan } from '../../theme/static/reader/layout.js';
import { paddedLength } from '../../theme/static/reader/padding.js';

const { subtle } = webcrypto;

function toB64(bytes) {
  return Buffer.from(bytes).toString('base64url');
}

async function hmac(key, bytes) {
  const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', imported, bytes));
}

/** The key of a node of an epoch's month tree (§8): the 2^height months from number·2^height on. */
async function nodeKey(epoch, height, number) {
  if (height === 17) return kdf(epoch, 32, 'months');
  return kdf(await nodeKey(epoch, height + 1, Math.floor(number / 2)), 32, 'half', number % 2);
}

/** What a keyring holds of an epoch for these months. */
async function runsOf(epoch, months) {
  const numbers = months.map((month) => 12 * Number(month.slice(0, 4)) + Number(month.slice(5)) - 1).sort((a, b) => a - b);
  const named = (n) => `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`;
  const runs = [];
  for (const n of numbers) {
    if (runs.at(-1)?.[1] === n - 1) runs.at(-1)[1] = n;
    else runs.push([n, n]);
  }
  const written = async ([first, last]) => {
    const keys = [];
    for (let n = first; n <= last; ) {
      let height = 0;
      while (n % (2 << height) === 0 && n + (2 << height) - 1 <= last) height++;
      keys.push(await nodeKey(epoch, height, n >> height));
      n += 1 << height;
    }
    return [named(first), named(last), toB64(concat(...keys))];
  };
  return Promise.all(runs.map(written));
}

/** Seals padded bytes. */
export async function sealPadded(role, secret, padded, trueLength) {
  const key = await kdf(secret, 32, 'seal', role);
  const salt = await kdf(secret, 24, 'salt', role, trueLength, await sha256(padded));
  const info = concat(utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'), salt, utf8('pluttra/1'));
  const first = await hmac(key, concat(info, uint(1, 1)));
  const derived = concat(first, await hmac(key, concat(first, info, uint(2, 1))));
  const aes = await subtle.importKey('raw', derived.subarray(0, 32), 'AES-GCM', false, ['encrypt']);
  const parts = [salt, derived.subarray(44, 76)];
  for (let k = 0; k * 16384 <= padded.length; k++) {
    const iv = derived.slice(32, 44);
    uint(k, 12).forEach((byte, i) => (iv[i] ^= byte));
    parts.push(new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, aes, padded.subarray(k * 16384, (k + 1) * 16384))));
  }
  return concat(...parts);
}

/** Frames, pads and seals content; of a root, `content` is body ‖ signature. */
export async function sealed(role, secret, content) {
  const trueLength = content.length - (role === 'root' ? 64 : 0);
  const framed = ['catalogue', 'keyring', 'invitation', 'root', 'letterbox'].includes(role) ? concat(uint(trueLength, 4), content) : content;
  const padded = new Uint8Array(paddedLength(role, framed.length));
  padded.set(framed);
  return sealPadded(role, secret, padded, trueLength);
}

/** A secret that is the same in every run. */
export function secretOf(text) {
  return sha256(utf8(text));
}

async function idOf(text, length) {
  return toHex((await secretOf(text)).subarray(0, length));
}

/** A site of one department and one child, with everything on a host of path → bytes. Each `put…` puts; `publish` puts the root. */
export class Publisher {
  files = new Map();
  catalogues = new Map();
  sequence = 1_800_000_000;
  generation = 1;

  static async create(name = 'site') {
    const publisher = new Publisher();
    publisher.site = await idOf(name, 16);
    publisher.siteKey = await secretOf(`${name} key`);
    publisher.signing = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    publisher.point = new Uint8Array(await subtle.exportKey('raw', publisher.signing.publicKey));
    return publisher;
  }

  async putObject(role, content, type) {
    const secret = await secretOf(`${role} ${type} ${toHex(await sha256(content))}`);
    const bytes = await sealed(role, secret, content);
    const name = await idOf(`name ${toHex(secret)}`, 16);
    this.files.set(objectPath(name), bytes);
    const reference = [name, toB64(secret), toB64(await sha256(bytes)), content.length, type];
    const padded = paddedLength(role, content.length);
    if (role === 'media' && padded > 2 ** 20) {
      const total = sealedLength(padded);
      const digests = Array.from({ length: segmentCount(total) }, (_, i) => sha256(bytes.subarray(...segmentSpan(i, total))));
      const segments = concat(...(await Promise.all(digests)));
      reference[2] = toB64(await sha256(segments));
      reference.push(toB64(segments));
    }
    return reference;
  }

  /** A post's card. */
  async card(audience, { title, date, html = `<article><h1>${title}</h1></article>`, media = [], children = [] }) {
    const references = [];
    for (const { content, type } of media) references.push(await this.putObject('media', content, type));
    return {
      by: [], children, count: { film: 0, photo: 0, sound: 0 }, cover: null, date, home: audience, id: await idOf(`post ${title}`, 8),
      lang: 'sv', media: references, page: await this.putObject('page', utf8(html), 'text/html'), summary: '', title,
    };
  }

  /** A standing page's entry. */
  async standing({ title, kind, date = '', html = `<article><h1>${title}</h1></article>`, media = [] }) {
    const references = [];
    for (const { content, type } of media) references.push(await this.putObject('media', content, type));
    return { date, id: await idOf(`page ${title}`, 8), kind, media: references, page: await this.putObject('page', utf8(html), 'text/html'), title };
  }

  /** Puts indexes and catalogue of an audience: months is {month: cards}, pages {month: standing pages}. Returns its part of a keyring. */
  async putAudience(title, kind, months, { child = null, epoch = 1, broken = {}, pages = {} } = {}) {
    const id = await idOf(title, 16);
    const secret = await secretOf(`catalogue ${title} ${epoch}`);
    const epochSecret = await secretOf(`epoch ${title} ${epoch}`);
    const rows = [];
    for (const month of Object.keys(months).sort().reverse()) {
      const value = { audience: id, month, page: null, pages: pages[month] ?? [], posts: months[month], v: 1, ...broken.index };
      const [name, indexSecret, digest, length] = await this.putObject('index', encodeValue(value), 'application/json');
      const number = 12 * Number(month.slice(0, 4)) + Number(month.slice(5)) - 1;
      const row = concat(decoded(indexSecret), fromHex(name), decoded(digest), uint(length, 8));
      rows.push([month, toB64(await sealed('row', await nodeKey(epochSecret, 0, number), row))]);
    }
    const bytes = await sealed('catalogue', secret, encodeValue({ audience: id, kind, months: rows, title, v: 1, ...broken.catalogue }));
    const name = await idOf(`name ${title} ${epoch} ${toHex(await sha256(bytes))}`, 16);
    this.files.set(objectPath(name), bytes);
    this.catalogues.set(title, { secret, whereabouts: concat(fromHex(name), await sha256(bytes)) });
    return { child, epochs: [{ catalogue: toB64(secret), months: await runsOf(epochSecret, Object.keys(months)) }], id, kind, title };
  }

  /** Gives an audience's part of a keyring these months only. */
  async grant(audience, months) {
    audience.epochs[0].months = await runsOf(await secretOf(`epoch ${audience.title} 1`), months);
  }

  async putKeyring(key, audiences, { children = [], name = 'Vera', generation = this.generation, ...more } = {}) {
    const value = {
      audiences, children, drop: null, generation, preschool: 'Ekbackens förskola', publisher: toB64(this.point),
      reader: { id: 'g1', lang: 'sv', name, role: 'guardian' }, site: this.site, siteKey: toB64(this.siteKey), v: 1, ...more,
    };
    await this.#putFixed('keyring', key, value);
  }

  async putEnded(key) {
    await this.#putFixed('keyring', key, { ended: 1_800_000_000, generation: this.generation, site: this.site, v: 1 });
  }

  async putInvitation(secret, key, ends, name = 'Vera') {
    await this.#putFixed('invitation', secret, { ends, key: toB64(key), lang: 'sv', name, site: this.site, v: 1 });
  }

  /** Puts a letterbox. @returns what a keyring says of the drop box */
  async putLetterbox(ways, { secret = secretOf('drop box'), ...more } = {}) {
    const box = await secret;
    await this.#putFixed('letterbox', box, { posts: 'draft', push: null, receipts: false, v: 1, ways, ...more });
    return { secret: toB64(box) };
  }

  async #putFixed(role, secret, value) {
    const path = keyringPath(toHex(await kdf(secret, 16, `${role}-name`)));
    this.files.set(path, await sealed(role, await kdf(secret, 32, role), encodeValue(value)));
  }

  async publish(more = {}) {
    this.sequence += 1;
    const slots = [];
    for (const { secret, whereabouts } of this.catalogues.values()) {
      const derived = await kdf(secret, 64, 'slot', this.sequence);
      slots.push([toHex(derived.subarray(0, 16)), toB64(whereabouts.map((byte, i) => byte ^ derived[16 + i]))]);
    }
    while (slots.length % 32 || !slots.length) {
      const derived = await kdf(await secretOf('decoys'), 64, 'decoy', this.sequence, slots.length);
      slots.push([toHex(derived.subarray(0, 16)), toB64(derived.subarray(16))]);
    }
    slots.sort(([a], [b]) => (a < b ? -1 : 1));
    const body = encodeValue({
      keyrings: this.generation, keystore: 1, notice: 4_000_000_000, publisher: await idOf('publisher', 16), sequence: this.sequence,
      site: this.site, slots, time: this.sequence, v: 1, ...more,
    });
    const signed = concat(utf8('pluttra/1 root\0'), fromHex(this.site), body);
    const signature = new Uint8Array(await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.signing.privateKey, signed));
    this.files.set('root', await sealed('root', this.siteKey, concat(body, signature)));
  }
}

function decoded(text) {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
