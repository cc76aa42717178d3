/** The photos, films and sounds of a post that is being written: chosen, made small, described, put in order. Knows the page's list of them. Does not know where they go. */
import { element, fill, slot } from './dom.js';
import { holdMedium, keepMedium, letGo } from './drafting.js';
import { randomId } from './outbox.js';
import { composeSay } from './says.js';
import { kindOfFile, scalePhoto } from './scaling.js';
import { capital, WORDS } from './words.js';
import { childrenAt, lackingOf, ownerOf } from './writers.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./writers.js').Writer} Writer */
/** @typedef {import('./writers.js').Child} Child */
/** @typedef {import('./drafting.js').Writing} Writing */
/** @typedef {import('./drafting.js').Medium} Medium */

const LARGEST_MEDIUM = 500 * 2 ** 20; // bytes of one
const MOST_MEDIA = 60;

/** The children on a medium: those that were tapped, or those of the post; and none who may not be in it. @param {Writer} writer @param {Writing} writing @param {Medium} medium */
export function childrenOn(writer, { typed }, { kind, children }) {
  const owner = ownerOf(writer, typed.home);
  const chosen = children ?? (owner ? [owner.id] : typed.children);
  return childrenAt(writer, typed.home).filter((child) => chosen.includes(child.id) && !lackingOf(child, typed.home, kind));
}

/** A child to be tapped, with a sign of what it may not be in. @param {Child} child @param {{ checked: boolean, lacking: import('./writers.js').Part | null, disabled?: boolean }} as @param {(checked: boolean) => void} tapped */
export function childChip(child, { checked, lacking, disabled = Boolean(lacking) }, tapped) {
  const chip = fill('compose-chip', { name: child.name });
  const input = /** @type {HTMLInputElement} */ (chip.querySelector('input'));
  Object.assign(input, { type: 'checkbox', checked: checked && !disabled, disabled, onchange: () => tapped(input.checked) });
  slot(chip, 'name').translate = false;
  if (lacking) slot(chip, 'why').textContent = composeSay(`not${capital(lacking)}`);
  else slot(chip, 'not').remove();
  if (lacking === 'name') slot(chip, 'camera').remove();
  return chip;
}

export class Attachments {
  #vault;
  #writer;
  #writing;
  #node;
  #changed;
  /** @type {Promise<void>} */
  #queue = Promise.resolve();
  #waiting = 0;
  #done = 0;

