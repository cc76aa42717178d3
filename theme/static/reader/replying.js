/**
 * What a guardian writes to the preschool in forms that the reader itself makes: an answer to a post, and something from home. Knows who may, and the shell's views.
 * Does not know how an answer is kept or sent. Loaded when a page asks for it.
 */
import { revive } from './answering.js';
import { element, fill, ours, slot } from './dom.js';
import { guardianKeys, guardianOf } from './guardians.js';
import { bringLater } from './later.js';

/** @typedef {import('./vault.js').Vault} Vault */

/** A closed form below a post. Of one that lies on a child's page it says who may come to read it. @param {HTMLElement} node @param {Vault} vault @param {import('./vault.js').Post} post */
export async function offerReply(node, vault, post) {
  const own = vault.audiences.find(({ id }) => id === post.home)?.child;
  const keys = guardianKeys(vault).filter(({ audiences }) => audiences.some(({ id }) => post.audiences.includes(id)));
  const key = keys.find(({ children }) => children.some(({ id }) => id === own)) ?? keys[0];
  if (!key) return;
  await bringLater();
  const box = fill('reply', guardianOf(vault, own) ? {} : { own: null });
  const form = slot(box, 'form');
  form.setAttribute('data-as', key.as);
  form.setAttribute('data-about', post.id);
  await revive(box, vault, post.title);
  if (form.querySelector('textarea').value) box.setAttribute('open', '');
  const turn = node.querySelector('.turn');
  if (turn) turn.before(ours(box));
  else node.append(ours(box));
}

/** Null for whoever isn't the child's guardian. @param {Vault} vault @param {string} id of the child @returns {Promise<import('./views.js').Page | null>} */
export async function fromHomePage(vault, id) {
  const child = vault.children.find((each) => each.id === id);
  if (!child || !vault.drop || !guardianOf(vault, id)) return null;
  const node = fill('from-home', { where: element('a', { href: '#/b/' + id }, element('bdi', { translate: 'no' }, child.name)), child: child.name.split(' ')[0] });
  slot(node, 'form').setAttribute('data-about', id);
  await revive(node, vault);
  return { node, title: '' };
}
