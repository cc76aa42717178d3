/**
 * "Aviseringar i telefonen": what this device asks a push service and the preschool for, and when it is offered. Knows the browser's part of Web Push.
 * What the preschool is to know travels as any other answer does. Loaded when it is needed.
 */
import { toB64 } from './base64.js';
import { equal } from './bytes.js';
import { presentBrowser } from './browsers.js';
import { element, fill, slot } from './dom.js';
import { bringLater } from './later.js';
import { letterboxOf } from './letterbox.js';
import { sayings } from './sayings.js';
import { offerAnswered, offersAnswered, readPref, writePref } from './store.js';
import { audienceTitle } from './views.js';
import { WORDS } from './words.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./letterbox.js').Letterbox} Letterbox */
/** @typedef {{ quiet: [string, string] | null, about: string[] | null, mail: boolean }} Wishes from when to when it is quiet; the audiences to be told of, or all; whether mail comes too */
/** @typedef {Wishes & { endpoint: string, key: string, lang: string, names: string, asked: number, dir: string, title: string, body: string }} Asked what the preschool has been told, and when (ms);
 *  `key`: the preschool's, base64url; `names`: of the keyrings that asked; `title` and `body`: what is said of a notice that can't be read */

const WORKER_PATIENCE = 10_000; // milliseconds for the worker to be there
const TOLD_AGAIN = 30 * 24 * 3600_000; // milliseconds, after which the preschool is told once more: it may have lost what it knew
const MAY_OFFER = 3; // of what has been answered on the first page

/** Why notices can't be turned on here; empty where they can. */
function pushHindrance() {
  const { system, place } = presentBrowser();
  if (!('PushManager' in globalThis) || !('Notification' in globalThis) || !navigator.serviceWorker) return system === 'ios' && place !== 'home-screen' ? 'ios' : 'unable';
  return Notification.permission === 'denied' ? 'denied' : '';
}

/** @param {Vault} vault @returns {Promise<import('./views.js').Page>} */
export async function pushPage(vault) {
  const letterbox = await letterboxOf(vault);
  /** @type {Asked | undefined} */
  const asked = await readPref('push');
  if (offersAnswered() === MAY_OFFER) offerAnswered(MAY_OFFER + 1); // has been seen
  const node = fill('push');
  const state = letterbox?.push ? pushHindrance() || (asked ? 'on' : '') : 'none';
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll('[data-state]'))) one.hidden = one.dataset.state !== state;
  if (letterbox?.push && (!state || state === 'on')) furnishPush(node, vault, letterbox, asked);
  return { node, title: '' };
}

/** @param {string} key */
function pushSay(key) {
  return sayings(fill('push-says'))(key);
}

/** @param {HTMLElement} node @param {Vault} vault @param {Letterbox} letterbox @param {Asked} [asked] */
function furnishPush(node, vault, letterbox, asked) {
  const [quiet, hours, start, end, mail, on, change, off, said, nothing, failed] = ['quiet', 'hours', 'start', 'end', 'mail', 'start-push', 'change-push', 'stop-push', 'said', 'nothing', 'failed'].map((name) => slot(node, name));
  const rows = tellable(vault).map(({ title, ids }) => ({ ids, tick: pushTick(slot(node, 'about'), title, !asked?.about || ids.some((id) => asked.about?.includes(id))) }));
  if (asked) {
    quiet.checked = Boolean(asked.quiet);
    [start.value, end.value] = asked.quiet ?? [start.value, end.value];
    mail.checked = asked.mail;
  }
  hours.hidden = !quiet.checked;
  quiet.onchange = () => (hours.hidden = !quiet.checked);
  show(Boolean(asked));
  slot(node, 'choices').hidden = false;
  on.onclick = change.onclick = () => attempt(async () => {
    const wishes = wished();
    if (wishes.about?.length === 0) return void (nothing.hidden = false);
    if ((await Notification.requestPermission()) !== 'granted') return show(false, pushSay(pushHindrance() || 'unanswered'));
    await askToBeTold(vault, letterbox, wishes);
    show(true, pushSay('on'));
  });
  off.onclick = () => attempt(async () => {
    await stopPush(vault, letterbox);
    show(false, pushSay('off'));
  });

  /** @returns {Wishes} */
  function wished() {
    const wanted = rows.filter(({ tick }) => tick.checked).flatMap(({ ids }) => ids);
    const whole = rows.every(({ tick }) => tick.checked);
    return { quiet: quiet.checked && start.value && end.value ? [start.value, end.value] : null, about: whole ? null : wanted, mail: mail.checked };
  }

  /** @param {boolean} isOn @param {string} [words] */
  function show(isOn, words = '') {
    [on.hidden, change.hidden, off.hidden] = [isOn, !isOn, !isOn];
    /** @type {HTMLElement} */ (node.querySelector('[data-state="on"]')).hidden = !isOn;
    said.textContent = words;
  }

  /** @param {() => Promise<void>} work */
  async function attempt(work) {
    nothing.hidden = failed.hidden = true;
    for (const button of [on, change, off]) button.disabled = true;
    try {
      await work();
    } catch (error) {
      failed.hidden = false;
    }
    for (const button of [on, change, off]) button.disabled = false;
  }
}

/** @param {HTMLElement} list @param {Node} title @param {boolean} checked */
function pushTick(list, title, checked) {
  const tick = element('input', { type: 'checkbox' });
  tick.checked = checked;
  list.append(element('li', {}, element('label', {}, tick, ' ', element('span', {}, title))));
  return tick;
}

