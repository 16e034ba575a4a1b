// The desk without a network in a real Chromium: a code is shown, pictures of the answer are chosen, the camera reads a
// sequence. Every name but this machine's is unknown to the browser. Input: a JSON file with the desk's address, a file for
// the camera and the text of a credential; answers are asked for on standard output and come on standard input.
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {Browser} from './browser.mjs';
import {chromium} from 'playwright-core';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();

const browser = new Browser();
browser.input = input;
rmSync(input.shots, {recursive: true, force: true});
mkdirSync(input.shots, {recursive: true});
browser.chromium = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost', '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${input.camera}`,
  ],
});

let failed = false;
try {
  const officer = await browser.person('officer');
  await answers(officer);
  await pastes(officer);
  await scans(officer);
} catch (error) {
  failed = true;
  console.error(error);
  await browser.wreck();
}
browser.problems.forEach(problem => console.error(`page problem: ${problem}`));
await browser.close();
process.exit(failed || browser.problems.length > 0 ? 1 : 0);

/** The person's wallet signs for the code on the page; its answer comes back as pictures. */
async function answers(officer) {
  const {page} = officer;
  await page.goto(`${input.desk}/desk`);
  await browser.picture(officer, 'desk');
  await page.locator('.desk-code + p + details summary').click();
  const nonce = await page.getByTestId('nonce').innerText();
  const audience = await page.getByTestId('audience').innerText();
  console.log(`answer ${JSON.stringify({nonce, audience})}`);
  const pictures = JSON.parse((await lines.next()).value);
  assert.ok(pictures.length > 1, 'an answer in several codes');
  await page.locator('#desk-file').setInputFiles(pictures.slice(0, 1));
  await page.getByText('Choose all the pictures together').waitFor();
  await page.locator('#desk-file').setInputFiles(pictures.reverse());
  await page.getByTestId('verdict').waitFor();
  assert.equal(await page.getByTestId('verdict').getAttribute('data-outcome'), 'pass');
  assert.match(await page.getByTestId('age').innerText(), /known \d+ \w+ ago/);
  assert.equal(await page.getByTestId('replayable').count(), 0);
  await browser.picture(officer, 'desk-valid');
}

/** A credential by itself: nobody signed it for this desk. */
async function pastes(officer) {
  const {page} = officer;
  await page.getByTestId('next').click();
  await page.getByTestId('text').fill(input.credential);
  await page.getByTestId('check').click();
  await page.getByTestId('replayable').waitFor();
  assert.equal(await page.getByTestId('verdict').getAttribute('data-outcome'), 'not-checked');
  await browser.picture(officer, 'desk-replayable');
}

/** The same credential from paper, one code after the other in front of the camera. */
async function scans(officer) {
  const {page} = officer;
  await page.getByTestId('next').click();
  await page.locator('#desk-scan').click();
  await page.getByTestId('replayable').waitFor({timeout: 60_000});
  await page.goto(`${input.desk}/desk`);
  await page.getByTestId('text').fill('nothing that anybody signed');
  await page.getByTestId('check').click();
  await page.getByTestId('problem').waitFor();
}
