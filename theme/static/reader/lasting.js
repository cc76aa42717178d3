/** Until when something can be sent, where there is an end to it: said before anybody begins to write. Knows the ways to the drop box and the shell's words. */
import { element, fill } from './dom.js';
import { letterboxOf } from './letterbox.js';
import { sayings } from './sayings.js';
import { dayText } from './words.js';

/** @typedef {import('./letterbox.js').Way} Way */

/** '' where there is no end. @param {Way[]} ways */
export function untilWhen(ways) {
  const say = sayings(fill('answers'));
  if (!ways.length) return say('closed');
  if (ways.some(({ kind }) => kind === 'post')) return '';
  const ends = Math.max(0, ...ways.map((way) => (way.kind === 's3' ? way.ends : 0))) * 1000;
  const day = ends ? dayText(new Date(ends - new Date(ends).getTimezoneOffset() * 60_000).toISOString()) : '';
  return ends ? say(ends > Date.now() ? 'until' : 'ended', { day }) : '';
}

/** A line to stand over a form; null where there is nothing to say, or nobody to ask. @param {import('./vault.js').Vault} vault */
export async function lastingLine(vault) {
  const letterbox = await letterboxOf(vault).catch(() => null);
  const said = letterbox ? untilWhen(letterbox.ways) : '';
  return said ? element('p', { class: 'caution until' }, said) : null;
}
