/** Asks the host, as long as somebody looks, whether there is something new. Knows the clock and the line. Does not know what is shown, nor how. */
import { equal } from './bytes.js';
import { fetchSealed } from './host.js';

const OFTEN = 15_000; // the root alone, which a host answers in a few bytes when nothing is new
const SELDOM = 3 * 60_000; // where data is saved, and at most while the host does not answer
const SOON = 3_000; // the least between two questions, however often somebody looks away and back

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {{ vault: () => Vault | null, renewed: (news: import('./current.js').News, newest: boolean) => void, refused: (error: any) => void }} Asker
 *  `renewed`: what the host said; `newest`: the newest post is another one than before */

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
  return ask(true);
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
  return !equal(bytes, vault.sealedRoot);
}

/** @param {Vault} vault */
async function renew(vault) {
  try {
    const news = await vault.refresh();
    failures = news.offline ? failures + 1 : 0;
    if (failures > 1) return; // it has been said
    const before = newest;
    newest = (await vault.posts().next()).value?.id;
    if (vault === asker?.vault()) asker.renewed(news, news.changed && before !== undefined && before !== newest);
  } catch (error) {
    failures += 1;
    if (vault === asker?.vault()) asker?.refused(error);
  }
}
