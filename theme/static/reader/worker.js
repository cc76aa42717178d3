/**
 * The service worker: answers /m/<ticket> from the vault, keeps the shell for when there is no network, and shows notices. Knows no page.
 * It may be killed at any time: all it needs is in IndexedDB (keys, tickets) and Cache Storage (sealed bytes). Joined into one classic script.
 */
import { ReaderError, layerOf, must } from './errors.js';
import { abandonKeeping, recall, settled } from './store.js';
import { Vault } from './vault.js';
import { mediaResponse } from './media.js';
import { piecesOf } from './pieces.js';
import { followTap, renewAddress, showPushed } from './pushed.js';

/** @typedef {import('./values.js').Reference} Reference */
/** @typedef {Event & { request: Request, clientId: string, respondWith: (answer: Promise<Response>) => void, waitUntil: (work: Promise<unknown>) => void }} FetchEvent */

const SHELL = 'shell';
const TELLING = 25; // milliseconds within which a page that asks has told
const LOST = 2000; // milliseconds; a ticket that is not kept by then is none
const STANDS = 1000; // milliseconds: what is kept of the shell is compared when the page is likely to stand there
const SLOW = 4000; // milliseconds before the kept shell is shown instead

/** @type {Promise<Vault | null> | null} */
let resuming = null;
/** @type {Map<string, Promise<Reference>>} */
const served = new Map();
/** @type {Map<string, (reference: Reference) => void>} asked for before a page has said what they stand for */
const awaited = new Map();

async function resumed() {
  resuming ??= Vault.resume();
  const vault = await resuming.catch(() => null);
  if (!vault) resuming = null;
  must(vault, 'host');
  if (!vault.ready) await vault.refresh();
  return vault;
}

/** @param {{ audience: string, month: string, name: string }} ticket */
async function find({ audience, month, name }) {
  const index = await (await resumed()).index(audience, month);
  return index && [...index.posts, ...index.pages].flatMap(({ media }) => media).find((medium) => medium.name === name);
}

/** @param {string} id @returns {Promise<Reference>} */
function referenceOf(id) {
  const known = served.get(id);
  if (known) return known;
  /** @type {Promise<Reference>} */
  const found = new Promise((resolve, reject) => {
    awaited.set(id, resolve);
    revived(id).then(resolve, reject);
  });
  found.catch(() => served.delete(id)).finally(() => awaited.delete(id));
  served.set(id, found);
  return found;
}

/** What a ticket that is kept stands for; a page may be about to tell it, or it may be on its way to being kept. @param {string} id @returns {Promise<Reference>} */
async function revived(id) {
  let ticket;
  for (let pause = TELLING; !ticket && pause < LOST; pause *= 3) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const told = served.get(id);
    if (told && !awaited.has(id)) return told;
    ticket = await recall('tickets', id);
  }
  must(ticket, 'host');
  let reference = await find(ticket);
  if (!reference) {
    resuming = null; // the page may know a newer root, or another key
    reference = await find(ticket);
  }
  must(reference, 'host');
  return reference;
}

/** Reads a medium that a page told of; what the host lacks is looked for once more from a new root. @template T @param {Reference} reference @param {(reference: Reference) => Promise<T>} read */
async function readTold(reference, read) {
  try {
    return await read(reference);
  } catch (error) {
    if (layerOf(error) !== 'missing' || !reference.at) throw error;
  }
  const { audience, month, post, n } = reference.at;
  const vault = await resumed();
  await vault.refresh();
  const index = await vault.index(audience, month);
  const found = index?.posts.find(({ id }) => id === post)?.media[n];
  must(found, 'host');
  return read(found).catch((error) => {
    must(layerOf(error) !== 'missing', 'host');
    throw error;
  });
}

/** @param {FetchEvent} event @param {string} id */
async function answerMedium(event, id) {
  /** @param {unknown} error */
  const refuse = async (error) => {
    const { word } = error instanceof ReaderError ? error : new ReaderError('host');
    const client = await worker.clients.get(event.clientId);
    client?.postMessage({ word, url: `/m/${id}` });
  };
  try {
    const reference = await referenceOf(id);
    const vault = /** @type {Vault} */ (/** @type {unknown} */ ({ read: readTold }));
    return await mediaResponse(event.request, reference, async function* (start, end) {
      try {
        yield* piecesOf(vault, reference, start, end);
      } catch (error) {
        await refuse(error); // the answer may be under way already
        throw error;
      }
    });
  } catch (error) {
    await refuse(error);
    return new Response(null, { status: layerOf(error) === 'host' ? 404 : 502 });
  }
}

