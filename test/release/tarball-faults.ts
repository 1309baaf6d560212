/** What `npm pack --json` tells of a tarball. */
export interface Tarball {
  name: string;
  size: number;
  files: readonly { path: string; size: number; mode: number }[];
}

/** Files that only this workspace needs. */
const foreign = [
  /\.test\.|\.fixture\.|\.tsbuildinfo$|\.map$|(^|\/)\.[^/]|\.log$/,
  /(^|\/)(testing|test-support|fixtures|node_modules|coverage)\//,
  /^(src|tsconfig.*|vitest.*)(\/|$)/,
];

/** Largest size of a tarball in bytes; tiny-models carries its checkpoints. */
const limit = (name: string): number => (name === '@sea-align/tiny-models' ? 20e6 : 1e6);

/** What a tarball holds and should not, or lacks; empty if it is right. */
export function tarballFaults(tarball: Tarball, manifest: Record<string, unknown>): string[] {
  const { name, files, size } = tarball;
  const paths = new Map(files.map((file) => [file.path, file]));
  const faults = files
    .filter((file) => foreign.some((pattern) => pattern.test(file.path)))
    .map((file) => `${file.path} is nobody's but ours`);
  for (const needed of [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'package.json',
    'dist/index.js',
    'dist/index.d.ts',
  ]) {
    if (!paths.has(needed)) faults.push(`${needed} is missing`);
  }
  for (const bin of Object.values((manifest.bin ?? {}) as Record<string, string>)) {
    const file = paths.get(bin);
    if (!file) faults.push(`${bin}, its program, is missing`);
    else if ((file.mode & 0o111) !== 0o111) faults.push(`${bin} cannot be executed`);
  }
  if (size > limit(name)) faults.push(`${size} bytes are over the limit of ${limit(name)}`);
  if (JSON.stringify(manifest).includes('@sea-align/source')) faults.push('exports name sources');
  for (const [dependency, range] of Object.entries((manifest.dependencies ?? {}) as Record<string, string>)) {
    if (!/^[\^~]?\d/.test(range)) faults.push(`${dependency}: ${range} is no range of versions`);
  }
  return faults;
}
