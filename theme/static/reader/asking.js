/** Asks the host, as long as somebody looks, whether there is something new, and says it. Knows the clock and the line. Does not know what a page holds. */
import { equal } from './bytes.js';
import { fetchSealed } from './host.js';
import { keepPlace } from './router.js';
import { readPref } from './store.js';
import { WORDS } from './words.js';

const OFTEN = 15_000; // the root alone, which a host answers in a few bytes when nothing is new
const SELDOM = 3 * 60_000; // where data is saved, and at most while the host does not answer
const SOON = 3_000; // the least between two questions, however often somebody looks away and back

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {(key: string, text: string | null, label?: string, act?: () => void) => void} Notice one line over the page, or none */
/** @typedef {{ vault: () => Vault | null, notice: Notice, lists: () => boolean, visit: (quietly?: boolean) => void, refused: (error: any) => void }} Asker
 *  `lists`: the page shown is worth making anew when something was published; `visit`: makes it anew */

/** @type {Asker | null} */
let asker = null;
let asked = 0;
let failures = 0;
/** @type {string | undefined} the newest post */
let newest;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Ask now, and then again and again. @param {Asker} page */
export function keepAsking(page) {
  if (!asker) document.addEventListener('visibilitychange', () => next(asked + (saving() ? SELDOM : SOON) - Date.now()));
  asker = page;
  return ask(true).then(keepNotices);
}

/** What a push service and the preschool know of this device is to stay so. */
async function keepNotices() {
  const vault = asker?.vault();
  if (vault && (await readPref('push'))) (await import('./pushing.js')).keepAsked(vault).catch(() => {});
}

/** @param {number} [pause] in milliseconds */
function next(pause = between()) {
  clearTimeout(timer);
  if (document.visibilityState !== 'hidden' && asker?.vault()) timer = setTimeout(ask, Math.max(0, pause));
}

function saving() {
  return /** @type {any} */ (navigator).connection?.saveData || matchMedia('(prefers-reduced-data: reduce)').matches;
}

function between() {
  return saving() ? SELDOM : Math.min(OFTEN * 2 ** failures, SELDOM) * (0.9 + Math.random() / 5); // not all families at the same moment
}

/** @param {boolean} [all] ask for the keyrings too, whatever the root says */
async function ask(all = false) {
  clearTimeout(timer);
  asked = Date.now();
  const vault = asker?.vault();
  if (!vault) return;
  try {
    if (all || failures || (await rootIsAnother(vault))) await renew(vault);
  } catch {
    await renew(vault); // which says that what is shown was kept
  }
  next();
}

/** @param {Vault} vault */
async function rootIsAnother(vault) {
  const { bytes } = await fetchSealed('root', { fresh: true });
  return !equal(bytes, /** @type {import('./bytes.js').Bytes} */ (vault.opened.sealed[0]));
}

/** @param {Vault} vault */
async function renew(vault) {
  try {
    const news = await vault.refresh();
    failures = news.offline ? failures + 1 : 0;
    if (failures > 1) return; // it has been said
    const before = newest;
    newest = (await vault.posts().next()).value?.id;
    if (vault === asker?.vault()) renewed(asker, news, news.changed && before !== undefined && before !== newest);
  } catch (error) {
    failures += 1;
    if (vault === asker?.vault()) asker?.refused(error);
  }
}

/** Say what the host said. @param {Asker} page @param {import('./current.js').News} news @param {boolean} another the newest post is another one than before */
function renewed({ notice, lists, visit }, { changed, notice: stale, offline }, another) {
  notice('offline', offline ? WORDS.offline : null);
  notice('stale', stale ? WORDS.stale : null);
  if (changed && lists() && scrollY < 200) visit(true);
  else if (lists() ? changed : another) notice('changed', WORDS.changed, WORDS.show, () => {
    notice('changed', null);
    if (!lists()) return void (location.hash = '#/');
    keepPlace({ y: 0 });
    visit();
  });
}
