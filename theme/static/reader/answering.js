/**
 * Forms in opened pages, by which a family answers the preschool: fields to messages, and what is typed to drafts that last until it is delivered. Knows what each
 * kind of answer holds (docs/format.md §17). Does not know the pages. Of a form only methods with a capital in their names are used: a field may hide the others.
 */
import { photosOf } from './attached.js';
import { toHex, utf8 } from './bytes.js';
import { element, fill, ours } from './dom.js';
import { keepDraft, wholeDraft } from './drafts.js';
import { sha256 } from './kdf.js';
import { lastingLine } from './lasting.js';
import { bringLater } from './later.js';
import { momentText } from './moments.js';
import { discard, enqueue, events, flush, waitingIn } from './outbox.js';
import { sayings } from './sayings.js';
import { WORDS } from './words.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./outbox.js').Entry} Entry */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/** @typedef {[string, string, string][]} Written name, question and text of what was filled in */
/**
 * @typedef {{ form: HTMLFormElement, vault: Vault, kind: string, name: string, title: string, status: HTMLElement, say: import('./sayings.js').Say, photos: import('./attached.js').Photos,
 *   kept: { name: string, kept: number } | null, typed: string }} Answering `name`: of its draft, and of where its messages were written; `kept`: the draft as it stands, and `typed` what it holds
 */

const SETTLING = 400; // milliseconds without another letter
const LEAVING = ['pagehide', 'hashchange', 'visibilitychange'];
/** Kinds of which only the latest counts. */
const LATEST_COUNTS = ['consent', 'contact', 'talk-time', 'talk-answers', 'talk-agreed', 'retire'];
const TAKES_FILES = ['observation', 'reply'];

/** @param {Written} written @param {string} name */
function one(written, name) {
  return written.find(([each]) => each === name)?.[2] ?? '';
}

/** @type {Record<string, (written: Written, about: string, said: (name: string) => string) => Record<string, any>>} what a message says, by its kind; files are added */
const BODIES = {
  consent: (written, child, said) => ({ answer: one(written, 'answer'), child, purpose: said('data-purpose') || one(written, 'purpose') }),
  contact: (written) => ({ email: one(written, 'email') || null, lang: one(written, 'lang') || null, phone: one(written, 'phone') || null }),
  observation: (written, child) => ({ child, text: one(written, 'text'), title: one(written, 'title') }),
  reply: (written, post) => ({ post, text: one(written, 'text') }),
  retire: () => ({ invitation: null }),
  'talk-agreed': (_, talk, said) => ({ notes: said('data-notes'), talk }),
  'talk-answers': (written, talk) => ({ answers: written.map(([, question, text]) => [question, text]), talk }),
  'talk-time': (written, talk) => ({ talk, time: one(written, 'time') }),
};

/** Let the forms of a page be answered, and show what was typed in them. @param {HTMLElement} node @param {Vault} vault @param {string} [title] what the answers are called among what is sent */
export async function revive(node, vault, title = node.querySelector('h1')?.textContent ?? '') {
  await bringLater();
  const forms = [.../** @type {NodeListOf<HTMLFormElement>} */ (node.querySelectorAll('form[data-answer]'))];
  lastingLine(vault).then((line) => line && forms[0]?.before(line), () => {});
  await Promise.all(forms.map((form) => reviveForm(form, vault, title)));
}

/** @param {HTMLFormElement} form @param {Vault} vault @param {string} title */
async function reviveForm(form, vault, title) {
  const kind = form.getAttribute('data-answer') ?? '';
  const name = await nameOf(form, kind);
  const status = ours(element('p', { class: 'answered', role: 'status' }));
  form.appendChild(status);
  const say = sayings(fill('answers'));
  const found = await wholeDraft(name);
  const photos = await photosOf({ form, vault, name, say, status }, found?.value.photos ?? []);
  /** @type {Answering} */
  const answering = { form, vault, kind, name, title, status, say, photos, kept: found?.draft ?? null, typed: found ? JSON.stringify(found.value) : '' };
  if (found) fillIn(form, found.value.fields);
  keepWhileTyping(answering);
  form.addEventListener('submit', (event) => {
    event.preventDefault(); // nothing of a form is sent but sealed
    event.stopPropagation(); // to those who answer at the door
    submit(answering, /** @type {HTMLButtonElement | null} */ (event.submitter));
  });
  await followAnswer(answering);
}

/** Of its draft, the same every time the page is opened, and telling nothing. @param {HTMLFormElement} form @param {string} kind */
async function nameOf(form, kind) {
  const [about, purpose] = ['data-about', 'data-purpose'].map((attribute) => form.getAttribute(attribute) ?? '');
  return `${kind}/${toHex((await sha256(utf8(`${about} ${purpose}`))).subarray(0, 8))}`;
}

/** @param {Answering} answering */
function keepWhileTyping(answering) {
  const { form, photos } = answering;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    keepTyped(answering).catch((error) => tellWhy(answering, error));
  };
  photos.changed = keep;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(keep, SETTLING);
  });
  const leave = () => {
    if (timer) keep();
    if (!form.isConnected) LEAVING.forEach((type) => removeEventListener(type, leave, true));
  };
  LEAVING.forEach((type) => addEventListener(type, leave, true));
}

