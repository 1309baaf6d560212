import { getProjects, installPackagesTask, type GeneratorCallback, type Tree } from '@nx/devkit';
import { format, resolveConfig } from 'prettier';
import { newPackage, type PackageOptions } from './new-package.js';
import { configurationFiles, manifestOf, pattern, sourceFiles } from './package-files.js';

/**
 * Makes a package below `packages/` that passes format, lint, typecheck, test and build as it is.
 * @throws Error that names every fault of the options
 */
export default async function packageGenerator(
  tree: Tree,
  options: PackageOptions,
): Promise<GeneratorCallback> {
  const taken = [...getProjects(tree).keys()].map((name) => name.replace(/^@[^/]+\//, ''));
  const made = newPackage(options, [...taken, ...tree.children('packages')]);
  const folder = `packages/${made.name}`;
  const files = { ...sourceFiles(made) };
  for (const name of configurationFiles) files[name] = read(tree, `${pattern}/${name}`);
  const of = JSON.parse(read(tree, `${pattern}/package.json`)) as Record<string, unknown>;
  files['package.json'] = JSON.stringify(manifestOf(made, of), null, 2);
  const style = await resolveConfig(`${tree.root}/package.json`);
  for (const [name, text] of Object.entries(files)) {
    const filepath = `${folder}/${name}`;
    tree.write(filepath, await format(text, { ...style, filepath }));
  }
  return () => {
    if (options.install !== false) installPackagesTask(tree, true);
  };
}

function read(tree: Tree, file: string): string {
  const text = tree.read(file, 'utf8');
  if (text === null) throw new Error(`${file}, which new packages follow, is missing`);
  return text;
}
