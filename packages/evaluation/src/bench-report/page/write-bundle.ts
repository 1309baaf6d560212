import { writeFile } from 'node:fs/promises';
import { bundlePage, generatedFile } from './bundle.js';

await writeFile(generatedFile, await bundlePage());
