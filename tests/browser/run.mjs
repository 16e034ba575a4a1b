// Steps 2 to 4, 6 and 7 of the first journey on the pages, in a real headless Chromium.
// Input: a JSON file with the services' addresses and first links (see tests/browser.rs).
import {readFileSync} from 'node:fs';
import {Browser} from './browser.mjs';
import {colleagues} from './colleagues.mjs';
import {edges} from './edges.mjs';
import {journey} from './journey.mjs';
import {sources} from './sources.mjs';

await Browser.conduct('browser', JSON.parse(readFileSync(process.argv[2], 'utf8')), journey, edges, sources, colleagues);
