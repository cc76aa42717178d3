/** Days, months and sizes in words, as the first page doesn't say them. Knows patterns of dates. Does not know the page. */
import { WORDS, written } from './words.js';

/** "torsdag 12 mars 2026" @param {string} date */
export function longDay(date) {
  return written('full', date);
}

/** "torsdag 12 mars 2026 kl. 10:15" @param {string} date @param {string} [day] */
export function longMoment(date, day = 'full') {
  return WORDS.at.replace('{day}', written(day, date)).replace('{time}', written('time', date));
}

/** @param {string} month `2026-03` is "mars 2026" */
export function monthText(month) {
  return written('month', month);
}

/** "12 mars kl. 10:15" @param {number} seconds Unix time, told by this device's own clock */
export function momentText(seconds) {
  const at = new Date(seconds * 1000);
  return longMoment(new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString(), 'dayMonth');
}

/** @param {number} bytes */
export function sizeText(bytes) {
  return bytes < 1e6 ? WORDS.little : WORDS.megabytes.replace('{n}', Math.round(bytes / 1e6));
}
