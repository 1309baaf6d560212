import { writeJsonl } from '@sea-align/core';

import { textSafetyFile } from './files.js';
import { textSafetyDataset } from './text-safety.js';

const rows = await writeJsonl(textSafetyFile(), textSafetyDataset());
console.log(`${rows} rows in ${textSafetyFile()}`);