/** What one may choose to be told of: each of one's own children, the departments, the preschool; staff also of all children's pages, and of what is theirs alone. @param {Vault} vault */
function tellable(vault) {
  const own = vault.opened.keyrings.filter(({ reader }) => reader.role === 'guardian').flatMap(({ children }) => children);
  const of = (/** @type {string} */ kind) => vault.audiences.filter((audience) => audience.kind === kind);
  const others = of('child').filter(({ id }) => !own.some(({ audience }) => audience === id));
  const rows = [...new Map(own.map((child) => [child.audience, child])).values()].map(({ name, audience }) => ({ title: nameNode(name), ids: [audience] }));
  for (const audience of [...of('department'), ...of('preschool')]) rows.push({ title: nameNode(audienceTitle(audience)), ids: [audience.id] });
  if (others.length) rows.push({ title: document.createTextNode(pushSay('children')), ids: others.map(({ id }) => id) });
  if (of('staff').length) rows.push({ title: document.createTextNode(WORDS.staffOnly), ids: of('staff').map(({ id }) => id) });
  return rows;
}

/** @param {string} name @returns {Node} */
function nameNode(name) {
  return element('bdi', { translate: 'no' }, name);
}

/** The worker that notices come to. */
async function readyWorker() {
  const late = new Promise((_, reject) => {
    setTimeout(reject, WORKER_PATIENCE, new Error('no worker'));
  });
  return /** @type {ServiceWorkerRegistration} */ (await Promise.race([navigator.serviceWorker.ready, late]));
}

/** Where this device is at its push service, for this preschool's key; asked for anew where it isn't or is for another key. @param {import('./bytes.js').Bytes} key */
async function pushAddress(key) {
  const { pushManager } = await readyWorker();
  const before = await pushManager.getSubscription();
  const { applicationServerKey: known } = before?.options ?? {};
  if (before && known && equal(new Uint8Array(known), key)) return before;
  await before?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** @param {PushSubscription} subscription @param {PushEncryptionKeyName} name */
function pushKey(subscription, name) {
  return toB64(new Uint8Array(/** @type {ArrayBuffer} */ (subscription.getKey(name))));
}

/** @param {Vault} vault @param {Letterbox} letterbox @param {Wishes} wishes */
async function askToBeTold(vault, letterbox, { quiet, about, mail }) {
  const { key } = /** @type {{ key: import('./bytes.js').Bytes }} */ (letterbox.push);
  const subscription = await pushAddress(key);
  const { endpoint } = subscription;
  const { lang, dir } = document.documentElement;
  /** @type {Asked | undefined} */
  const before = await readPref('push');
  if (before && before.endpoint !== endpoint) await sendAsEach(vault, letterbox, 'push-end', { endpoint: before.endpoint });
  await sendAsEach(vault, letterbox, 'push', { endpoint, p256dh: pushKey(subscription, 'p256dh'), auth: pushKey(subscription, 'auth'), lang, quiet, about, mail });
  await writePref('push', { quiet, about, mail, endpoint, key: toB64(key), lang, names: readersHere(vault), asked: Date.now(), dir, title: pushSay('title'), body: pushSay('body') });
}

/** @param {Vault} vault @param {Letterbox} letterbox */
async function stopPush(vault, letterbox) {
  /** @type {Asked | undefined} */
  const asked = await readPref('push');
  if (asked) await sendAsEach(vault, letterbox, 'push-end', { endpoint: asked.endpoint });
  await writePref('push', undefined);
  const subscription = await (await readyWorker()).pushManager.getSubscription();
  await subscription?.unsubscribe();
}

/** As an answer of everybody who reads here: each is told of what is theirs. Quietly, where it goes by itself. @param {Vault} vault @param {Letterbox} letterbox @param {string} kind @param {object} body */
async function sendAsEach(vault, letterbox, kind, body) {
  const { enqueue } = await import('./outbox.js');
  const quiet = letterbox.ways.some((way) => way.kind !== 'mail');
  for (const as of vault.opened.names) await enqueue(vault, kind, body, [], { about: pushSay('about'), as, quiet });
}

/** @param {Vault} vault */
function readersHere(vault) {
  return [...vault.opened.names].sort().join();
}

/**
 * Tell the preschool again where what it was told is no longer so: another address, key, language or reader, or long ago. Puts away what has been shown: somebody looks now.
 * @param {Vault} vault
 */
export async function keepAsked(vault) {
  /** @type {Asked | undefined} */
  const asked = await readPref('push');
  if (!asked || !vault.drop || pushHindrance() === 'unable') return;
  for (const shown of await (await readyWorker()).getNotifications()) shown.close();
  const letterbox = await letterboxOf(vault);
  if (!letterbox?.push) return;
  await bringLater();
  if (Notification.permission !== 'granted') return stopPush(vault, letterbox);
  const { endpoint } = await pushAddress(letterbox.push.key);
  const same = endpoint === asked.endpoint && asked.key === toB64(letterbox.push.key) && asked.lang === document.documentElement.lang && asked.names === readersHere(vault);
  if (!same || Date.now() - asked.asked > TOLD_AGAIN) await askToBeTold(vault, letterbox, asked);
}

/** After a post has been read: offer it on the first page from then on, on a later day than the first, once the rest has been answered, and where it can be had. @param {Vault} vault */
export async function perhapsOffer(vault) {
  const [since, asked] = await Promise.all(['since', 'push'].map(readPref));
  const offered = offersAnswered();
  const rest = offered === 2 || (offered === 1 && matchMedia('(display-mode: standalone)').matches);
  if (!rest || asked || !vault.drop || pushHindrance() || new Date(since).toDateString() === new Date().toDateString()) return;
  if ((await letterboxOf(vault))?.push) offerAnswered(MAY_OFFER);
}
