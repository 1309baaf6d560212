import { floors } from '../floors.mjs';

/** What a new package is to be. */
export interface PackageOptions {
  /** Without scope. */
  readonly name: string;
  /** A floor of the house, in the singular or plural. */
  readonly layer: string;
  readonly description?: string;
  /** Whether `npm install` runs afterwards. */
  readonly install?: boolean;
}

/** Checked options. */
export interface NewPackage {
  readonly name: string;
  readonly layer: string;
  readonly description: string;
}

/** Floors of packages: apps and what stands outside the house are not made by this generator. */
const layers = Object.keys(floors).filter((floor) => !['apps', 'test-support', 'top'].includes(floor));

/** Folders that git, lint or the tests of documents pass over, wherever they lie. */
const passedOver = ['dist', 'runs', 'coverage', 'checkpoints', 'fixtures', 'sample', 'src'];

/**
 * Checks the options.
 * @param taken names of the projects that there are, without scope
 * @throws Error that names every fault at once
 */
export function newPackage(options: PackageOptions, taken: readonly string[]): NewPackage {
  const { name } = options;
  const description = (options.description ?? `The ${name} package of SEA`).trim().replace(/\.$/, '');
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    faults.push(
      `name "${name}": lower-case letters and digits, words joined by single hyphens, a letter first`,
    );
  } else if (name.length > 60) faults.push(`name "${name}": at most 60 characters`);
  else if (passedOver.includes(name)) faults.push(`name "${name}": folders of that name are passed over`);
  else if (taken.includes(name)) faults.push(`name "${name}": there is a project of that name`);
  const layer = layers.find((known) => known === options.layer || known === `${options.layer}s`);
  if (layer === undefined) faults.push(`layer "${options.layer}": one of ${layers.join(', ')}`);
  if (/[\r\n]/.test(description)) faults.push('description: one line');
  else if (description.length < 16) faults.push(`description "${description}": at least 16 characters`);
  if (faults.length > 0 || layer === undefined)
    throw new Error(`No package was made.\n  ${faults.join('\n  ')}`);
  return { name, layer, description };
}
