import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { SetupFault } from './setup-fault.mjs';

/** Finds the package without importing it: that takes seconds, and fails where only the wheel itself is installed. */
const LOCATE = `
import importlib.util
spec = importlib.util.find_spec("tensorflow")
print(spec.submodule_search_locations[0] if spec and spec.submodule_search_locations else "")
`;

/** @returns folder of the installed TensorFlow wheel */
export function installedWheel(python) {
  const { status, stdout, error } = spawnSync(python, ['-c', LOCATE], { encoding: 'utf8' });
  if (error || status !== 0)
    throw new SetupFault(`${python} does not run: ${error?.message ?? `exit code ${status}`}.`);
  if (stdout.trim() !== '') return stdout.trim();
  throw new SetupFault(
    `${python} has no TensorFlow. Install one (\`${python} -m pip install --no-deps tensorflow-cpu\`), ` +
      'name another interpreter with --python, or a folder of libtensorflow with --tensorflow.',
  );
}

function linkOrFile(folder, pattern) {
  // Of several, the shortest name is the link to the others.
  const [name] = readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort((a, b) => a.length - b.length || a.localeCompare(b));
  return name && path.join(folder, name);
}

/**
 * Looks at a folder of the TensorFlow wheel (`site-packages/tensorflow`), an unpacked libtensorflow archive (`include`,
 * `lib`), or one that holds the libraries themselves.
 *
 * @param include folder with tensorflow/c/c_api.h; default: `include` beside the libraries or beside their folder
 * @returns library with the C API and framework library (as files, not links), and include folder
 */
export function findTensorflow(folder, include) {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new SetupFault(`--tensorflow ${folder} is no folder.`);
  const places = [folder, path.join(folder, 'lib')].filter((place) => existsSync(place));
  for (const place of places) {
    const library =
      linkOrFile(place, /^libtensorflow\.so(\.2[\d.]*)?$/) ??
      linkOrFile(place, /^libtensorflow_cc\.so(\.2[\d.]*)?$/);
    const framework = linkOrFile(place, /^libtensorflow_framework\.so(\.2[\d.]*)?$/);
    if (library === undefined || framework === undefined) continue;
    const headers = include ? [include] : [path.join(place, 'include'), path.join(place, '../include')];
    const found = headers.find((where) => existsSync(path.join(where, 'tensorflow/c/eager/c_api.h')));
    if (found === undefined)
      throw new SetupFault(
        `There is no tensorflow/c/eager/c_api.h in ${headers.join(' or ')}. Name the folder that has it with --include.`,
      );
    return {
      library: realpathSync(library),
      framework: realpathSync(framework),
      include: realpathSync(found),
    };
  }
  throw new SetupFault(
    `${places.join(' and ')} hold no libtensorflow.so (or libtensorflow_cc.so.2) with a libtensorflow_framework.so.`,
  );
}

/** The name the library is linked under: that of its file up to the major version, which is 2. */
export function linkedName(file) {
  return `${path.basename(file).replace(/\.so.*$/, '')}.so.2`;
}
