/** Pages that stand beside the posts: which an audience has, and where one is. Knows the vault. Loaded when the first one is asked for. */

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./values.js').Index} Index */
/** @typedef {import('./values.js').Standing & { index: Index }} StandingPage */

/**
 * Of a child's audience, all that its months hold, the last day first; of any other, its newest month's.
 * @param {Vault} vault @param {string} id of the audience @returns {Promise<StandingPage[]>}
 */
export async function standingPages(vault, id) {
  const months = await vault.months(id);
  const child = vault.audiences.find((audience) => audience.id === id)?.kind === 'child';
  const indexes = await Promise.all((child ? months : months.slice(0, 1)).map((month) => vault.index(id, month)));
  /** @type {Map<string, StandingPage>} */
  const pages = new Map();
  for (const index of indexes) {
    for (const page of index?.pages || []) {
      if (!pages.has(page.id) && (page.date || index === indexes[0])) pages.set(page.id, { ...page, index: /** @type {Index} */ (index) });
    }
  }
  return [...pages.values()].sort((a, b) => dayOf(b) - dayOf(a));
}

/** When a page is of, in ms: a talk whose time is not chosen yet comes before all, and what never has a day after. @param {import('./values.js').Standing} page */
function dayOf({ kind, date }) {
  return Date.parse(date) || (kind === 'talk' ? Number.MAX_VALUE : 0);
}

/** Null when this reader has no such page. @param {Vault} vault @param {string} id @returns {Promise<StandingPage | null>} */
export async function findStanding(vault, id) {
  const order = ['staff', 'child', 'preschool', 'department'];
  const audiences = [...vault.audiences].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const audience of audiences) {
    const found = (await standingPages(vault, audience.id)).find((page) => page.id === id);
    if (found) return found;
  }
  return null;
}
