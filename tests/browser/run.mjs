// Steps 2 to 4, 6 and 7 of the first journey on the pages, in a real headless Chromium.
// Input: a JSON file with the services' addresses and first links (see tests/browser.rs).
import {readFileSync} from 'node:fs';
import {inspect} from 'node:util';
import {Browser} from './browser.mjs';
import {edges} from './edges.mjs';
import {journey} from './journey.mjs';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const browser = await Browser.launch(input);
let failed = false;
try {
  await journey(browser, input);
  await edges(browser, input);
} catch(error) {
  failed = true;
  console.log(inspect(error));
  await browser.wreck();
}
for(const problem of browser.problems) {
  failed = true;
  console.log(`page problem: ${problem}`);
}
await browser.close();
console.log(`browser: ${browser.steps} steps, ${browser.pictures} pictures, ${browser.audits} accessibility audits, ${failed ? 'FAILED' : 'passed'}`);
process.exit(failed ? 1 : 0);
