import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, errnoOf, formatPath, listIssues } from '@sea-align/core';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { recipeSchema, type Recipe } from './recipe-schema.js';

/** A recipe and where it was read from; relative paths in it are relative to its own folder. */
export interface LoadedRecipe {
  readonly path: string;
  readonly recipe: Recipe;
}

/** Line of the deepest node on `issuePath` that the document has: a missing key is reported at its parent. */
function lineOf(
  document: Document,
  lines: LineCounter,
  issuePath: readonly PropertyKey[],
): number | undefined {
  for (let depth = issuePath.length; depth >= 0; depth--) {
    const node = document.getIn(issuePath.slice(0, depth), true);
    const range =
      node && typeof node === 'object' && 'range' in node ? (node.range as [number] | undefined) : undefined;
    if (range) return lines.linePos(range[0]).line;
  }
  return undefined;
}

/** Splits `align.arms[2].steps` as `formatPath` writes it, so that the place in the file can be looked up. */
function parsePath(text: string): (string | number)[] {
  return [...text.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
}

/**
 * Reads and checks a recipe (YAML).
 * @throws ConfigError with every fault at once: file, line, path, what is wrong
 */
export async function loadRecipe(file: string): Promise<LoadedRecipe> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read the recipe ${file}: ${errnoOf(error) ?? String(error)}`, {
      hint: 'Give the path of a YAML file; `sea run --help` lists the recipes that come with SEA.',
      cause: error,
    });
  }
  return { path: path.resolve(file), recipe: parseRecipe(text, file) };
}

/** Checks the text of a recipe; `file` names it in errors. */
export function parseRecipe(text: string, file: string): Recipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => ({
      path: `${file}:${lines.linePos(error.pos[0]).line}`,
      message: error.message,
    }));
    throw new ConfigError('the recipe is not valid YAML', { issues });
  }
  const parsed = recipeSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issues = listIssues(parsed.error).map(({ path: where, message }) => {
    const line = lineOf(document, lines, parsePath(where));
    return { path: `${file}${line ? `:${line}` : ''}: ${where || formatPath([])}`, message };
  });
  throw new ConfigError(`the recipe has ${issues.length === 1 ? 'a fault' : `${issues.length} faults`}`, {
    issues,
  });
}
