/** Starts the reader and keeps it going: link or key, address to page, waits and refusals. Does not know keys, or what a page holds. */
import { addressMaker, releaseMedia } from './addresses.js';
import { parseLink } from './chain.js';
import { element, fill } from './dom.js';
import { awayFromPage, keepPlace, leftOff, parseAddress, settle, startRouter } from './router.js';
import { languageChosen, markSeen, offerAnswered, readPref, seenPosts, writePref } from './store.js';
import { Vault } from './vault.js';
import { homePage } from './views.js';
import { welcomePage } from './welcome.js';
import { learn, WORDS } from './words.js';

/** @typedef {import('./views.js').Page} Page */

const LATE = 400;
const VERY_LATE = 8_000;
const GIVEN_UP = 60_000;
const SHOWN = 1_500; // what nobody waits for comes when the page and its first photos stand there
const WEEK = 7 * 24 * 3600_000;

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const preschool = document.title;
const tongue = /** @type {HTMLSelectElement | null} */ (document.querySelector('.language select'));

/** @type {Vault | null} */
let vault = null;
/** @type {Set<string>} posts that had been on this device's screen before this time */
let seen = new Set();
/** @type {Set<string>} posts that have been on the screen now, not yet told to the store */
const met = new Set();
/** @type {number | undefined} when this device was first used, in ms; undefined at the first time */
let since;
let turns = 0;
let first = true;
let lists = false;
/** @type {Page['follow']} */
let follow;
/** @type {import('./installing.js').Prompt | null} */
let prompt = null;
let read = false; // a post

const hall = { present, refuse, enter, within, arrive };
const APPLE_OR_APP = /iP|Mac|wv\)|FB|Insta/;
/** Show again what is shown, in other words. */
let again = () => {};

start();

function start() {
  const { dataset } = document.documentElement;
  if (dataset.refused) return undefined; // old.js has said why
  dataset.started = 'yes';
  document.getElementById('not-started')?.remove(); // said too early, on a slow line
  main.style.display = '';
  learn();
  if (window.top !== window.self) return sheet('framed');
  if (!/^\/(index\.html|%(25)*23.*)?$/i.test(location.pathname)) return sheet('sub-path');
  document.addEventListener('click', pressed);
  document.addEventListener('submit', (event) => {
    event.preventDefault(); // nothing of a form is ever sent
    import('./entering.js').then(({ answer }) => answer(/** @type {HTMLFormElement} */ (event.target), hall)).catch(refuse);
  });
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault(); // kept for a button
    prompt = /** @type {import('./installing.js').Prompt} */ (event);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') tellMet();
  });
  addEventListener('online', keepUp);
  addEventListener('offline', () => notice('offline', WORDS.offline));
  if (tongue) tongue.onchange = () => change(tongue, tongue.value, true).then(() => {
    notice('language', null);
    again();
  }, () => {
    tongue.value = document.documentElement.lang;
    notice('language', WORDS.noLanguage);
  });
  startRouter(go, (hash) => follow?.(hash));
  return go();
}

/** Show what the address asks for: an invitation, or a page. */
async function go() {
  let link = null;
  try {
    link = parseLink(location.href);
  } catch (error) {
    forgetAddress();
    await speakToReader();
    return refuse(error);
  }
  if (link) {
    forgetAddress();
    await speakToReader();
    return arrive(link);
  }
  if (location.pathname !== '/') history.replaceState(history.state, '', '/' + location.hash);
  return visit();
}

/** @param {import('./welcome.js').Link} link */
async function arrive(link) {
  forgetAddress();
  const turn = (turns += 1);
  again = () => arrive(link);
  const page = welcomePage(link, hall);
  if (APPLE_OR_APP.test(navigator.userAgent)) await within(import('./elsewhere.js').then(({ tellElsewhere }) => tellElsewhere(page.node, link)), LATE).catch(() => {});
  if (turn === turns) present(page);
}

/** The key leaves the address before anything else happens. */
function forgetAddress() {
  history.replaceState(null, '', '/');
}

