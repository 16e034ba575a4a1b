// The desk without a network in a real Chromium: a code is shown, pictures of the answer are chosen, the camera reads a
// sequence. Every name but this machine's is unknown to the browser. Input: a JSON file with the desk's address, a file for
// the camera and the text of a credential; answers are asked for on standard output and come on standard input.
import assert from 'node:assert/strict';
import {ask, browser, conduct, input} from './camera.mjs';

await conduct(async officer => {
  await answers(officer);
  await pastes(officer);
  await scans(officer);
});

/** The person's wallet signs for the code on the page; its answer comes back as pictures. */
async function answers(officer) {
  const {page} = officer;
  await page.goto(`${input.desk}/desk`);
  await browser.picture(officer, 'desk');
  await page.locator('.desk-code + p + details summary').click();
  const nonce = await page.getByTestId('nonce').innerText();
  const audience = await page.getByTestId('audience').innerText();
  const pictures = await ask(`answer ${JSON.stringify({nonce, audience})}`);
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
