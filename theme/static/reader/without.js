/** What can be read without the network: posts whose page this device keeps. Knows the vault and the store. Does not know when to say it. */
import { element, fill, slot, speak } from './dom.js';
import { objectPath } from './layout.js';
import { SEALED } from './store.js';
import { dayText } from './words.js';

/** @typedef {{post: import('./values.js').Card, seen: boolean}} Kept `seen`: some of its photos, film or sound is kept too */

const LIST_PATIENCE = 4000; // milliseconds; a host that doesn't answer is asked for no list

/** Newest first, each post once. @param {import('./vault.js').Vault} vault @returns {Promise<Kept[]>} */
export async function keptPosts(vault) {
  /** @type {Map<string, Kept>} */
  const found = new Map();
  const names = new Set(await globalThis.caches?.keys().catch(() => []) ?? []);
  const looked = vault.audiences.map(async ({ id }) => {
    for (const month of await vault.months(id).catch(() => [])) {
      const place = `${SEALED}${id}:${month}`;
      if (!names.has(place)) continue;
      const index = await vault.index(id, month).catch(() => null);
      const paths = new Set((await (await caches.open(place)).keys()).map(({ url }) => new URL(url).pathname.slice(1)));
      for (const post of index?.posts ?? []) {
        if (!paths.has(objectPath(post.page.name))) continue;
        const seen = post.media.some(({ name }) => paths.has(objectPath(name))) || Boolean(found.get(post.id)?.seen);
        found.set(post.id, { post, seen });
      }
    }
  });
  await Promise.race([Promise.all(looked), new Promise((resolve) => setTimeout(resolve, LIST_PATIENCE))]);
  return [...found.values()].sort((a, b) => Date.parse(b.post.date) - Date.parse(a.post.date));
}

/** Say under a refusal what there is to read all the same. @param {HTMLElement} page @param {import('./vault.js').Vault} vault */
export async function tellKept(page, vault) {
  const place = slot(page, 'kept');
  const kept = await keptPosts(vault);
  if (!place?.isConnected) return;
  const node = fill(kept.length ? 'kept' : 'nothing-kept');
  slot(node, 'posts')?.append(...kept.map(line));
  place.replaceWith(node);
}

/** @param {Kept} kept */
function line({ post, seen }) {
  const { count } = post;
  const node = fill('kept-post', { date: dayText(post.date) });
  const link = slot(node, 'title');
  link.href = '#/p/' + post.id;
  link.append(element('bdi', {}, post.title));
  speak(link, post.lang);
  const media = count.photo + count.film + count.sound;
  if (seen || !media) slot(node, 'words-only').remove();
  if (!seen) slot(node, 'with-media').remove();
  return node;
}
