/** The Swedish that the reader itself says, apart from the templates of the shell. Knows words and dates. Does not know the page. */

export const WORDS = {
  wait: 'Öppnar …',
  slow: 'Det tar längre tid än vanligt …',
  fetching: 'Hämtar …',
  older: 'Visa äldre',
  failed: 'Det gick inte att hämta just nu. Försök igen',
  offline: 'Du läser utan nät. Det som visas är sparat på enheten.',
  stale: 'Inget nytt har publicerats på länge. Undrar du varför, så fråga förskolan.',
  changed: 'Nytt har kommit.',
  show: 'Visa',
  dismiss: 'Stäng',
  ask: 'Länken du öppnade hade ändrats på vägen, så ett program kan ha sett nyckeln. Be förskolan om en ny länk.',
  gone: 'Det här kom inte fram.',
  forged: 'Det här är inte vad förskolan publicerade, och visas därför inte.',
  again: 'Försök igen',
  play: 'Spela upp',
  large: 'Visa stort',
  whole: 'Hela förskolan',
  department: 'Avdelning',
  child: 'Barn',
  fresh: 'Nytt',
  everybody: 'För alla',
  staffOnly: 'Bara för er som arbetar här',
  stored: 'Sparat här:',
  lasting: 'Enheten har lovat att spara det tills du själv tar bort det.',
  brief: 'Enheten kan rensa det om utrymmet tar slut.',
  published: 'Senast publicerat',
  one: '1 nytt inlägg sedan sist',
  many: ' nya inlägg sedan sist',
  none: 'Inget nytt sedan sist',
  standing: 'Sidor',
  calendarFile: 'samtal.ics',
  goals: 'Läroplansmål',
};

// Written out: the browser takes long to fetch its own words for dates forth, and the first page waits for them.
const MONTHS = 'januari februari mars april maj juni juli augusti september oktober november december'.split(' ');
const DAYS = 'söndag måndag tisdag onsdag torsdag fredag lördag'.split(' ');

/**
 * A calendar day in words, as the preschool's clock had it: `2026-03-12T10:15:00+01:00` is "torsdag 12 mars".
 * @param {string} date RFC 3339
 */
export function dayText(date) {
  const [year, month, day] = date.slice(0, 10).split('-').map(Number);
  const text = `${day} ${MONTHS[month - 1]}`;
  return year === new Date().getFullYear() ? `${DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]} ${text}` : `${text} ${year}`;
}

/** @param {string} month `2026-03` is "Mars 2026" */
export function monthText(month) {
  const [year, number] = month.split('-');
  return `${capital(MONTHS[Number(number) - 1])} ${year}`;
}

/** @param {number} seconds Unix time, told by this device's own clock */
export function momentText(seconds) {
  return new Date(seconds * 1000).toLocaleString('sv', { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });
}

/** @param {{photo: number, film: number, sound: number}} count "5 bilder, 1 film" */
export function countText({ photo, film, sound }) {
  return [number(photo, 'bild', 'bilder'), number(film, 'film', 'filmer'), number(sound, 'ljud', 'ljud')].filter(Boolean).join(', ');
}

/** @param {number} bytes */
export function sizeText(bytes) {
  return bytes < 1e6 ? 'mindre än 1 MB' : `${Math.round(bytes / 1e6).toLocaleString('sv')} MB`;
}

/** @param {string} text */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {number} n @param {string} one @param {string} many */
function number(n, one, many) {
  return n ? `${n} ${n === 1 ? one : many}` : '';
}
