/** The way to a month of an audience. Knows its address and its name. */
import { fill, slot } from './dom.js';
import { monthText } from './moments.js';
import { capital } from './words.js';

/** @param {string} id @param {string} month @param {boolean} [present] */
export function monthLink(id, month, present) {
  const node = fill('month-link');
  const link = slot(node, 'link');
  link.href = `#/a/${id}/${month}`;
  link.textContent = capital(monthText(month));
  if (present) link.setAttribute('aria-current', 'page');
  return node;
}
