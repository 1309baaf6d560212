import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function versionOf(name: string): string | undefined {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined; // An optional library that is not installed, or one that hides its package.json.
  }
}

/** Versions of this app and of the libraries that decide numbers; for manifests. */
export function packageVersions(): Record<string, string> {
  const names = ['@sea-align/sea', 'onnxruntime-node', 'onnxruntime-web', '@tensorflow/tfjs', 'sharp'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const version = versionOf(name);
      return version === undefined ? [] : [[name, version]];
    }),
  );
}
