/** Which page an address that isn't the first page's leads to, and the code it needs. Loaded when one is asked for, or is likely to be, together with a post's. */
import { monthPage, postPage, standingPage } from './pages.js';

/** @typedef {import('./router.js').Address} Address */
/** @typedef {import('./views.js').Page} Page */

/** Null when there is no such page. @param {import('./views.js').Visit} visit @param {Address} address @param {import('./installing.js').Prompt | null} prompt @param {() => void} forgotten @returns {Promise<Page | null>} */
export async function pageAt(visit, { view, id, month, medium }, prompt, forgotten) {
  if (view === 'post') return postPage(visit, id, medium);
  if (view === 'standing') return standingPage(visit, id, medium);
  if (view === 'month') return monthPage(visit, id, month);
  if (view === 'child') return (await import('./timelines.js')).childPage(visit, id);
  if (view === 'audience') return (await import('./timelines.js')).audiencePage(visit, id);
  if (view === 'nytt') return (await import('./timelines.js')).freshPage(visit);
  await (await import('./later.js')).bringLater();
  if (view === 'hemma') return (await import('./replying.js')).fromHomePage(visit.vault, id);
  if (view === 'ny') return (await import('./composing.js')).composePage(visit.vault);
  if (view === 'sok') return (await import('./search.js')).searchPage(visit);
  if (view === 'skickat') return (await import('./outgoing.js')).outgoingPage(visit.vault);
  return (await import('./device.js')).devicePage(view, visit.vault, prompt, forgotten);
}
