import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';
import ts from 'typescript';

/** Type-checks files against the sources of the workspace; gives one message for each fault, none of other files. */
export function typeFaults(files: readonly string[]): Map<string, string[]> {
  const base = path.join(workspaceRoot, 'tsconfig.base.json');
  const { config } = ts.readConfigFile(base, ts.sys.readFile) as { config: { compilerOptions: unknown } };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, workspaceRoot);
  const program = ts.createProgram(files, { ...options, noEmit: true, noUnusedLocals: false });
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [file, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
    }),
  );
}
