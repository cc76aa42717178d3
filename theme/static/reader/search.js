/**
 * A search over what this reader may read: cards at once, and whole texts when asked. What is looked for stands in the fragment, which no host is told.
 * Knows the vault's cards and pages. Loaded when it is asked for.
 */
import { element, fill, slot } from './dom.js';
import { excerptOf, findsAll, spansOf, wordsOf } from './folding.js';
import { longDay, monthText } from './moments.js';
import { readAll, textOf } from './reading.js';
import { standingPages } from './standing.js';
import { audienceTitle, door, postCard } from './views.js';
import { capital, dayText } from './words.js';

/** @typedef {import('./vault.js').Post} Post */
/** @typedef {import('./views.js').Visit} Visit */
/** @typedef {{ post: Post, words: string[], read: string, more: string[] }} Entry a post, the words of its card, and the text and words of its page where they are known */

const PREFIX = '#/sok?';
const PAUSE = 200; // milliseconds without a key
const PATIENT = 1500; // milliseconds that the page waits for its first results, so that it can be left and come back to
const MANY = 30; // cards at a time

/** @param {Visit} visit @returns {Promise<import('./views.js').Page>} */
export async function searchPage(visit) {
  const { vault } = visit;
  const node = fill('search');
  const part = (/** @type {string} */ name) => slot(node, name);
  const [field, results, progress, doors] = ['words', 'results', 'progress', 'doors'].map(part);
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  /** @type {Map<string, HTMLElement>} of the cards of each month */
  const months = new Map();
  /** @type {{ title: string, words: string[], link: () => HTMLElement }[]} */
  let pages = [];
  let wanted = wordsOf(sought());
  /** @type {Set<Entry>} */
  let found = new Set();
  let most = MANY;
  let gathered = false;
  let reading = false;
  let timer = 0;
  let stop = () => {};

  field.value = sought();
  field.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };
  part('form').onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    event.stopPropagation(); // it is no link that was pasted
    look();
    field.blur(); // a telephone's keyboard covers the results
  };
  part('read').onclick = read;
  part('stop').onclick = () => stop();
  part('more').onclick = () => {
    const last = results.querySelectorAll('.card h2 a').length;
    most += MANY;
    show();
    results.querySelectorAll('.card h2 a')[last]?.focus({ preventScroll: true });
  };
  const gathering = gather().catch((error) => {
    if (!entries.size) throw error;
    part('whole').hidden = part('failed').hidden = false;
  });
  await Promise.race([gathering, new Promise((resolve) => setTimeout(resolve, PATIENT))]);
  return { node, title: '', after: () => field.value || field.focus() };

  /** The cards of every month, the newest first, shown as they come. */
  async function gather() {
    let month = '';
    for await (const post of vault.posts()) {
      if (post.index.month !== month) show();
      month = post.index.month;
      entries.set(post.id, entryOf(post));
      consider(/** @type {Entry} */ (entries.get(post.id)));
    }
    const standing = await Promise.all(vault.audiences.map(async (audience) => (await standingPages(vault, audience.id)).map((page) => ({ page, place: audienceTitle(audience) }))));
    pages = standing.flat().map(({ page, place }) => ({ title: page.title, words: wordsOf(`${page.title} ${dateWords(page.date)} ${place}`), link: () => door('#/s/' + page.id, page.title, page.date ? dayText(page.date) : place) }));
    gathered = true;
    show();
  }

  /** @param {Post} post @returns {Entry} */
  function entryOf(post) {
    const places = vault.audiences.filter(({ id }) => id === post.home || post.audiences.includes(id)).map(audienceTitle);
    const names = post.children.map(([, name]) => name);
    const read = textOf(vault, post) ?? '';
    return { post, words: wordsOf([post.title, post.summary, ...post.by, ...names, ...places, dateWords(post.date)].join(' ')), read, more: wordsOf(read) };
  }

  /** @param {Entry} entry */
  function consider(entry) {
    if (wanted.length && findsAll(wanted, [...entry.words, ...entry.more])) found.add(entry);
  }

  /** What stands in the field is looked for from now on, and at this address. */
  function look() {
    clearTimeout(timer);
    if (!node.isConnected) return;
    history.replaceState(history.state, '', field.value ? PREFIX + encodeURIComponent(field.value) : '#/sok');
    const words = wordsOf(field.value);
    if (words.join(' ') === wanted.join(' ')) return;
    wanted = words;
    found = new Set();
    most = MANY;
    months.clear();
    results.replaceChildren();
    entries.forEach(consider);
    show();
  }

  function show() {
    const sorted = [...found].sort((a, b) => b.post.time - a.post.time).slice(0, most);
    for (const entry of sorted) place(entry);
    const near = wanted.length ? pages.filter(({ words }) => findsAll(wanted, words)) : [];
    doors.replaceChildren(...near.map(({ link }) => marked(link(), wanted)));
    part('pages').hidden = !near.length;
    part('number').textContent = String(found.size + near.length);
    part('hits').hidden = !(found.size + near.length);
    part('none').hidden = !gathered || !wanted.length || Boolean(found.size + near.length);
    part('whole').hidden = !gathered || !wanted.length;
    part('rest').hidden = found.size <= most;
  }

  /** Put a card where it belongs: in its month, among the newer and the older. @param {Entry} entry */
  function place({ post, words, read }) {
    const { month } = post.index;
    let cards = months.get(month);
    if (!cards) {
      cards = element('ol', { class: 'cards' });
      const group = element('section', { class: 'hit-month' }, element('h2', {}, capital(monthText(month))), cards);
      group.dataset.month = month;
      const older = /** @type {HTMLElement[]} */ ([...results.children]).find(({ dataset }) => (dataset.month ?? '') < month);
      results.insertBefore(group, older ?? null);
      months.set(month, cards);
    }
    const there = /** @type {HTMLElement[]} */ ([...cards.children]);
    if (there.some(({ dataset }) => dataset.id === post.id)) return;
    const item = marked(postCard(vault, post, {}, visit.fresh(post)), wanted);
    const excerpt = findsAll(wanted, words) ? '' : excerptOf(read, wanted);
    if (excerpt) item.querySelector('.about')?.before(marked(element('p', { class: 'excerpt', dir: 'auto', lang: post.lang }, excerpt), wanted));
    item.dataset.id = post.id;
    item.dataset.time = String(post.time);
    cards.insertBefore(item, there.find(({ dataset }) => Number(dataset.time) < post.time) ?? null);
  }

  /** Open every post, the newest first, and look in its text. */
  async function read() {
    reading = true;
    part('offer').hidden = part('failed').hidden = true;
    part('reading').hidden = false;
    part('stop').focus();
    const posts = [...entries.values()].map(({ post }) => post);
    progress.max = posts.length;
    let shown = 0;
    /** @type {Promise<number>} at once, though the host is silent */
    const stopped = new Promise((resolve) => {
      stop = () => {
        reading = false;
        resolve(0);
      };
    });
    const all = readAll(vault, posts, () => reading && node.isConnected, (post, done) => {
      const entry = /** @type {Entry} */ (entries.get(post.id));
      entry.read = textOf(vault, post) ?? '';
      entry.more = wordsOf(entry.read);
      consider(entry);
      progress.value = done;
      part('month').textContent = monthText(post.index.month);
      if (Date.now() - shown < PAUSE) return;
      shown = Date.now();
      show();
    });
    const failed = await Promise.race([all, stopped]);
    const whole = reading && !failed;
    reading = false;
    part('reading').hidden = true;
    part('offer').hidden = whole;
    part('done').hidden = !whole;
    part('failed').hidden = !failed;
    if (node.contains(document.activeElement) || document.activeElement === document.body) (whole ? field : part('read')).focus({ preventScroll: true });
    show();
  }
}

/** What the address says is looked for. */
function sought() {
  try {
    return location.hash.startsWith(PREFIX) ? decodeURIComponent(location.hash.slice(PREFIX.length)) : '';
  } catch {
    return ''; // half of a letter's code
  }
}

/** A day as somebody may write it: "torsdag 12 mars 2026", "12/3", "2026-03-12". @param {string} date RFC 3339 */
function dateWords(date) {
  if (!date) return '';
  const [, month, day] = date.slice(0, 10).split('-').map(Number);
  return `${longDay(date)} ${day}/${month} ${date.slice(0, 10)}`;
}

/** Mark the words that were looked for. @template {HTMLElement} T @param {T} node @param {string[]} wanted @returns {T} */
function marked(node, wanted) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const text of texts) {
    for (const [from, to] of spansOf(text.data, wanted).reverse()) {
      const word = text.splitText(from);
      word.splitText(to - from);
      word.replaceWith(element('mark', {}, word.data));
    }
  }
  return node;
}
