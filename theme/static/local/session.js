/**
 * Talks with the command that shows this page. Knows its one-time token and the session that it is changed for.
 *
 * The token stands in the fragment of the address, which is never sent; the session is kept for this tab only.
 */

const KEPT = 'pluttra-session';

/** What the command answered that it could not do. */
export class Refused extends Error {
  /** @param {string} message @param {string} hint */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Begin with the token in the address, or go on after a reload. @returns {Promise<boolean>} whether we may. */
export async function begin() {
  const token = new URLSearchParams(location.hash.slice(1)).get('t');
  if (!token) return sessionStorage.getItem(KEPT) !== null;
  history.replaceState(null, '', location.pathname);
  const answer = await fetch('/session', sending(token, '{}'));
  if (!answer.ok) return false;
  sessionStorage.setItem(KEPT, (await answer.json()).session);
  return true;
}

/** @param {string} path @returns {Promise<Response>} */
export async function get(path) {
  return checked(await fetch(path, { headers: { Authorization: `Pluttra ${sessionStorage.getItem(KEPT)}` } }));
}

/** @param {string} path @param {unknown} value @returns {Promise<Response>} */
export async function send(path, value) {
  return checked(await fetch(path, sending(sessionStorage.getItem(KEPT) ?? '', JSON.stringify(value))));
}

/** Forget the session: the command has ended. */
export function end() {
  sessionStorage.removeItem(KEPT);
}

/** @param {string} secret @param {string} body @returns {RequestInit} */
function sending(secret, body) {
  return { method: 'POST', headers: { Authorization: `Pluttra ${secret}`, 'Content-Type': 'application/json' }, body };
}

/** @param {Response} answer */
async function checked(answer) {
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Refused(said.error ?? 'Sidan gäller inte längre. Kör pluttra mask igen.', said.hint ?? '');
}
