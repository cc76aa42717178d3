/**
 * The page where boxes are drawn over children in a photo: the rows beside it, and saving.
 *
 * @typedef {import('./boxes.js').Drawn} Drawn
 * @typedef {{photo: string, post: string, tagged: [string, string][], others: [string, string][], masks: [string, number[]][], cells: number, margin: number}} State
 * @typedef {{drawn: Drawn, row: HTMLLIElement, select: HTMLSelectElement, number: HTMLElement}} Row
 */

import { Boxes } from './boxes.js';
import { Refused, begin, end, get, send } from './session.js';

const UNCHOSEN = '?';
const NOBODY = '';

const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const photo = /** @type {HTMLImageElement} */ (part('photo'));
const save = /** @type {HTMLButtonElement} */ (part('save'));

/** @type {Row[]} */
let rows = [];
let unsaved = false;

/** @param {string} text @param {boolean} [wrong] */
function tell(text, wrong = false) {
  part('status').textContent = text;
  part('status').classList.toggle('wrong', wrong);
}

/** @param {unknown} error */
function fail(error) {
  tell(error instanceof Refused ? `${error.message} ${error.hint}`.trim() : 'Programmet svarar inte. Kör pluttra mask igen.', true);
}

/** @param {string} text */
function finish(text) {
  end();
  unsaved = false;
  part('work').hidden = true;
  part('where').textContent = '';
  tell(text);
}

/** @param {State} state @param {string} name */
function names(state, name) {
  const select = document.createElement('select');
  const option = (/** @type {string} */ value, /** @type {string} */ text) => new Option(text, value, false, value === name);
  select.append(option(UNCHOSEN, 'Välj barn …'));
  for (const [label, choices] of /** @type {[string, [string, string][]][]} */ ([['I inlägget', state.tagged], ['Andra barn', state.others]])) {
    if (!choices.length) continue;
    const among = document.createElement('optgroup');
    among.label = label;
    among.append(...choices.map(([value, text]) => option(value, text)));
    select.append(among);
  }
  select.append(option(NOBODY, 'Någon annan (utan namn)'));
  return select;
}

/** Number the rows and boxes anew, and say what is missing. */
function refresh() {
  rows.forEach(({ drawn, select, number }, index) => {
    const chosen = select.value === UNCHOSEN ? 'inget barn valt' : select.selectedOptions[0].text;
    number.textContent = String(index + 1);
    select.setAttribute('aria-label', `Barn i ruta ${index + 1}`);
    drawn.element.setAttribute('aria-label', `Ruta ${index + 1}, ${chosen}`);
    drawn.element.classList.toggle('unchosen', select.value === UNCHOSEN);
    /** @type {HTMLElement} */ (drawn.element.querySelector('.tag')).textContent = String(index + 1);
  });
  const missing = rows.some(({ select }) => select.value === UNCHOSEN);
  part('none').hidden = rows.length > 0;
  part('missing').hidden = !missing;
  save.disabled = missing;
}

/** @param {State} state */
function open(state) {
  part('where').textContent = `${state.photo} i ${state.post}`;
  document.title = `Dölj barn i ${state.photo}`;

  /** @param {Drawn} drawn @param {string} name */
  const list = (drawn, name) => {
    const row = document.createElement('li');
    const number = document.createElement('span');
    number.className = 'tag';
    const select = names(state, name);
    const away = document.createElement('button');
    away.type = 'button';
    away.textContent = 'Ta bort';
    row.append(number, select, away);
    select.addEventListener('change', () => { unsaved = true; refresh(); });
    away.addEventListener('click', () => { boxes.remove(drawn); part('add').focus(); });
    for (const [happens, on] of /** @type {[string, boolean][]} */ ([['focusin', true], ['focusout', false]])) {
      row.addEventListener(happens, () => drawn.element.classList.toggle('near', on));
    }
    rows.push({ drawn, row, select, number });
    part('rows').append(row);
    refresh();
    return select;
  };

  const boxes = new Boxes(part('stage'), photo, state, {
    made: (drawn, byPerson) => {
      unsaved = true;
      const select = list(drawn, UNCHOSEN);
      if (byPerson) select.focus({ preventScroll: true });
    },
    gone: (drawn) => {
      unsaved = true;
      rows.find((row) => row.drawn === drawn)?.row.remove();
      rows = rows.filter((row) => row.drawn !== drawn);
      refresh();
    },
    changed: () => { unsaved = true; },
  });
  for (const [name, [x, y, width, height]] of state.masks) list(boxes.put({ x, y, width, height }), name);

  part('add').addEventListener('click', () => boxes.add());
  save.addEventListener('click', async () => {
    save.disabled = true;
    const masks = rows.map(({ drawn: { box }, select }) => [select.value, [box.x, box.y, box.width, box.height]]);
    try {
      await send('/masks', { masks });
      finish('Sparat. Du kan stänga fliken.');
    } catch (error) {
      fail(error);
      refresh();
    }
  });
  part('close').addEventListener('click', async () => {
    await send('/close', {}).catch(() => null);
    finish('Ingenting sparades. Du kan stänga fliken.');
  });
  addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });
  refresh();
  part('work').hidden = false;
}

try {
  if (await begin()) {
    const state = await (await get('/state')).json();
    photo.src = URL.createObjectURL(await (await get('/photo')).blob());
    await photo.decode();
    open(state);
  } else {
    part('where').textContent = '';
    tell('Adressen har redan använts, eller är inte hel. Kör pluttra mask igen.', true);
  }
} catch (error) {
  part('where').textContent = '';
  fail(error);
}
