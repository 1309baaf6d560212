/** What two entries of a package must have in common to be the same package. */
const identity = ({ version, resolved, integrity, link }) =>
  JSON.stringify([version, resolved, integrity, link]);

/**
 * The first package in which an install differs from the lock file; undefined where they agree. `installed` is npm's own
 * record of node_modules (`node_modules/.package-lock.json`). Optional packages may be missing: most are for other systems.
 * Packages that the lock file does not know (`npm install --no-save`) are no difference: installing again would remove them.
 */
export function lockDifference(lock, installed) {
  for (const [name, wanted] of Object.entries(lock.packages)) {
    // The others are the workspace itself and its packages, which nobody installs.
    if (!/(^|\/)node_modules\//.test(name)) continue;
    const found = installed.packages[name];
    if (found === undefined ? !wanted.optional : identity(found) !== identity(wanted)) return name;
  }
  return undefined;
}
