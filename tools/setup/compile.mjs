// Type-checks the package in the current folder, and with `--emit` compiles it to dist: `node ../../tools/setup/compile.mjs [--emit]`.
//
// Other packages are read from their sources (condition `@sea-align/source`), so none of them has to be built first. Only
// this package's own files are checked and written; that is what tsc cannot be told: it would check the sources of every
// package below again, and refuse to compile beside them because they lie outside of `rootDir`.
import path from 'node:path';
import { rmSync } from 'node:fs';
import ts from 'typescript';

/** "File is not under rootDir": true of the sources of other packages, which are not written. */
const outsideOfRoot = 6059;
const emit = process.argv.includes('--emit');
const folder = process.cwd();
const host = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => folder,
  getNewLine: () => '\n',
};

const configFile = path.join(folder, emit ? 'tsconfig.build.json' : 'tsconfig.json');
const config = ts.getParsedCommandLineOfConfigFile(configFile, undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => fail([diagnostic]),
});
if (config.errors.length > 0) fail(config.errors);

const program = ts.createProgram(config.fileNames, config.options);
const own = config.fileNames.map((name) => program.getSourceFile(name));
const faults = [
  ...program.getOptionsDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...own.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]),
].filter(({ code }) => code !== outsideOfRoot);
if (faults.length > 0) fail(faults);

if (emit) {
  // A file whose source is gone must not stay in the package.
  rmSync(config.options.outDir, { recursive: true, force: true });
  const left = own.flatMap((file) => program.emit(file).diagnostics);
  if (left.length > 0) fail(left);
}

function fail(diagnostics) {
  console.error(ts.formatDiagnosticsWithColorAndContext(ts.sortAndDeduplicateDiagnostics(diagnostics), host));
  process.exit(1);
}