/** Go on with a vault that has just been opened. @param {Vault} opened @param {boolean} [mangled] */
async function enter(opened, mangled) {
  forgetAddress();
  scrollTo(0, 0);
  await furnish(opened);
  if (mangled) notice('ask', WORDS.ask, WORDS.dismiss, () => notice('ask', null));
  await visit();
  import('./routes.js').catch(() => {}); // a tap away
  addressMaker().then(({ startWorker }) => setTimeout(startWorker, SHOWN), () => {});
  setTimeout(keepUp, SHOWN);
}

/** Speak as was chosen on this device, else as the preschool knows the reader, else as the browser is set; else as the shell does. */
async function speakToReader() {
  if (!tongue) return;
  const tags = [languageChosen(), vault?.reader.lang, ...navigator.languages];
  const code = tags.map((tag) => tag?.split('-')[0]).find((each) => [...tongue.options].some(({ value }) => value === each));
  if (code && code !== document.documentElement.lang) await change(tongue, code).catch(() => {});
  tongue.value = document.documentElement.lang;
  /** @type {HTMLElement} */ (tongue.parentElement).hidden = false;
}

/** @param {HTMLSelectElement} list @param {string} code @param {boolean} [chosen] by the reader, and so to be remembered */
function change(list, code, chosen) {
  return import('./languages.js').then(({ speakAs }) => speakAs(list, code, chosen));
}

/** What this device remembers of what has been read here. @returns {Promise<[Set<string>, number | undefined]>} */
function remembered() {
  return Promise.all([seenPosts(), readPref('since')]);
}

/** @param {Vault} opened @param {ReturnType<typeof remembered>} [before] */
async function furnish(opened, before = remembered()) {
  vault = opened;
  const language = speakToReader();
  vault.addEventListener('refused', (event) => import('./refusing.js').then(({ markRefused }) => markRefused(main, /** @type {CustomEvent} */ (event).detail), () => {}));
  [seen, since] = await before;
  if (!since) writePref('since', Date.now()).catch(() => {});
  await language;
  /** @type {HTMLElement} */ (document.querySelector('.about-link')).hidden = false;
}

/** Show the page of the present address. @param {boolean} [quietly] where it stands already: no waiting line, and focus stays */
async function visit(quietly = false) {
  const turn = (turns += 1);
  again = () => visit(true);
  const timers = quietly ? [] : [setTimeout(wait, LATE, turn, WORDS.wait), setTimeout(wait, VERY_LATE, turn, WORDS.slow)];
  try {
    const page = await within(pageOf(), GIVEN_UP);
    if (turn === turns) present(page, quietly);
  } catch (error) {
    if (turn === turns) refuse(error);
  }
  timers.forEach(clearTimeout);
}

/** @returns {Promise<Page>} */
async function pageOf() {
  const address = parseAddress(location.hash);
  if (!vault) {
    if (address.view !== 'home') import('./routes.js').catch(() => {}); // while the vault opens
    addressMaker().catch(() => {});
    const before = remembered();
    const resumed = await Vault.resume();
    if (!resumed) await speakToReader();
    if (!resumed) return { node: fill('no-link'), title: '' };
    if (!resumed.ready) await resumed.refresh();
    await furnish(resumed, before);
    setTimeout(keepUp, SHOWN);
  }
  const opened = /** @type {Vault} */ (vault);
  const turn = turns;
  if (address.view === 'post') {
    seen.add(address.id);
    read = true;
  }
  const visitor = { vault: opened, since: since && since - WEEK, shown: leftOff().shown ?? 0, fresh: isFresh, met: meet, read, count: (/** @type {number} */ cards) => turn === turns && keepPlace({ shown: cards }) };
  releaseMedia(); // before the new page makes its own
  const page = address.view === 'home' ? await homePage(visitor) : await import('./routes.js').then(({ pageAt }) => pageAt(visitor, address, prompt, () => leave('forgotten')));
  return page ?? { node: fill('lost'), title: '' };
}