/** Every field that says something, in order; those that say several things once. @param {HTMLFormElement} form @param {HTMLButtonElement | null} [pressed] @returns {Written} */
function writtenIn(form, pressed) {
  /** @type {Map<string, [string, string[]]>} */
  const found = new Map();
  for (const field of fieldsOf(form)) {
    if (isTicked(field) === false || field.type === 'file' || !field.value.trim()) continue;
    const [question, texts] = found.get(field.name) ?? [field.getAttribute('data-question') ?? field.name, []];
    found.set(field.name, [question, [...texts, field.value.trim()]]);
  }
  if (pressed?.name) found.set(pressed.name, [pressed.name, [pressed.value]]);
  return [...found].map(([name, [question, texts]]) => [name, question, texts.join(WORDS.comma)]);
}

/** @param {HTMLFormElement} form */
function fieldsOf(form) {
  return [.../** @type {NodeListOf<Field>} */ (form.querySelectorAll('input[name], select[name], textarea[name]'))];
}

/** Undefined for what isn't ticked but written. @param {Field} field */
function isTicked(field) {
  return field.type === 'radio' || field.type === 'checkbox' ? /** @type {HTMLInputElement} */ (field).checked : undefined;
}

/** Keep what is filled in as it stands, unless it is as it was. @param {Answering} answering */
async function keepTyped(answering) {
  const { form, vault, name, photos } = answering;
  const fields = fieldsOf(form).filter(({ type }) => type !== 'file').map((field) => [field.name, field.value, isTicked(field) ?? null]);
  const value = { fields, photos: photos.kept.map(({ n, type }) => ({ n, type })) };
  const typed = JSON.stringify(value);
  if (typed === answering.typed || !(fields.length || photos.kept.length)) return;
  answering.typed = typed;
  answering.kept = await keepDraft(vault, name, value);
}

/** @param {HTMLFormElement} form @param {[string, string, boolean | null][]} fields */
function fillIn(form, fields) {
  const all = fieldsOf(form).filter(({ type }) => type !== 'file');
  for (const [name, value, ticked] of fields) {
    const field = all.find((each) => each.name === name && (ticked === null || each.value === value));
    if (!field) continue;
    if (ticked === null) field.value = value;
    else /** @type {HTMLInputElement} */ (field).checked = ticked;
  }
}

/** What was written here last and isn't discarded. @param {Answering} answering @returns {Promise<Entry | undefined>} */
async function lastOf({ name }) {
  return (await waitingIn()).filter(({ from }) => from === name).pop();
}

/**
 * Seal what is filled in, and begin to send it. What waits already in the same words is not sent twice; of what only the latest counts, the earlier is not sent at all.
 * @param {Answering} answering @param {HTMLButtonElement | null} pressed
 */
async function submit(answering, pressed) {
  const { form, vault, kind, name, title, status, say, photos } = answering;
  const buttons = [.../** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll('button'))].filter(({ disabled }) => !disabled);
  buttons.forEach((button) => (button.disabled = true));
  status.textContent = say('keeping');
  try {
    await keepTyped(answering);
    const before = await lastOf(answering);
    const waits = before && before.state !== 'sent' && before.state !== 'failed';
    if (waits && answering.kept && before.draft?.kept === answering.kept.kept) flush(vault);
    else {
      if (before?.state === 'failed' || (waits && LATEST_COUNTS.includes(kind))) await discard(before.id);
      const body = BODIES[kind](writtenIn(form, pressed), form.getAttribute('data-about') ?? '', (attribute) => form.getAttribute(attribute) ?? '');
      if (TAKES_FILES.includes(kind)) body.files = photos.kept.map(({ file }) => ({ file }));
      await enqueue(vault, kind, body, photos.kept, { about: title, from: name, draft: answering.kept ?? undefined, as: form.getAttribute('data-as') ?? undefined });
    }
    await tellState(answering);
  } catch (error) {
    tellWhy(answering, error);
  }
  buttons.forEach((button) => (button.disabled = false));
}

/** Say what has become of what was written here last, now and whenever it changes. @param {Answering} answering */
async function followAnswer(answering) {
  const { form } = answering;
  let shown = false;
  const changed = () => {
    shown ||= form.isConnected;
    if (shown && !form.isConnected) events.removeEventListener('changed', changed);
    else tellState(answering).catch(() => {});
  };
  events.addEventListener('changed', changed);
  await tellState(answering);
}

/** @param {Answering} answering */
async function tellState(answering) {
  const { form, kind, status, say, photos } = answering;
  const last = await lastOf(answering);
  const { state = '', reason = '', done = 0, draft = null } = last ?? {};
  const key = !state ? '' : state === 'waits' && reason ? (navigator.onLine ? 'stuck' : 'offline') : state === 'waits' ? 'sending' : state;
  if (status.dataset.key === `${key} ${last?.id}`) return;
  status.dataset.key = `${key} ${last?.id}`;
  status.replaceChildren(say(key, { when: momentText(done / 1000) }));
  if (key === 'stuck' || key === 'failed') status.append(' ', element('a', { href: '#/skickat' }, WORDS.show));
  if (state !== 'sent' || !answering.kept || draft?.kept !== answering.kept.kept) return;
  answering.kept = null; // it has been let go of
  if (LATEST_COUNTS.includes(kind)) return;
  answering.typed = '';
  HTMLFormElement.prototype.reset.call(form);
  photos.clear();
}

/** @param {Answering} answering @param {any} error */
function tellWhy({ status, say }, error) {
  if (!error?.word) console.error(error);
  delete status.dataset.key;
  status.textContent = say(error?.word) || say('broken');
}
