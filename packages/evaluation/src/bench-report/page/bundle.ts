import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The generated module, beside the folder of the page's own modules. */
export const generatedFile = fileURLToPath(new URL('../page-script.generated.ts', import.meta.url));

/** The text of `page-script.generated.ts`: the page's modules as one script that can stand inside a `<script>` element. */
export async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    tsconfigRaw: {},
  });
  const [{ text }] = outputFiles;
  if (/<\/script|<!--/i.test(text)) throw new Error('the script would end the element that it stands in');
  const literal = text.replace(/[\\`]|\$\{/g, '\\$&');
  return (
    '/** Generated from the modules in `page/` by `npm run page`; do not edit. */\n' +
    `export const pageScript = \`${literal}\`;\n`
  );
}