/** The files that the shell's text leads to. @param {string} text */
function named(text) {
  const links = [...text.matchAll(/(?:href|src|data-later)="\/?((?:r\/|manifest|icon)[^"]*)"/g)].map(([, path]) => `/${path}`);
  const languages = [...text.matchAll(/data-path="(\/r\/[^"]*)"/g)].map(([, path]) => path);
  return { links, languages, modules: [...text.matchAll(/(?:from |import\()'\.\/([\w-]+\.js)'/g)].map(([, file]) => file) };
}

/** The language that a file holds the shell's words in. @param {string} path */
function languageIn(path) {
  return /\/([\w-]+)-[0-9a-f]{16}\.html$/.exec(path)?.[1];
}

/** Keeps the shell whole: all that index.html and the modules lead to, and the languages that have been chosen here, then index.html; lets go of what an older one led to. @param {Response} page */
async function keepShell(page) {
  const cache = await caches.open(SHELL);
  const { links, languages } = named(await page.clone().text());
  const spoken = (await cache.keys()).map(({ url }) => languageIn(new URL(url).pathname)).filter(Boolean);
  const paths = new Set([...links, ...languages.filter((path) => spoken.includes(languageIn(path)))]);
  for (const path of paths) {
    let file = path.startsWith('/r/') ? await cache.match(path) : undefined;
    if (!file) {
      file = await fetch(path, { credentials: 'omit' });
      if (!file.ok) continue;
      await cache.put(path, file.clone());
    }
    if (path.endsWith('.js')) named(await file.text()).modules.forEach((module) => paths.add(path.replace(/[^/]*$/, module)));
  }
  await cache.put('/', page);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (pathname !== '/' && !paths.has(pathname) && !languages.includes(pathname)) await cache.delete(pathname);
  }
}

/** @param {FetchEvent} event */
async function answerShell(event) {
  const asked = fetch('/', { cache: 'no-cache', credentials: 'omit' }).then((page) => (page.ok ? page : null), () => null);
  const kept = await caches.match('/', { cacheName: SHELL });
  const late = new Promise((resolve) => setTimeout(resolve, kept ? SLOW : 2 ** 30));
  const page = await Promise.race([asked, late]);
  if (!page) return kept || Response.error();
  const again = page.clone();
  event.waitUntil(new Promise((resolve) => setTimeout(resolve, STANDS)).then(() => renewShell(kept, again)).catch(() => {}));
  return page;
}

/** @param {Response | undefined} kept @param {Response} page */
async function renewShell(kept, page) {
  if (!kept || (await kept.text()) !== (await page.clone().text())) await keepShell(page);
}

/** @param {Request} request */
async function answerFile(request) {
  const { pathname } = new URL(request.url);
  const kept = () => caches.match(pathname, { cacheName: SHELL });
  if (pathname.startsWith('/r/')) return (await kept()) || fetch(request);
  return fetch(request).catch(async () => (await kept()) || Response.error());
}

const worker = /** @type {any} */ (globalThis);

worker.addEventListener('install', (/** @type {FetchEvent} */ event) => {
  worker.skipWaiting();
  const page = fetch('/', { cache: 'no-cache', credentials: 'omit' });
  event.waitUntil(page.then((found) => (found.ok ? keepShell(found) : undefined)).catch(() => {})); // the reader works without, but not offline
});

worker.addEventListener('activate', (/** @type {FetchEvent} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('message', (/** @type {FetchEvent & MessageEvent} */ event) => {
  if (event.data === 'claim') event.waitUntil(worker.clients.claim());
  if (event.data?.tickets) {
    for (const [id, reference] of event.data.tickets) {
      awaited.get(id)?.(reference);
      awaited.delete(id);
      served.set(id, Promise.resolve(reference));
    }
  }
  if (event.data === 'forget') {
    abandonKeeping();
    resuming = null;
    served.clear();
  }
});

worker.addEventListener('push', (/** @type {FetchEvent & { data: { json: () => any } | null }} */ event) => event.waitUntil(showPushed(worker, event.data)));

worker.addEventListener('notificationclick', (/** @type {FetchEvent & { notification: Notification }} */ event) => {
  event.notification.close();
  event.waitUntil(followTap(worker));
});

worker.addEventListener('pushsubscriptionchange', (/** @type {FetchEvent} */ event) => event.waitUntil(renewAddress(worker).catch(() => {})));

worker.addEventListener('fetch', (/** @type {FetchEvent} */ event) => {
  const { origin, pathname } = new URL(event.request.url);
  const mangled = event.request.mode === 'navigate' && /^\/%(25)*23/i.test(pathname); // a link whose # was changed: the host need not see its key
  if (origin !== worker.location.origin || !['GET', 'HEAD'].includes(event.request.method)) return;
  if (pathname.startsWith('/m/')) {
    const answer = answerMedium(event, pathname.slice(3));
    event.respondWith(answer);
    event.waitUntil(answer.then(settled));
  } else if (pathname === '/' || pathname === '/index.html' || mangled) event.respondWith(answerShell(event));
  else if (/^\/(r\/|manifest|icon)/.test(pathname)) event.respondWith(answerFile(event.request));
});
