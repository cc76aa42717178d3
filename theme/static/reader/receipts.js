/**
 * What this device tells of itself, in silence: that a link was opened here, and, where the preschool asks and the person has said yes, which posts were read. Knows what
 * has been answered and told before. Does not know how it is sent.
 */
import { nameFrom } from './chain.js';
import { fill, ours, slot } from './dom.js';
import { guardianKeys } from './guardians.js';
import { bringLater } from './later.js';
import { letterboxOf } from './letterbox.js';
import { enqueue } from './outbox.js';
import { readPref, writePref } from './store.js';

/** @typedef {import('./vault.js').Vault} Vault */

const GATHERING = 20_000; // milliseconds, in which what is read is told together
const REMEMBERED = 1000; // posts that have been told of

/** @type {Set<string>} posts that are to be told of */
const toTell = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let telling;

/** Whether what is told goes by itself, and nobody has to mail it. @param {Vault} vault */
async function letterboxBySelf(vault) {
  const letterbox = vault.drop && (await letterboxOf(vault));
  return letterbox?.ways.some(({ kind }) => kind !== 'mail') ? letterbox : null;
}

/** The link that has just been opened. @param {Vault} vault */
export async function tellOpened(vault) {
  const { opening } = vault;
  vault.opening = null;
  if (!opening || !(await letterboxBySelf(vault))) return;
  const [invitation, as] = await Promise.all([nameFrom('invitation', opening[0]), nameFrom('keyring', opening[1])]);
  await enqueue(vault, 'opened', { invitation }, [], { as, quiet: true });
}

/** Whether the preschool asks somebody who reads here what is read. @param {Vault} vault */
async function isAsked(vault) {
  return guardianKeys(vault).length > 0 && Boolean((await letterboxBySelf(vault))?.receipts);
}

/** A post has been read: tell it, or ask once whether it may be told. @param {HTMLElement} page @param {Vault} vault @param {string} post */
export async function noteRead(page, vault, post) {
  if (!(await isAsked(vault))) return;
  const agreed = await readPref('receipts');
  if (agreed === undefined) return askReceipts(page);
  if (!agreed || ((await readPref('told')) ?? []).includes(post)) return;
  toTell.add(post);
  if (telling) return;
  const tell = () => tellRead(vault).catch(() => {});
  telling = setTimeout(tell, GATHERING);
  addEventListener('pagehide', tell, { once: true });
}

/** @param {Vault} vault */
async function tellRead(vault) {
  clearTimeout(telling);
  telling = undefined;
  const posts = [...toTell];
  toTell.clear();
  if (!posts.length || !(await readPref('receipts'))) return;
  for (const { as } of guardianKeys(vault)) await enqueue(vault, 'read', { posts }, [], { as, quiet: true });
  await writePref('told', [...((await readPref('told')) ?? []), ...posts].slice(-REMEMBERED));
}

/** @param {HTMLElement} page */
async function askReceipts(page) {
  await bringLater();
  const offer = ours(fill('receipts'));
  for (const [name, yes] of /** @type {[string, boolean][]} */ ([['yes', true], ['no', false]])) {
    slot(offer, name).onclick = async () => {
      await writePref('receipts', yes);
      const said = slot(offer, yes ? 'thanks' : 'refused');
      said.hidden = false;
      offer.replaceChildren(said);
      offer.removeAttribute('aria-labelledby');
    };
  }
  page.append(offer);
}

/** What has been answered, on the page about this reader, and how to change it. @param {HTMLElement} node @param {Vault} vault */
export async function showReceipts(node, vault) {
  const place = slot(node, 'receipts');
  place.hidden = !(await isAsked(vault));
  const show = async () => {
    const agreed = Boolean(await readPref('receipts'));
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll('[data-state]'))) one.hidden = one.dataset.state !== String(agreed);
  };
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (place.querySelectorAll('button'))) {
    button.onclick = async () => {
      await writePref('receipts', button.value === 'true');
      await show();
      /** @type {HTMLElement | null} */ (place.querySelector('[data-state]:not([hidden]) button'))?.focus();
    };
  }
  await show();
}
