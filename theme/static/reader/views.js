/** Cards and doors, and the first page of them. Knows the vault's values and the shell's templates. Does not know addresses or history. */
import { element, fill, nameNodes, slot, speak } from './dom.js';
import { hangPhoto } from './pictures.js';
import { offersAnswered } from './store.js';
import { capital, countText, dayText, plural, WORDS } from './words.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').Post} Post */
/** @typedef {{audience?: string, child?: string, month?: string}} Filter */
/** @typedef {{node: HTMLElement, title: string, lists?: boolean, after?: () => void, follow?: (hash: string) => boolean}} Page
 *  `lists`: worth making anew when something was published; `after`: to do when it stands in the document; `follow`: goes to an address inside the page, or says no */
/** @typedef {{vault: Vault, since: number | undefined, shown: number, fresh: (post: Post) => boolean, met: (id: string) => void, read: boolean, count: (shown: number) => void}} Visit
 *  `since`: no post before this time, in ms, is new; undefined the first time on this device; `shown`: cards that stood here when the page was left; `fresh`: is it new since last; `met`: it has been on the screen; `read`: a post has been; `count`: so many cards stand here now */

const LEAST_CARDS = 6;
const MOST_CARDS = 24;

/** @param {Visit} visit @returns {Promise<Page>} */
export async function homePage(visit) {
  const { vault } = visit;
  const staff = vault.reader.role !== 'guardian';
  const { node: posts, fresh, more } = await feed(visit, {});
  const news = !visit.since ? null : fresh ? element('a', { href: '#/nytt' }, more ? WORDS.lots : plural('news', fresh)) : document.createTextNode(WORDS.none);
  const doors = [...(staff ? [] : vault.children.map((child) => childDoor(vault, child))), ...audienceDoors(vault)];
  const node = fill('home', { name: vault.readers.map(({ name }) => name.split(' ')[0]).join(' & '), news, doors, feed: posts });
  slot(node, 'write').hidden = !(staff && vault.drop);
  if (staff && vault.children.length) {
    slot(node, 'names').append(...vault.children.map((child) => element('li', {}, element('a', { href: '#/b/' + child.id }, element('bdi', { translate: 'no' }, toldApart(vault, child))))));
  } else slot(node, 'children').remove();
  const answered = offersAnswered();
  if (!answered) slot(node, 'key').hidden = false;
  else if (answered < 2 && visit.read && !matchMedia('(display-mode: standalone)').matches) slot(node, 'home-screen').hidden = false;
  else if (answered === 3) slot(node, 'notices').hidden = false;
  return { node, title: '', lists: true };
}

/**
 * Cards, newest first, some months at a time; `fresh` of them are new, and `more` says that all were, and there are others.
 * @param {Visit} visit @param {Filter} filter @param {() => AsyncGenerator<Post, void, void>} [found] @returns {Promise<{node: HTMLElement, fresh: number, more: boolean}>}
 */
export async function feed(visit, filter, found = () => visit.vault.posts(filter)) {
  const { vault } = visit;
  const node = fill('feed');
  const cards = slot(node, 'cards');
  const older = slot(node, 'older');
  const sight = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
    if (isIntersecting) visit.met(/** @type {HTMLElement} */ (target).dataset.post ?? '');
  }), { threshold: 0.4 });
  let fresh = 0;
  let total = 0;
  let posts = found();
  let next = await posts.next();

  const more = async (/** @type {number} */ least) => {
    let month = '';
    for (let added = 0; !next.done; added += 1) {
      const post = next.value;
      if (added >= least && (added >= MOST_CARDS || post.date.slice(0, 7) !== month)) break;
      month = post.date.slice(0, 7);
      const made = postCard(vault, post, filter, visit.fresh(post));
      cards.append(made);
      sight.observe(made);
      fresh += visit.fresh(post) ? 1 : 0;
      total += 1;
      next = await posts.next();
    }
    older.hidden = Boolean(next.done);
  };
  /** Find one's place anew, after a failure. */
  const again = async () => {
    posts = found();
    for (let i = 0; i <= total; i += 1) next = await posts.next();
  };
  older.onclick = () => import('./older.js').then(({ showOlder }) => showOlder(older, cards, async (failed) => {
    if (failed) await again();
    await more(LEAST_CARDS);
    visit.count(total);
  }), () => (older.textContent = WORDS.failed));
  await more(Math.max(LEAST_CARDS, visit.shown));
  slot(node, 'empty').hidden = total > 0;
  return { node, fresh, more: fresh === total && !next.done };
}

