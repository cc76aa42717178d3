/** What is about to be sent, said once more; then sealed into the outbox, and how far it has come. Knows the outbox. Does not know the form. */
import { childrenOn } from './attaching.js';
import { element, fill, nameNodes, slot } from './dom.js';
import { forgetWriting } from './drafting.js';
import { letterboxOf } from './letterbox.js';
import { longMoment } from './moments.js';
import { enqueue, events, waitingIn } from './outbox.js';
import { Unsent } from './postbag.js';
import { composeSay } from './says.js';
import { countText, WORDS } from './words.js';
import { childrenAt, lackingOf, ownerOf, placeText, readersText } from './writers.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./writers.js').Writer} Writer */
/** @typedef {import('./writers.js').Child} Child */
/** @typedef {import('./drafting.js').Writing} Writing */

/** Ask whether it shall be sent, and send it. @param {Vault} vault @param {Writer} writer @param {Writing} writing @param {HTMLElement} node the page */
export async function review(vault, writer, writing, node) {
  const { typed } = writing;
  const about = childrenOf(writer, writing);
  const absent = absentOf(writer, writing);
  const undescribed = typed.media.filter(({ alt }) => !alt.trim()).length;
  const dialog = /** @type {HTMLDialogElement} */ (fill('compose-review', {
    title: typed.title.trim() || firstLine(typed.text) || null,
    sum: summed(writer, writing, about),
    readers: readersText(writer, typed.home),
    becomes: await becomes(vault),
    undescribed: undescribed ? composeSay('undescribedN', { n: undescribed }) : null,
  }));
  const part = (/** @type {string} */ name) => slot(dialog, name);
  if (absent.length) part('names').textContent = composeSay('seenNowhere', { names: absent.map(({ name }) => name).join(WORDS.comma) });
  else part('absent').remove();
  part('back').onclick = () => dialog.close();
  part('send').onclick = async () => {
    if (absent.length && !part('looked').checked) return refuse('needsLook');
    part('failed').hidden = true;
    part('send').disabled = part('back').disabled = true;
    part('sealing').textContent = composeSay('locking');
    try {
      const id = await enqueue(vault, 'post', bodyOf(writer, writing, about), [...writing.blobs].map(([file, blob]) => ({ file, blob })), { about: calledFor(writer, writing) });
      const sum = summed(writer, writing, about);
      await forgetWriting(writing);
      dialog.close();
      showSent(node, id, sum);
    } catch (error) {
      if (!(error instanceof Unsent)) console.error(error);
      const word = error instanceof Unsent ? error.word : '';
      refuse(word === 'no-room' ? 'noRoom' : word === 'unreadable' ? word : 'notSent');
    }
  };
  dialog.onclose = () => dialog.remove();
  dialog.oncancel = (event) => part('back').disabled && event.preventDefault();
  node.append(dialog);
  dialog.showModal();

  /** @param {string} why */
  function refuse(why) {
    part('send').disabled = part('back').disabled = false;
    part('sealing').textContent = '';
    part('failed').textContent = composeSay(why);
    part('failed').hidden = false;
    if (why === 'needsLook') part('looked').focus();
  }
}

/** The children that the post is about: those that were chosen, and those who are seen or heard in it and may be named. @param {Writer} writer @param {Writing} writing */
function childrenOf(writer, writing) {
  const { home, children, media } = writing.typed;
  const owner = ownerOf(writer, home);
  if (owner) return [owner];
  const seen = new Set(media.flatMap((medium) => childrenOn(writer, writing, medium)));
  return childrenAt(writer, home).filter((child) => (children.includes(child.id) || seen.has(child)) && !lackingOf(child, home, 'name'));
}

/** Those who were chosen and may not be in what is attached: somebody must have looked. @param {Writer} writer @param {Writing} writing */
function absentOf(writer, { typed: { home, children, media } }) {
  return childrenAt(writer, home).filter((child) => children.includes(child.id) && media.some(({ kind }) => lackingOf(child, home, kind)));
}

/** @param {Writer} writer @param {Writing} writing @param {Child[]} about */
function bodyOf(writer, writing, about) {
  const { home, title, text, date, media } = writing.typed;
  const files = media.map((medium) => ({ alt: medium.alt.trim(), children: childrenOn(writer, writing, medium).map(({ id }) => id), file: medium.file }));
  return { children: about.map(({ id }) => id), date: rfc3339(date), files, home, text: text.trim(), title: title.trim() };
}

/** "Solrosen · 3 bilder · Alva, Samira · nu" @param {Writer} writer @param {Writing} writing @param {Child[]} about @returns {Node[]} */
function summed(writer, { typed: { home, date, media } }, about) {
  const count = { photo: 0, film: 0, sound: 0 };
  for (const { kind } of media) count[kind] += 1;
  const owner = ownerOf(writer, home);
  const parts = [[element('bdi', {}, placeText(writer, home))], [document.createTextNode(countText(count))], owner ? [] : nameNodes(about.map(({ name }) => name)), [document.createTextNode(date ? longMoment(date) : composeSay('atOnce'))]];
  return parts.filter((nodes) => nodes.some(({ textContent }) => textContent)).flatMap((nodes, i) => [...(i ? [document.createTextNode(' · ')] : []), ...nodes]);
}

/** What it is called where it waits. @param {Writer} writer @param {Writing} writing */
function calledFor(writer, { typed: { home, title, text } }) {
  return [placeText(writer, home), title.trim() || firstLine(text)].filter(Boolean).join(': ');
}

/** @param {string} text */
function firstLine(text) {
  const line = text.trim().split('\n')[0];
  return line.length > 80 ? line.slice(0, 79).trim() + '…' : line;
}

/** What the preschool makes of it, if that can be known now. @param {Vault} vault */
async function becomes(vault) {
  const letterbox = await letterboxOf(vault).catch(() => null);
  return letterbox && (letterbox.posts === 'published' ? composeSay('becomesPost') : composeSay('becomesDraft'));
}

/** A moment by the clock here, or now, as RFC 3339 has it. @param {string} local "2026-11-26T14:30", or empty */
function rfc3339(local) {
  const when = local ? new Date(local) : new Date();
  const east = -when.getTimezoneOffset();
  const clock = new Date(when.getTime() + east * 60_000).toISOString().slice(0, 19);
  const two = (/** @type {number} */ n) => String(Math.floor(n)).padStart(2, '0');
  return `${clock}${east < 0 ? '-' : '+'}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
}

/** Say that it is on its way, in place of the form, and how far it has come. @param {HTMLElement} form @param {string} id @param {Node[]} sum */
function showSent(form, id, sum) {
  const node = fill('compose-sent', { sum });
  const progress = slot(node, 'progress');
  const state = slot(node, 'state');
  form.replaceWith(node);
  const heading = /** @type {HTMLElement} */ (node.querySelector('h1'));
  heading.tabIndex = -1;
  heading.focus();
  scrollTo(0, 0);
  const show = async () => {
    if (!node.isConnected) return events.removeEventListener('changed', show);
    const entry = (await waitingIn()).find((one) => one.id === id);
    if (!entry) return undefined;
    const done = entry.state === 'sent';
    progress.max = entry.parts;
    progress.value = entry.sent;
    progress.hidden = done;
    slot(node, 'stay').hidden = done;
    const going = composeSay('onItsWay', { n: Math.min(entry.sent + 1, entry.parts), all: entry.parts });
    state.textContent = done ? composeSay('arrived') : navigator.onLine && entry.state === 'sending' ? going : composeSay('waitsForNet');
    return undefined;
  };
  events.addEventListener('changed', show);
  show();
}
