// A stand-in for a speech program: node say.mjs MODE OUT SOURCE [TEXT]. Copies SOURCE to OUT and notes what it got.
import { copyFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers';

const [mode, out, source, ...rest] = process.argv.slice(2);
let input = '';
if (mode === 'stdin') for await (const chunk of process.stdin) input += chunk;
if (mode === 'fail') {
  console.error('no such voice\u001b[31m\n');
  process.exit(3);
}
if (mode === 'hang') setTimeout(() => undefined, 60_000);
else if (mode === 'garbage') writeFileSync(out, 'RIFFgarbage');
else if (mode === 'empty') writeFileSync(out, '');
else if (mode !== 'nothing') copyFileSync(source, out);
if (mode !== 'hang') writeFileSync(`${source}.seen.json`, JSON.stringify({ rest, input }));
