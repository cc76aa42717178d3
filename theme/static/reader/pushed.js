/** Notices that a push service brings: shown as they are, which is that there is something new; and where a tap on one leads. Fetches nothing. A part of the worker. */
import { readPref } from './store.js';

/** @typedef {{ title?: string, body?: string, lang?: string, dir?: string, tag?: string, silent?: boolean }} Said */

const DECLARATIVE = 8030; // what tells a notice of this form: the number of its RFC
const FRESH = '/#/nytt';
const TOPIC = 'nytt'; // one takes the place of the one before

/** Every push is shown, also one that can't be read: a browser that isn't shown anything takes the permission back. @param {any} worker @param {{ json: () => any } | null} pushed */
export async function showPushed(worker, pushed) {
  const { title, body = '', lang = '', dir } = saidIn(pushed) ?? (await readPref('push').catch(() => null)) ?? {};
  await worker.registration.showNotification(String(title || worker.location.host), { body: String(body), lang: String(lang), dir: dir === 'rtl' || dir === 'ltr' ? dir : 'auto', tag: TOPIC });
}

/** @param {{ json: () => any } | null} pushed @returns {Said | null} */
function saidIn(pushed) {
  try {
    const { web_push: form, notification } = pushed?.json() ?? {};
    return form === DECLARATIVE && typeof notification.title === 'string' ? notification : null;
  } catch {
    return null;
  }
}

/** The window that is open goes to what is new, else one is opened there. @param {any} worker */
export async function followTap(worker) {
  /** @type {any[]} */
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const reader = windows.find(({ url }) => new URL(url).pathname === '/');
  if (!reader) return worker.clients.openWindow(FRESH);
  await reader.focus().catch(() => {});
  return reader.navigate(FRESH).catch(() => worker.clients.openWindow(FRESH));
}

/** The push service has given this device up: another address, of which the page tells the preschool when it is next opened. @param {any} worker */
export async function renewAddress(worker) {
  const asked = await readPref('push');
  if (asked) await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: asked.key });
}
