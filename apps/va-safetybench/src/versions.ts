import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Version of this app; of libraries their own records tell. */
export const appVersion = (require('../package.json') as { version: string }).version;
