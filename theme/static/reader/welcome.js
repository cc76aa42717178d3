/** The way in: the preschool's rules before an invitation is opened, a second key on the device, and a pasted link. Knows invitations. Does not know pages. */
import { parseLink } from './chain.js';
import { fill } from './dom.js';
import { openInvitation } from './current.js';
import { Vault } from './vault.js';
import { WORDS } from './words.js';

/** @typedef {{secret: import('./bytes.js').Bytes, mangled: boolean}} Link */
/** @typedef {{present: (page: import('./views.js').Page) => void, refuse: (error: any) => void, enter: (vault: Vault, mangled?: boolean) => Promise<void>,
 *  within: <T>(promise: Promise<T>, milliseconds: number) => Promise<T>}} Hall what the reader does for whoever comes in */

const OPENING = 60_000;

/** @param {Link} link @param {Hall} hall @returns {import('./views.js').Page} */
export function welcomePage(link, hall) {
  const node = fill('welcome', link.mangled ? {} : { mangled: null });
  on(node, 'open', async () => {
    const invitation = await hall.within(openInvitation(link.secret), OPENING);
    if (invitation.others.length && !invitation.known) hall.present(addPage(invitation, link, hall));
    else await adopt(invitation, link, hall);
  }, hall);
  return { node, title: '' };
}

/** @param {import('./current.js').Invitation} invitation @param {Link} link @param {Hall} hall @returns {import('./views.js').Page} */
function addPage(invitation, link, hall) {
  const others = invitation.others.join(WORDS.comma);
  const node = fill('add', { name: invitation.name, present: others, other: invitation.name, stay: others, ...(invitation.replaces ? {} : { replaces: null }) });
  on(node, 'add', () => adopt(invitation, link, hall), hall);
  on(node, 'decline', async () => {
    const present = await Vault.resume();
    if (present && !present.ready) await hall.within(present.refresh(), OPENING);
    if (present) await hall.enter(present);
  }, hall);
  return { node, title: '' };
}

/** @param {import('./current.js').Invitation} invitation @param {Link} link @param {Hall} hall */
async function adopt(invitation, link, hall) {
  const vault = await hall.within(Vault.adopt(invitation), OPENING);
  await hall.enter(vault, link.mangled);
}

/** Open what was pasted, or say what is missing in it. @param {HTMLFormElement} form @param {(link: Link) => void} arrive */
export function pasted(form, arrive) {
  const field = /** @type {HTMLInputElement} */ (form.querySelector('input'));
  let link = null;
  try {
    link = parseLink(field.value.trim());
  } catch {
    link = null;
  }
  /** @type {HTMLElement} */ (form.querySelector('.wrong')).hidden = link !== null;
  field.toggleAttribute('aria-invalid', link === null);
  if (link) arrive(link);
  else field.focus();
}

/** One tap, once, with a word of what happens meanwhile. @param {Element} node @param {string} act @param {() => Promise<void>} go @param {Hall} hall */
function on(node, act, go, hall) {
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