  /** @param {Vault} vault @param {Writer} writer @param {Writing} writing @param {HTMLElement} node the page @param {() => void} changed */
  constructor(vault, writer, writing, node, changed) {
    this.#vault = vault;
    this.#writer = writer;
    this.#writing = writing;
    this.#node = node;
    this.#changed = changed;
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (node.querySelectorAll('input[type=file]'))) {
      input.onchange = () => {
        this.add([...(input.files ?? [])]);
        input.value = '';
      };
    }
  }

  /** Whether some are on their way in. */
  get busy() {
    return this.#waiting > 0;
  }

  get #media() {
    return this.#writing.typed.media;
  }

  /** One at a time, so that no more than one is in memory as pixels. @param {File[]} files @returns {Promise<void>} */
  add(files) {
    if (!this.busy) {
      this.#done = 0;
      slot(this.#node, 'refused').replaceChildren();
    }
    this.#waiting += files.length;
    for (const file of files) {
      this.#queue = this.#queue.then(() => this.#addOne(file)).catch(console.error).then(() => {
        this.#waiting -= 1;
        this.#done += 1;
        this.#progress();
      });
    }
    this.#progress();
    return this.#queue;
  }

  /** @param {File} file */
  async #addOne(file) {
    const kind = kindOfFile(file);
    const wrong = !kind ? 'noMedium' : file.size > LARGEST_MEDIUM ? 'tooLarge' : this.#media.length >= MOST_MEDIA ? 'tooMany' : '';
    if (!kind || wrong) return slot(this.#node, 'refused').append(element('p', {}, composeSay(wrong, { name: file.name })));
    // What this browser can't decode – HEIC, mostly – goes as it was taken. The publisher takes out of it where and with what that was; from staff it may come so.
    const scaled = kind === 'photo' ? await scalePhoto(file) : null;
    /** @type {Medium} */
    const medium = { file: randomId(), kind, alt: '', children: null };
    await holdMedium(this.#writing, medium, scaled?.blob ?? file);
    this.#media.push(medium);
    this.show();
    this.#changed();
    await keepMedium(this.#vault, this.#writing, medium);
  }

  #progress() {
    const all = this.#done + this.#waiting;
    slot(this.#node, 'progress').textContent = this.busy ? composeSay('preparing', { n: this.#done + 1, all }) : '';
  }

  /** What a medium is called among the others: "Bild 2 av 5". @param {Medium} medium */
  #nth(medium) {
    return composeSay(`nth${capital(medium.kind)}`, { n: this.#media.indexOf(medium) + 1, all: this.#media.length });
  }

  /** @param {Medium} medium @param {boolean} [large] */
  #view({ file, kind }, large = false) {
    const blob = this.#writing.blobs.get(file);
    const src = this.#writing.thumbs.get(file);
    if (!blob) return [];
    if (kind === 'sound') return [large ? element('audio', { controls: '', src: src ?? '' }) : element('span', { class: 'sign', 'aria-hidden': 'true' }, '♪')];
    if (!src) return [element('span', { class: 'sign', 'aria-hidden': 'true' }, '▦')]; // this browser can't show it
    if (kind === 'photo') return [element('img', { src, alt: '' })];
    const film = element('video', { src: src + '#t=0.1', preload: 'metadata', playsinline: '', ...(large && { controls: '' }) });
    film.muted = !large;
    return [film, ...(large ? [] : [element('span', { class: 'sign over', 'aria-hidden': 'true' }, '▶')])];
  }

  /** Draw the list. */
  show() {
    const list = slot(this.#node, 'tiles');
    list.hidden = !this.#media.length;
    list.replaceChildren(...this.#media.map((medium) => {
      const names = childrenOn(this.#writer, this.#writing, medium).map(({ name }) => name).join(WORDS.comma);
      const tile = fill('compose-tile', { nth: this.#nth(medium), frame: this.#view(medium), alt: medium.alt || composeSay('undescribed'), names: names || composeSay('nobody') });
      slot(tile, 'alt').classList.toggle('missing', !medium.alt);
      tile.dataset.file = medium.file;
      slot(tile, 'open').onclick = () => this.#openOne(medium);
      return tile;
    }));
  }

  /** One of them, over the page. @param {Medium} first */
  #openOne(first) {
    let medium = first;
    const dialog = /** @type {HTMLDialogElement} */ (fill('compose-medium'));
    const part = (/** @type {string} */ name) => slot(dialog, name);
    const showOne = () => {
      const at = this.#media.indexOf(medium);
      const named = capital(medium.kind);
      part('nth').textContent = this.#nth(medium);
      part('say').textContent = composeSay(`say${named}`);
      part('who').textContent = composeSay(`who${named}`);
      part('alt').value = medium.alt;
      part('frame').replaceChildren(...this.#view(medium, true));
      part('earlier').disabled = at === 0;
      part('later').disabled = part('next').disabled = at === this.#media.length - 1;
      this.#whoIsOn(part('children'), medium);
    };
    const move = (/** @type {number} */ steps) => {
      const at = this.#media.indexOf(medium);
      this.#media.splice(at, 1);
      this.#media.splice(at + steps, 0, medium);
      this.#changed();
      showOne();
    };
    part('alt').oninput = () => {
      medium.alt = part('alt').value;
      this.#changed();
    };
    part('earlier').onclick = () => move(-1);
    part('later').onclick = () => move(1);
    part('remove').onclick = () => {
      letGo(this.#writing, medium);
      this.#changed();
      dialog.close();
    };
    part('next').onclick = () => {
      medium = this.#media[this.#media.indexOf(medium) + 1];
      showOne();
      part('nth').focus();
      dialog.scrollTop = 0;
    };
    part('done').onclick = part('close').onclick = () => dialog.close();
    dialog.onclose = () => {
      dialog.remove();
      this.show();
      const tile = this.#node.querySelector(`[data-file="${medium.file}"] button`) ?? this.#node.querySelector('.tiles button, input[type=file]');
      /** @type {HTMLElement | null} */ (tile)?.focus();
    };
    showOne();
    this.#node.append(dialog);
    dialog.showModal();
  }

  /** @param {HTMLElement} place @param {Medium} medium */
  #whoIsOn(place, medium) {
    const { home } = this.#writing.typed;
    const on = () => childrenOn(this.#writer, this.#writing, medium).map(({ id }) => id);
    const chosen = on();
    place.replaceChildren(...childrenAt(this.#writer, home).map((child) => {
      const lacking = lackingOf(child, home, medium.kind);
      return childChip(child, { checked: chosen.includes(child.id), lacking }, (checked) => {
        medium.children = checked ? [...on(), child.id] : on().filter((id) => id !== child.id);
        this.#changed();
      });
    }));
    /** @type {HTMLElement} */ (place.closest('fieldset')).hidden = !place.children.length;
  }
}
