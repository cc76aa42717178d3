/** Where this reader may write, and which children may be in what is written there. Knows keyrings of staff. Does not know the page. */
import { composeSay } from './says.js';
import { audienceTitle } from './views.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./values.js').Keyring['children'][number]} Child */
/** @typedef {import('./scaling.js').MediumKind} MediumKind */
/** @typedef {'photo' | 'film' | 'sound' | 'name'} Part in what a child may be, or not */
/** @typedef {{ id: string, title: string, kind: 'department' | 'preschool' }} WritingPlace */
/** @typedef {{ places: WritingPlace[], children: Child[] }} Writer `children`: by name, each once */

/** @type {Record<MediumKind, Part[]>} what must be allowed for a child to be in it: a film is heard too */
const ASKED_OF = { photo: ['photo'], film: ['film', 'sound'], sound: ['sound'] };

/** Null for whoever writes no posts: a guardian, or where there is no way back. @param {Vault} vault @returns {Writer | null} */
export function writerOf(vault) {
  const keyrings = vault.opened.keyrings.filter(({ reader }) => reader.role !== 'guardian');
  if (!vault.drop || !keyrings.length) return null;
  /** @type {WritingPlace[]} */
  const places = [];
  for (const kind of /** @type {const} */ (['department', 'preschool'])) {
    for (const audience of keyrings.flatMap(({ audiences }) => audiences)) {
      if (audience.kind === kind && !places.some(({ id }) => id === audience.id)) places.push({ id: audience.id, title: audienceTitle(audience), kind });
    }
  }
  const children = new Map(keyrings.flatMap((keyring) => keyring.children).map((child) => [child.id, child]));
  return { places, children: [...children.values()].sort((a, b) => a.name.localeCompare(b.name, 'sv')) };
}

/** The child on whose own page something is written, if it is. @param {Writer} writer @param {string} home */
export function ownerOf({ children }, home) {
  return children.find(({ audience }) => audience === home);
}

/** The children who may be meant in what is written there: those of the department, of the whole preschool, or of the child's departments, the child itself first. @param {Writer} writer @param {string} home @returns {Child[]} */
export function childrenAt(writer, home) {
  const owner = ownerOf(writer, home);
  if (owner) return [owner, ...writer.children.filter((child) => child !== owner && child.departments.some((id) => owner.departments.includes(id)))];
  const whole = writer.places.some(({ id, kind }) => id === home && kind === 'preschool');
  return writer.children.filter(({ departments }) => (whole ? departments.length : departments.includes(home)));
}

/** What keeps a child from being in a medium there, or from being named; null where nothing does. @param {Child} child @param {string} home @param {MediumKind | 'name'} what @returns {Part | null} */
export function lackingOf(child, home, what) {
  if (child.audience === home) return null; // its own page
  return (what === 'name' ? ['name'] : ASKED_OF[what]).find((part) => !child.may?.includes(part)) ? /** @type {Part} */ (what) : null;
}

/** Who reads what is written there. @param {Writer} writer @param {string} home */
export function readersText(writer, home) {
  const owner = ownerOf(writer, home);
  if (owner) return composeSay('readByFamily', { name: owner.name });
  const place = writer.places.find(({ id }) => id === home);
  if (!place) return '';
  return place.kind === 'preschool' ? composeSay('readByAll') : composeSay('readByDepartment', { place: place.title });
}

/** What the place is called. @param {Writer} writer @param {string} home */
export function placeText(writer, home) {
  return ownerOf(writer, home)?.name ?? writer.places.find(({ id }) => id === home)?.title ?? '';
}
