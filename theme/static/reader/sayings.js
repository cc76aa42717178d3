/** What a view of the shell has to say now and then: texts under `data-say`, in the language in force. Knows templates only. */

/** @typedef {(key: string, values?: Record<string, string>) => string} Say '' for what there is no text of */

/** What a view says, by key, with values in the place of `{…}`. @param {ParentNode} says @returns {Say} */
export function sayings(says) {
  const texts = new Map([.../** @type {NodeListOf<HTMLElement>} */ (says.querySelectorAll('[data-say]'))].map((text) => [text.dataset.say, text.textContent ?? '']));
  return (key, values = {}) => (texts.get(key) ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}
