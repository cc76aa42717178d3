/** The pages of cards of one child and of one audience. Knows what stands beside their posts. Loaded when the first one is asked for. */
import { element, fill, slot } from './dom.js';
import { guardianOf } from './guardians.js';
import { monthLink } from './months.js';
import { standingPages } from './standing.js';
import { writePref } from './store.js';
import { audienceTitle, departments, door, feed } from './views.js';
import { dayText, WORDS } from './words.js';

/** @typedef {import('./views.js').Page} Page */
/** @typedef {import('./views.js').Visit} Visit */

/** @param {Visit} visit @param {string} id @returns {Promise<Page | null>} */
export async function childPage(visit, id) {
  const child = visit.vault.children.find((each) => each.id === id);
  if (!child) return null;
  const [{ node: posts }, pages] = await Promise.all([feed(visit, { child: id }), standingPages(visit.vault, child.audience)]);
  const node = fill('child', { title: child.name, where: departments(visit.vault, child), feed: posts });
  listStanding(node, pages);
  if (visit.vault.drop && guardianOf(visit.vault, id)) node.querySelector('header')?.after(element('p', { class: 'write' }, element('a', { class: 'button', href: '#/hemma/' + id }, WORDS.fromHome)));
  offerWriting(visit.vault, node, child.audience);
  return { node, title: child.name, lists: true };
}

/** @param {Visit} visit @param {string} id @returns {Promise<Page | null>} */
export async function audiencePage(visit, id) {
  const audience = visit.vault.audiences.find((each) => each.id === id);
  if (!audience) return null;
  const months = await visit.vault.months(id);
  const title = audienceTitle(audience);
  const [{ node: posts }, pages] = await Promise.all([feed(visit, { audience: id }), standingPages(visit.vault, id)]);
  const newest = months.length ? await visit.vault.index(id, months[0]) : null;
  const listed = newest && !newest.posts.length ? months.slice(1) : months; // one that only holds standing pages
  const node = fill('audience', { title, months: listed.map((month) => monthLink(id, month)), feed: posts });
  listStanding(node, pages);
  if (audience.kind !== 'staff') offerWriting(visit.vault, node, id);
  return { node, title, lists: true };
}

/** A way to write there, for whoever may. @param {import('./vault.js').Vault} vault @param {HTMLElement} node @param {string} home */
function offerWriting(vault, node, home) {
  const place = slot(node, 'write');
  place.hidden = !vault.drop || vault.reader.role === 'guardian';
  place.onclick = () => void writePref('writes', home).catch(() => {});
}

/** What is new to this device: the posts that have a mark on the first page, and those further back. @param {Visit} visit @returns {Promise<Page>} */
export async function freshPage(visit) {
  const { vault, since = Infinity } = visit;
  const { node: posts } = await feed(visit, {}, async function* () {
    for await (const post of vault.posts()) {
      if (post.time <= since) return;
      if (visit.fresh(post)) yield post;
    }
  });
  slot(posts, 'empty').textContent = WORDS.none;
  const node = fill('fresh', { feed: posts });
  return { node, title: node.querySelector('h1')?.textContent ?? '', lists: true };
}

/** Links to standing pages, under the heading of their audience: goals together, the others one by one. @param {HTMLElement} node @param {import('./standing.js').StandingPage[]} pages */
function listStanding(node, pages) {
  const goals = pages.filter(({ kind }) => kind === 'goal');
  const others = pages.filter(({ kind }) => kind !== 'goal');
  const places = [];
  if (others.length) {
    const doors = others.map(({ id, title, date }) => door('#/s/' + id, title, date ? dayText(date) : ''));
    places.push(element('nav', { class: 'doors standing', 'aria-label': WORDS.standing }, element('ul', {}, ...doors)));
  }
  if (goals.length) {
    const links = goals.map(({ id, title }) => element('li', {}, element('a', { href: '#/s/' + id }, title)));
    places.push(element('details', { class: 'everyone standing' }, element('summary', {}, WORDS.goals), element('ul', { class: 'names' }, ...links)));
  }
  node.querySelector('header')?.after(...places);
}
