/** Views that the shell doesn't hold: those of pages that are gone to now and then, and all of another language. Knows where the shell says that they lie. */
import { parse } from './dom.js';

/** @type {Promise<void> | null} */
let viewsComing = null;

/** Have the later views of the language that is spoken. Rejects with `unreachable` when they can't be had. */
export function bringLater() {
  if (document.getElementById('om')) return Promise.resolve(); // another language comes with all of its views
  viewsComing ??= bringViews().finally(() => {
    viewsComing = null;
  });
  return viewsComing;
}

async function bringViews() {
  const { dataset, lang } = document.documentElement;
  const views = await fetchViews(dataset.later ?? '', dataset.integrity ?? '').catch(() => {
    throw Object.assign(new Error('no views'), { word: 'unreachable' });
  });
  if (lang === document.documentElement.lang && !document.getElementById('om')) document.body.append(...views);
}

/** The views in a file of the shell's; rejects when it isn't the one that the shell names. @param {string} path @param {string} integrity @returns {Promise<Element[]>} */
export async function fetchViews(path, integrity) {
  const answer = await fetch(path, { integrity, credentials: 'omit', referrerPolicy: 'no-referrer' });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const kept = answer.clone();
  globalThis.caches?.open('shell').then((cache) => cache.put(path, kept)).catch(() => {}); // from which the worker answers
  return [...parse(await answer.text()).querySelectorAll('template')].map((view) => document.adoptNode(view));
}
