/** A second key on a device that has one: asked by name, since what a stranger sends must not be let in by itself. Loaded when there is one. */
import { Vault } from './vault.js';
import { fill } from './dom.js';
import { adopt, on, OPENING } from './welcome.js';
import { WORDS } from './words.js';

/** @param {import('./current.js').Invitation} invitation @param {{mangled: boolean}} link @param {import('./welcome.js').Hall} hall @returns {import('./views.js').Page} */
export function addPage(invitation, link, hall) {
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
