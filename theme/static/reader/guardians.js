/** Which of this device's keys are guardians', and of whom. Knows the vault's keyrings. */

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {{ as: string, name: string, children: { id: string }[], audiences: { id: string }[] }} GuardianKey `as`: the name of the keyring */

/** Every guardian's key, the first adopted first. @param {Vault} vault @returns {GuardianKey[]} */
export function guardianKeys({ opened: { names, keyrings } }) {
  return keyrings.flatMap(({ reader, children, audiences }, i) => (reader.role === 'guardian' ? [{ as: names[i], name: reader.name, children, audiences }] : []));
}

/** Whether somebody here is a guardian of the child. @param {Vault} vault @param {string | null} [child] */
export function guardianOf(vault, child) {
  return guardianKeys(vault).some(({ children }) => children.some(({ id }) => id === child));
}
