/** Opens messages as the publisher does (docs/format.md §17), for tests. Knows whose they are. Does not know how a reader seals. */
import { equal, fromHex, readUint, toHex } from '../../theme/static/reader/bytes.js';
import { decodeValue } from '../../theme/static/reader/canonical.js';
import { openAll } from '../../theme/static/reader/cobblestone.js';
import { kdf } from '../../theme/static/reader/kdf.js';

const KINDS = 'part opened retire read reply observation talk-time talk-answers talk-agreed consent contact push push-end post'.split(' ');
const SIZES = [1024, 4096, 65536, 1048576, 4194304];

/** What refuses is an error with its layer. */
function refuse(layer) {
  throw Object.assign(new Error(layer), { layer });
}

/** The header and the attachment of a message's file, of this guardian for this site (hex). */
export async function openMessage(key, site, file) {
  const [id, tag, sealed] = [file.slice(0, 16), file.slice(16, 32), file.slice(32)];
  const drop = await kdf(key, 32, 'drop');
  if (!equal(await kdf(drop, 16, 'sender', id), tag)) refuse('sender');
  if (!SIZES.some((size) => 32 + 56 + size + 16 * (Math.floor(size / 16384) + 1) === file.length)) refuse('object');
  const secret = await kdf(drop, 32, 'message', fromHex(site), id);
  const padded = await openAll(await kdf(secret, 32, 'seal', 'message'), sealed);
  const end = 4 + readUint(padded.subarray(0, 4));
  if (end > padded.length || SIZES.find((size) => size >= end) !== padded.length || padded.subarray(end).some(Boolean)) refuse('padding');
  const content = padded.subarray(4, end);
  const written = 4 + readUint(content.subarray(0, 4));
  if (content.length < 4 || written > content.length) refuse('padding');
  const header = decodeValue(content.subarray(4, written));
  const { body, time, kind } = header;
  if (!KINDS.includes(kind) || !Number.isSafeInteger(time) || !body || typeof body !== 'object' || Array.isArray(body)) refuse('encoding');
  if (header.id !== toHex(id)) refuse('binding');
  return { header, attachment: content.slice(written) };
}
