/** The way in: the preschool's rules before an invitation is opened. Knows invitations. Does not know pages. */
import { fill } from './dom.js';
import { openInvitation } from './current.js';
import { Vault } from './vault.js';
import { WORDS } from './words.js';

/** @typedef {{secret: import('./bytes.js').Bytes | null, written: string, mangled: boolean}} Link without a secret: the key that another device showed */
/** @typedef {{present: (page: import('./views.js').Page) => void, refuse: (error: any) => void, enter: (vault: Vault, mangled?: boolean) => Promise<void>,
 *  within: <T>(promise: Promise<T>, milliseconds: number) => Promise<T>, arrive: (link: Link) => void}} Hall what the reader does for whoever comes in */

export const OPENING = 60_000;

/** @param {Link} link @param {Hall} hall @returns {import('./views.js').Page} */
export function welcomePage(link, hall) {
  const node = fill('welcome', link.mangled ? {} : { mangled: null });
  const { secret, written } = link;
  const opening = () => (secret ? openInvitation(secret) : import('./saved.js').then(({ openWritten }) => openWritten(written)));
  on(node, 'open', async () => admit(await hall.within(opening(), OPENING), link, hall), hall);
  return { node, title: '' };
}

/** In, or first asked whether to be added to those who read here. @param {import('./current.js').Invitation} invitation @param {{mangled: boolean, secret?: Link['secret']}} link @param {Hall} hall */
export async function admit(invitation, link, hall) {
  if (!invitation.others.length || invitation.known) return adopt(invitation, link, hall);
  const { addPage } = await import('./adding.js');
  hall.present(addPage(invitation, link, hall));
}

/** @param {import('./current.js').Invitation} invitation @param {{mangled: boolean, secret?: Link['secret']}} link @param {Hall} hall */
export async function adopt(invitation, link, hall) {
  const vault = await hall.within(Vault.adopt(invitation), OPENING);
  vault.opening = link.secret && [link.secret, invitation.key];
  await hall.enter(vault, link.mangled);
}

/** One tap, once, with a word of what happens meanwhile. @param {Element} node @param {string} act @param {() => Promise<void>} go @param {Hall} hall */
export function on(node, act, go, hall) {
  const button = /** @type {HTMLButtonElement} */ (node.querySelector(`[data-do="${act}"]`));
  button.onclick = async () => {
    button.disabled = true;
    button.textContent = WORDS.wait;
    try {
      await go();
    } catch (error) {
      hall.refuse(error);
    }
  };
}
