/** The pages that Pelican rendered: post, month and standing page. Knows how an opened page is cleaned and hung. Loaded when the first one is asked for. */
import { clean } from './clean.js';
import { element, fill, ours, slot } from './dom.js';
import { hang } from './hang.js';
import { mediumAt } from './medium.js';
import { momentText, monthText } from './moments.js';
import { monthLink } from './months.js';
import { audienceTitle, feed } from './views.js';
import { capital, dayText, WORDS } from './words.js';

const AFTERWARDS = 300; // milliseconds: the photos go first
const READ = 1_500; // milliseconds

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').Post} Post */
/** @typedef {import('./views.js').Page} Page */
/** @typedef {import('./views.js').Visit} Visit */

/** @param {Visit} visit @param {string} id @param {string} month @returns {Promise<Page | null>} */
export async function monthPage(visit, id, month) {
  const { vault } = visit;
  const audience = vault.audiences.find((each) => each.id === id);
  const months = audience ? await vault.months(id) : [];
  if (!audience || !months.includes(month)) return null;
  const title = audienceTitle(audience);
  const index = await vault.index(id, month);
  if (!index) return null;
  const node = index.page ? await opened(vault, await vault.page(index.page), index)
    : fill('child', { title: capital(monthText(month)), where: '', feed: (await feed(visit, { audience: id, month })).node });
  lead(node, element('a', { href: '#/a/' + id }, title));
  const links = months.map((each) => monthLink(id, each, each === month));
  const nav = element('nav', { class: 'months', 'aria-label': WORDS.months }, element('ul', {}, ...links));
  node.querySelector('header')?.after(nav);
  return { node, title: `${title}, ${monthText(month)}` };
}

/** @param {Visit} visit @param {string} id @param {string} [medium] to be shown large at once @returns {Promise<Page | null>} */
export async function postPage(visit, id, medium) {
  const { vault } = visit;
  const post = await vault.post(id);
  if (!post) return null;
  visit.met(id);
  const node = await opened(vault, await vault.page(post.page), post.index);
  const home = vault.audiences.find((each) => each.id === post.home);
  if (home) lead(node, element('a', { href: home.child ? '#/b/' + home.child : '#/a/' + home.id }, audienceTitle(home)));
  for (const link of node.querySelectorAll('a[href^="#/b/"]')) {
    if (!vault.children.some((child) => link.getAttribute('href') === '#/b/' + child.id)) link.replaceWith(element('span', {}, ...link.childNodes));
  }
  const follow = enlarge({ node, vault, home: '#/p/' + id, title: post.title, post });
  const after = () => {
    if (medium) follow(location.hash);
    setTimeout(() => turn(node, vault, post).catch(() => {}), AFTERWARDS);
    if (!vault.drop) return;
    import('./replying.js').then(({ offerReply }) => offerReply(node, vault, post)).catch(() => {});
    setTimeout(() => {
      import('./pushing.js').then(({ perhapsOffer }) => perhapsOffer(vault)).catch(() => {});
      if (node.isConnected) import('./receipts.js').then(({ noteRead }) => noteRead(node, vault, id)).catch(() => {});
    }, READ);
  };
  return { node, title: post.title, after, follow };
}

/** @param {Visit} visit @param {string} id @param {string} [medium] @returns {Promise<Page | null>} */
export async function standingPage(visit, id, medium) {
  const { vault } = visit;
  const { findStanding } = await import('./standing.js');
  const found = await findStanding(vault, id);
  if (!found) return null;
  const node = await opened(vault, await vault.page(found.page), found.index);
  const home = vault.audiences.find((each) => each.id === found.index.audience);
  if (home) lead(node, element('a', { href: home.child ? '#/b/' + home.child : '#/a/' + home.id }, audienceTitle(home)));
  if (found.kind === 'consents') node.querySelector('header')?.append(element('p', { class: 'meta' }, `${WORDS.published} ${momentText(vault.published)}.`));
  const follow = enlarge({ node, vault, home: '#/s/' + id, title: found.title });
  const after = () => {
    if (medium) follow(location.hash);
    nameLinks(node, vault).catch(() => {});
  };
  return { node, title: found.title, after, follow };
}

