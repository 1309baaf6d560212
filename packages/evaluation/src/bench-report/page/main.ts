import { openPage } from './open-page.js';
import { readData } from './read-data.js';

openPage(readData(document));
