/** Addresses in the fragment (docs/format.md §12), and the history that goes with them. Does not know what a page holds. */

/** @typedef {{view: 'home' | 'audience' | 'month' | 'post' | 'child' | 'standing' | 'om' | 'sok' | 'nytt' | 'hemma' | 'uppgifter' | 'spara' | 'sparad' | 'hemskarm' | 'enhet' | 'skickat' | 'ny' | 'notiser' | 'lost', id: string, month: string, medium?: string}} Address `medium`: which of a post's, shown large */
/** @typedef {{y?: number, shown?: number, large?: boolean}} Place how far down a page was read, and how many cards stood there; `large`: a medium shown over its page, which stands one step back */

const HOME = /^(#\/?)?$/;
const PATTERN = /^#\/(?:(om|nytt|sok|sparad?|hemskarm|enhet|skickat|ny|notiser|uppgifter)|([apbs]|hemma)\/([0-9a-f]{1,64})(?:\/(?:(\d{4}-\d{2})|([0-9a-f]{8})))?)$/;

let stands = true; // the page of the present history entry, and not the one before or a line that waits for it

/** @param {string} hash of an address @returns {Address} */
export function parseAddress(hash) {
  const [, word, kind, id = '', month = '', medium] = PATTERN.exec(hash.replace(/^(#\/sok)\?.*/, '$1')) ?? []; // what is searched for is the search's own
  if (HOME.test(hash)) return { view: 'home', id, month };
  if (word) return { view: /** @type {Address['view']} */ (word), id, month };
  if (kind === 'a' && !medium) return { view: month ? 'month' : 'audience', id, month };
  if (kind === 'p' && !month) return { view: 'post', id, month, medium };
  if (kind === 's' && !month) return { view: 'standing', id, month, medium };
  if ((kind === 'b' || kind === 'hemma') && !month && !medium) return { view: kind === 'b' ? 'child' : kind, id, month };
  return { view: 'lost', id: '', month: '' };
}

/** Where the reader was on the page of the present history entry. @returns {Place} */
export function leftOff() {
  return history.state ?? {};
}

/** @param {Place} place */
export function keepPlace(place) {
  history.replaceState({ ...history.state, ...place }, '');
}

/** Something else than the page of the present history entry is shown: where that stands says nothing about the page. */
export function awayFromPage() {
  stands = false;
}

/**
 * Call `go` at every change of address that the page does not follow itself, and keep scroll positions in the history, where a reload finds them too.
 * @param {() => void} go @param {(hash: string) => boolean | undefined} follow
 */
export function startRouter(go, follow) {
  history.scrollRestoration = 'manual';
  let timer = 0;
  const rest = () => {
    clearTimeout(timer);
    timer = 0;
  };
  const keep = () => {
    rest();
    if (stands && history.state?.y !== Math.round(scrollY)) keepPlace({ y: Math.round(scrollY) });
  };
  addEventListener('scroll', () => {
    timer ||= setTimeout(keep, 150);
  }, { passive: true });
  addEventListener('pagehide', keep);
  document.addEventListener('click', (event) => {
    keep();
    const link = /** @type {Element} */ (event.target).closest('a[href^="#/"]:not([data-do])');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.getAttribute('href') !== (location.hash || '#/')) return;
    event.preventDefault();
    keepPlace({ y: 0 });
    go();
  }, true);
  addEventListener('popstate', rest); // which comes before, but in Safari late while a page loads
  addEventListener('hashchange', () => {
    rest();
    stands &&= Boolean(follow(location.hash));
    if (!stands) go();
  });
}

/** Scroll to where this page was left, or to its top, and move focus to its heading. @param {HTMLElement} main @param {boolean} first */
export function settle(main, first) {
  const heading = main.querySelector('h1');
  if (heading && !first) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  scrollTo({ top: leftOff().y ?? 0, behavior: 'instant' });
  stands = true;
}