/** @param {Page} page @param {boolean} [quietly] */
function present({ node, title, lists: isList = false, after, follow: inside }, quietly = false) {
  main.replaceChildren(node);
  lists = isList;
  follow = inside;
  const named = title || (isList ? '' : node.querySelector('h1')?.textContent);
  document.title = named ? `${named} – ${preschool}` : preschool;
  if (!quietly) /** @type {HTMLElement} */ (document.getElementById('announcer')).textContent = document.title;
  settle(main, first || quietly);
  first = false;
  after?.();
}

/** @param {string} id of a template that says one thing */
function sheet(id) {
  turns += 1;
  again = () => sheet(id);
  scrollTo(0, 0);
  keepPlace({ y: 0 });
  present({ node: fill(id), title: '' });
}

/** Say why something is not shown. @param {any} error */
function refuse(error) {
  if (!error?.word) console.error(error);
  if (error?.word === 'access-ended') leave(error.word);
  else sheet(document.getElementById(error?.word ?? '') ? error.word : 'broken');
  const present = vault;
  if (error?.word === 'unreachable' && present) import('./without.js').then(({ tellKept }) => tellKept(main, present)).catch(() => {});
}

/** Nobody reads here any longer. @param {string} id of the template that says why */
function leave(id) {
  vault = null;
  releaseMedia();
  /** @type {HTMLElement} */ (document.querySelector('.about-link')).hidden = true;
  document.getElementById('notices')?.replaceChildren();
  sheet(id);
}

/** @param {number} turn @param {string} text */
function wait(turn, text) {
  if (turn !== turns) return;
  awayFromPage();
  const line = main.querySelector('.wait');
  if (line) line.textContent = text;
  else main.replaceChildren(element('p', { class: 'wait', role: 'status' }, text));
}

/** @template T @param {Promise<T>} promise @param {number} milliseconds @returns {Promise<T>} */
function within(promise, milliseconds) {
  return Promise.race([promise, new Promise((_, reject) => {
    setTimeout(reject, milliseconds, { word: 'unreachable' });
  })]);
}

/** Ask the host for what is new, and send what waits, from now on. */
function keepUp() {
  const open = vault;
  if (!open?.ready) return; // nobody has come in, or the device is being forgotten
  if (open.drop) import('./outgoing.js').then(({ tend }) => tend(open, notice), () => {});
  import('./asking.js').then(({ keepAsking }) => keepAsking({ vault: () => vault, notice, lists: () => lists, visit, refused: refuse }), () => {});
}

/** One line over the page, or none. @param {string} key @param {string | null} text @param {string} [label] @param {() => void} [act] */
function notice(key, text, label, act) {
  const notices = /** @type {HTMLElement} */ (document.getElementById('notices'));
  notices.querySelector(`[data-notice="${key}"]`)?.remove();
  if (!text) return;
  const line = element('p', { 'data-notice': key }, text);
  if (label && act) {
    const button = element('button', { type: 'button' }, label);
    button.onclick = act;
    line.append(' ', button);
  }
  notices.append(line);
}

/** @param {import('./vault.js').Post} post */
function isFresh(post) {
  return since !== undefined && !seen.has(post.id) && post.time > since - WEEK;
}

/** @param {string} id */
function meet(id) {
  if (!met.size) setTimeout(tellMet, 2000);
  met.add(id);
}

function tellMet() {
  const ids = [...met];
  met.clear();
  if (ids.length && vault) markSeen(ids).catch(() => {});
}

/** @param {MouseEvent} event */
function pressed(event) {
  const place = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-do]'));
  const act = place?.dataset.do;
  if (act === 'skip') {
    event.preventDefault();
    main.focus();
  } else if (act === 'retry') visit();
  else if (act === 'reload') location.reload();
  else if (act === 'later') decline(/** @type {HTMLElement} */ (place?.closest('[data-offer]')));
}

/** Not now, which is remembered as no before another page can be shown. @param {HTMLElement} offer */
function decline(offer) {
  offer.hidden = true;
  main.querySelector('h1')?.focus();
  offerAnswered(Number(offer.dataset.offer));
}