/** Give links to posts the posts' titles, where this reader has the post; where not, no link. @param {HTMLElement} node @param {Vault} vault */
async function nameLinks(node, vault) {
  const links = new Map([...node.querySelectorAll('a[href^="#/p/"]')].map((link) => [link.getAttribute('href'), link]));
  if (!links.size) return;
  for await (const { id, title, lang, date } of vault.posts()) {
    const link = links.get('#/p/' + id);
    if (!link) continue;
    links.delete('#/p/' + id);
    link.replaceChildren(element('bdi', { lang }, title), ' ', element('small', {}, dayText(date)));
    if (!links.size) return;
  }
  links.forEach((link) => link.replaceWith(element('span', {}, ...link.childNodes)));
}

/** A page that Pelican rendered, cleaned and hung with its media. @param {Vault} vault @param {string} html @param {import('./values.js').Index} index where its media are named */
async function opened(vault, html, index) {
  const { root, hooks } = clean(html);
  hang(hooks, (address) => mediumAt(index, address), vault);
  const told = root?.matches('[data-word]') ? root : root?.querySelector('[data-word][lang]');
  if (root && told && told.getAttribute('lang') !== document.documentElement.lang) await import('./languages.js').then(({ retell }) => retell(root)).catch(() => {}); // else as the preschool says it
  if (root?.querySelector('form[data-answer]')) await openForms(root, vault, index);
  return root ?? element('article');
}

/** Let the forms of a page be answered by a guardian of its child, if there is a way back. Whoever else reads it sees what is asked. @param {HTMLElement} root @param {Vault} vault @param {import('./values.js').Index} index */
async function openForms(root, vault, index) {
  const forms = root.querySelectorAll('form[data-answer]');
  try {
    const { guardianOf } = await import('./guardians.js');
    const child = vault.audiences.find(({ id }) => id === index.audience)?.child;
    if (vault.drop && guardianOf(vault, child)) return await import('./answering.js').then(({ revive }) => revive(root, vault));
    if (vault.drop) return forms.forEach((form) => form.querySelectorAll('button, fieldset, textarea').forEach((field) => (field.localName === 'button' ? field.remove() : field.setAttribute('disabled', ''))));
  } catch (error) {
    console.error(error);
  }
  forms.forEach((form) => form.replaceWith(vault.drop ? ours(element('p', { class: 'gone' }, WORDS.gone)) : '')); // rather than one that takes no answer
}

/** Make the line over the heading a way up. @param {HTMLElement} node @param {HTMLAnchorElement} link */
function lead(node, link) {
  link.dir = 'auto';
  node.querySelector('.where')?.replaceChildren(link);
}

/** The ways to the post before and after, in the same audience. @param {HTMLElement} node @param {Vault} vault @param {Post} post */
async function turn(node, vault, post) {
  const audience = post.audiences.includes(post.home) ? post.home : post.audiences[0];
  let newer = null;
  let older = null;
  let met = false;
  for await (const each of vault.posts({ audience })) {
    if (met) {
      older = each;
      break;
    }
    if (each.id === post.id) met = true;
    else newer = each;
  }
  if (!met || !(newer || older)) return;
  const nav = fill('turn', { 'newer-title': newer?.title ?? '', 'older-title': older?.title ?? '' });
  for (const [name, each] of /** @type {[string, Post | null][]} */ ([['newer', newer], ['older', older]])) {
    if (!each) slot(nav, name).remove();
    else {
      slot(nav, name).href = '#/p/' + each.id;
      slot(nav, name + '-title').lang = each.lang;
    }
  }
  node.append(ours(nav));
}

/** Photos of a page can be seen large, each at its own address. @param {import('./gallery.js').Album} album @returns {(hash: string) => boolean} */
function enlarge(album) {
  const { node, home } = album;
  const gallery = () => import('./gallery.js');
  for (const img of node.querySelectorAll('figure.photo > img')) {
    const button = element('button', { type: 'button', class: 'zoom', 'aria-label': `${WORDS.large}: ${img.getAttribute('alt')}` });
    img.replaceWith(button);
    button.append(img);
    button.onclick = () => gallery().then(({ openGallery }) => openGallery(album, /** @type {HTMLImageElement} */ (img)), () => {});
  }
  return (hash) => {
    if (!hash.startsWith(home) || !/^(\/[0-9a-f]{8})?$/.test(hash.slice(home.length))) return false;
    gallery().then(({ followAddress }) => followAddress(album), () => {});
    return true;
  };
}
