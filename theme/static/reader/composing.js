/** "Nytt inlägg": a post that one of the staff writes on the telephone. Knows the form, and what may be chosen in it. Does not know how it is sent. Loaded when it is asked for. */
import { Attachments, childChip } from './attaching.js';
import { element, fill, slot } from './dom.js';
import { forgetWriting, isBlank, keepNow, keepSoon, restoreMedia, writingOf } from './drafting.js';
import { lastingLine } from './lasting.js';
import { longMoment } from './moments.js';
import { review } from './reviewing.js';
import { composeSay } from './says.js';
import { readPref, writePref } from './store.js';
import { WORDS } from './words.js';
import { childrenAt, lackingOf, ownerOf, readersText, writerOf } from './writers.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./writers.js').Child} Child */
/** @typedef {import('./writers.js').MediumKind} MediumKind */

const LAST_PLACE = 'writes'; // where was written last
const OWN_PAGE = 'child';

/** Null for whoever can't write here. @param {Vault} vault @returns {Promise<import('./views.js').Page | null>} */
export async function composePage(vault) {
  const writer = writerOf(vault);
  return writer && composeFor(vault, writer);
}

/** @param {Vault} vault @param {import('./writers.js').Writer} writer @returns {Promise<import('./views.js').Page>} */
async function composeFor(vault, writer) {
  const writing = await writingOf(vault);
  const { typed } = writing;
  const homes = [...writer.places, ...writer.children.map(({ audience }) => ({ id: audience }))].map(({ id }) => id);
  const remembered = await readPref(LAST_PLACE);
  const departments = writer.places.filter(({ kind }) => kind === 'department');
  if (isBlank(writing) || !homes.includes(typed.home)) typed.home = homes.includes(remembered) ? remembered : departments.length === 1 ? departments[0].id : '';

  const node = fill('compose');
  const part = (/** @type {string} */ name) => slot(node, name);
  const [form, title, text, date, whose] = ['form', 'title', 'text', 'date', 'child'].map(part);
  let kinds = ''; // of what is attached, as they were drawn
  const attachments = new Attachments(vault, writer, writing, node, changed);

  const places = [...writer.places, ...(writer.children.length ? [{ id: OWN_PAGE, title: composeSay('ownPage') }] : [])].map(placeChip);
  part('places').replaceChildren(...places);
  whose.append(...writer.children.map((child) => element('option', { value: child.audience }, `${child.name}${departmentsOf(child)}`)));
  whose.value = ownerOf(writer, typed.home)?.audience ?? '';
  whose.onchange = () => choose(whose.value);
  title.value = typed.title;
  text.value = typed.text;
  date.value = typed.date;
  date.min = '2000-01-01T00:00';
  title.oninput = text.oninput = () => {
    Object.assign(typed, { title: title.value, text: text.value });
    changed();
  };
  title.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    text.focus();
  };
  date.onchange = () => {
    typed.date = date.value;
    changed();
    showWhen();
  };
  form.onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    event.stopPropagation(); // answered here, also where no more code can be fetched
    send();
  };
  part('discard').onclick = () => ask(true);
  part('keep').onclick = () => ask(false);
  part('discard-now').onclick = async () => {
    await forgetWriting(writing);
    location.hash = '#/';
  };
  writing.told = () => {
    part('kept').classList.toggle('wrong', !writing.kept);
    if (!writing.kept) part('kept').textContent = composeSay('notKept');
    attachments.show();
  };
  lastingLine(vault).then((line) => line && form.before(line), () => {});
  document.addEventListener('visibilitychange', keepOnLeaving);
  writing.told();
  showPlace();
  showWhen();
  return { node, title: '', after: () => restoreMedia(vault, writing).then((whole) => whole || tellLost(), console.error) };

  /** @param {{ id: string, title: string }} place */
  function placeChip(place) {
    const chip = fill('compose-chip', { name: place.title });
    slot(chip, 'not').remove();
    const input = /** @type {HTMLInputElement} */ (chip.querySelector('input'));
    const own = Boolean(ownerOf(writer, typed.home));
    Object.assign(input, { type: 'radio', name: 'place', value: place.id, checked: place.id === (own ? OWN_PAGE : typed.home) });
    input.onchange = () => choose(place.id === OWN_PAGE ? whose.value : place.id, place.id === OWN_PAGE);
    return chip;
  }

  /** @param {Child} child */
  function departmentsOf({ departments: there }) {
    const titles = writer.places.filter(({ id, kind }) => kind === 'department' && there.includes(id)).map((place) => place.title);
    return departments.length > 1 && titles.length ? ` (${titles.join(WORDS.comma)})` : '';
  }

  /** @param {string} home @param {boolean} [asked] whose page it is to be on */
  function choose(home, asked = Boolean(ownerOf(writer, home))) {
    typed.home = home;
    if (home) writePref(LAST_PLACE, home).catch(() => {});
    showPlace(asked);
    changed();
    attachments.show();
    if (asked && !home) whose.focus();
  }

  /** @param {boolean} [own] */
  function showPlace(own = Boolean(ownerOf(writer, typed.home))) {
    part('whose').hidden = !own;
    part('readers').textContent = readersText(writer, typed.home);
    part('lacking').textContent = '';
    showChildren();
  }

  /** The children of the place, each with a sign of what it may not be in of what is attached. */
  function showChildren() {
    const there = ownerOf(writer, typed.home) ? [] : childrenAt(writer, typed.home);
    const kinds = /** @type {MediumKind[]} */ (['photo', 'film', 'sound']).filter((kind) => typed.media.some((medium) => medium.kind === kind));
    part('about').hidden = !there.length;
    part('children').replaceChildren(...there.map((child) => {
      const unnamed = lackingOf(child, typed.home, 'name');
      const lacking = unnamed ?? kinds.map((kind) => lackingOf(child, typed.home, kind)).find(Boolean) ?? null;
      return childChip(child, { checked: typed.children.includes(child.id), lacking, disabled: Boolean(unnamed) }, (checked) => {
        typed.children = checked ? [...typed.children, child.id] : typed.children.filter((id) => id !== child.id);
        changed();
        attachments.show();
      });
    }));
  }

  function showWhen() {
    part('when').textContent = typed.date ? longMoment(typed.date) : composeSay('atOnce');
  }

  function changed() {
    keepSoon(vault, writing);
    part('lacking').textContent = '';
    const now = [...new Set(typed.media.map(({ kind }) => kind))].sort().join();
    if (now === kinds) return;
    kinds = now;
    showChildren();
  }

  function tellLost() {
    part('refused').append(element('p', {}, composeSay('notRestored')));
    changed();
  }

  function keepOnLeaving() {
    if (!node.isConnected) document.removeEventListener('visibilitychange', keepOnLeaving);
    if (document.visibilityState === 'hidden') keepNow(vault, writing);
  }

  /** @param {boolean} asking */
  function ask(asking) {
    part('sure').hidden = !asking;
    part(asking ? 'discard-now' : 'discard').focus();
  }

  function send() {
    const lacking = !typed.home ? composeSay('needsPlace') : isBlank({ ...writing, typed: { ...typed, title: '' } }) ? composeSay('needsWords') : '';
    const ready = !attachments.busy && typed.media.every(({ file }) => writing.blobs.has(file));
    part('lacking').textContent = lacking || (ready ? '' : WORDS.wait);
    if (lacking || !ready) return;
    review(vault, writer, writing, node).catch(console.error);
  }
}