/** @param {Vault} vault @param {Post} post @param {Filter} filter @param {boolean} fresh */
export function postCard(vault, post, filter, fresh) {
  const names = new Set(post.children.filter(([id]) => vault.children.some((child) => child.id === id)).map(([, name]) => name));
  for (const audience of vault.audiences) {
    if (audience.child && post.audiences.includes(audience.id)) names.add(childName(vault, audience.child) ?? audience.title);
  }
  const home = vault.audiences.find(({ id, child }) => id === post.home && !child && id !== filter.audience);
  const href = '#/p/' + post.id;
  const counted = countText(post.count);
  const node = fill('card', {
    new: fresh ? WORDS.fresh : null,
    date: dayText(post.date),
    place: home ? audienceTitle(home) : null,
    title: post.title,
    summary: post.summary || null,
    about: [...nameNodes([...names]), document.createTextNode(names.size && counted ? ' · ' + counted : counted)],
  });
  node.dataset.post = post.id;
  speak(slot(node, 'heading'), post.lang);
  if (post.summary) speak(slot(node, 'summary'), post.lang);
  slot(node, 'date').dateTime = post.date;
  slot(node, 'title').href = href;
  const cover = slot(node, 'cover');
  if (!post.cover) {
    cover.remove();
    return node;
  }
  const [, width, height] = post.cover.sizes[post.cover.sizes.length - 1];
  const img = element('img', { alt: '', width: String(width), height: String(height), loading: 'lazy', decoding: 'async', sizes: 'auto, (min-width: 40rem) 22rem, 100vw' });
  hangPhoto(img, post.cover.sizes.map(([n, w]) => [post.media[n], w]), vault);
  cover.href = href;
  cover.append(img);
  return node;
}

/** @param {Vault} vault @param {{id: string, name: string, departments: string[]}} child */
function childDoor(vault, child) {
  return door('#/b/' + child.id, child.name, departments(vault, child) || WORDS.child);
}

/** @param {Vault} vault */
function audienceDoors(vault) {
  const order = ['department', 'preschool', 'staff'];
  const kinds = [WORDS.department, WORDS.everybody, WORDS.staffOnly];
  return vault.audiences.filter(({ kind }) => order.includes(kind)).sort((x, y) => order.indexOf(x.kind) - order.indexOf(y.kind))
    .map((audience) => door('#/a/' + audience.id, audienceTitle(audience), kinds[order.indexOf(audience.kind)]));
}

/** @param {string} href @param {string} title @param {string} about */
export function door(href, title, about) {
  const node = fill('door', { title, about });
  slot(node, 'link').href = href;
  return node;
}

/** @param {{kind: string, title: string}} audience */
export function audienceTitle({ kind, title }) {
  return kind === 'preschool' ? WORDS.whole : capital(title);
}

/** @param {Vault} vault @param {{departments: string[]}} child */
export function departments(vault, child) {
  return vault.audiences.filter(({ id }) => child.departments.includes(id)).map(({ title }) => title).join(WORDS.comma);
}

/** A child's name, and its department where another child has the same name. @param {Vault} vault @param {{name: string, departments: string[]}} child */
function toldApart(vault, child) {
  const alike = vault.children.filter(({ name }) => name === child.name);
  return alike.length > 1 ? `${child.name} (${departments(vault, child) || WORDS.child})` : child.name;
}

/** @param {Vault} vault @param {string} id */
function childName(vault, id) {
  return vault.children.find((child) => child.id === id)?.name;
}
