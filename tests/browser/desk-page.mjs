// The desk page that verifies by itself, in a real Chromium: one visit with a network, then the server is stopped and the
// browser is offline. Input: a JSON file with the page's address, a film for the camera, a credential, a stranger's pack and
// the time; answers and the end of the server are asked for on standard output and come on standard input.
import assert from 'node:assert/strict';
import {ask, browser, conduct, input} from './camera.mjs';

await conduct(async officer => {
  await officer.page.clock.setFixedTime(input.now);
  await visits(officer);
  await goesOffline(officer);
  await answers(officer);
  await pastes(officer);
  await failsOpenly(officer);
  await scans(officer);
  await keepsNothing(officer);
  await speaksArabic(officer);
  await provesTheTime(officer);
  await asksAboutStrangers(officer);
  await grows(officer);
});

/** One visit with a network: the page's files are kept, and a pack is got. */
async function visits(officer) {
  const {page} = officer;
  await page.goto(`${input.desk}/desk`);
  assert.equal(new URL(page.url()).pathname, '/desk/');
  await page.getByTestId('no-pack').waitFor();
  await browser.picture(officer, 'no-pack');
  await page.locator('[data-policy="staff-identity"]').click();
  await page.getByTestId('known').waitFor();
  const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
  assert.equal(new URL(scope).pathname, '/desk/');
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
}

/** The server ends, and the browser has no network; the page opens all the same. */
async function goesOffline({page}) {
  await ask('stop the server');
  await page.context().setOffline(true);
  await page.goto(`${input.desk}/desk/`);
  await page.getByTestId('known').waitFor();
  await assert.rejects(page.evaluate(() => fetch('/healthz')));
}

async function code(page) {
  const [nonce, audience] = await Promise.all(['nonce', 'audience'].map(id => page.getByTestId(id).textContent()));
  return {nonce, audience};
}

/** The person's wallet signs for the code on the page; the same answer does not count again. */
async function answers(officer) {
  const {page} = officer;
  await browser.picture(officer, 'ready');
  const pictures = await ask(`answer ${JSON.stringify(await code(page))}`);
  assert.ok(pictures.length > 1, 'an answer in several codes');
  await page.locator('#desk-file').setInputFiles(pictures.slice(0, 1));
  await page.getByText('Choose all the pictures together').waitFor();
  await page.locator('#desk-file').setInputFiles(pictures.reverse());
  await verdict(page, 'pass');
  assert.match(await page.getByTestId('age').innerText(), /known \d+ \w+ ago/);
  assert.equal(await page.getByTestId('replayable').count(), 0);
  assert.equal(await page.locator('.checks li').count(), 9);
  await browser.picture(officer, 'valid');
  await page.getByTestId('next').click();
  await page.locator('#desk-file').setInputFiles(pictures);
  await verdict(page, 'fail');
  await browser.picture(officer, 'replayed');
  await page.getByTestId('next').click();
}

async function verdict(page, outcome) {
  await page.getByTestId('verdict').waitFor();
  assert.equal(await page.getByTestId('verdict').getAttribute('data-outcome'), outcome);
}

/** A credential by itself: nobody signed it for this desk. And what is none. */
async function pastes(officer) {
  const {page} = officer;
  await page.getByTestId('text').fill('nothing that anybody signed');
  await page.getByTestId('check').click();
  await page.getByText('This is nothing that can be checked').waitFor();
  await browser.picture(officer, 'unreadable');
  await page.getByTestId('text').fill(input.credential);
  await page.getByTestId('check').click();
  await page.getByTestId('replayable').waitFor();
  await verdict(page, 'not-checked');
  await browser.picture(officer, 'replayable');
  await page.getByTestId('next').click();
}

/** What nobody foresaw gives an answer all the same, and it is not a good one. */
async function failsOpenly(officer) {
  const {page} = officer;
  await page.evaluate(() => {
    crypto.subtle.digest = () => Promise.reject(new RangeError('odd'));
  });
  await page.getByTestId('text').fill(input.credential);
  await page.getByTestId('check').click();
  await verdict(page, 'unforeseen');
  await page.getByText('so nothing was decided').waitFor();
  assert.equal(await page.locator('.checks').count(), 0);
  await browser.picture(officer, 'unforeseen');
  await page.getByTestId('next').click();
  await page.evaluate(() => delete crypto.subtle.digest);
}

/** The same credential from paper, one code after the other in front of the camera. */
async function scans({page}) {
  await page.locator('#desk-scan').click();
  await page.getByTestId('replayable').waitFor({timeout: 60_000});
  assert.equal(await page.evaluate(() => document.getElementById('desk-video').srcObject), null, 'the light is out');
  await page.getByTestId('next').click();
}

/** Nothing of what was shown is in the page or in any storage of the browser. */
async function keepsNothing({page}) {
  const kept = await page.evaluate(async () => {
    const found = [document.documentElement.outerHTML, document.getElementById('desk-text').value, document.cookie,
      JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request)).text());
    }
    const databases = await indexedDB.databases();
    return {text: found.join('\n'), caches: await caches.keys(), databases: databases.map(one => one.name)};
  });
  assert.deepEqual(kept.databases, []);
  assert.equal(kept.caches.length, 2, 'the page itself, and the pack');
  for (const secret of ['Diallo', 'Amina', input.credential.split('~')[1], input.credential.slice(0, 60)]) {
    assert.ok(!kept.text.includes(secret), `the browser keeps ${secret}`);
  }
}

/** The same page in another language and direction, still without a network. */
async function speaksArabic(officer) {
  const {page} = officer;
  await page.goto(`${input.desk}/desk/?lang=ar`);
  await page.getByTestId('known').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
  await browser.picture(officer, 'ready-ar');
  await page.locator('#desk-file').setInputFiles(await ask(`answer ${JSON.stringify(await code(page))}`));
  await verdict(page, 'pass');
  await browser.picture(officer, 'valid-ar');
  await page.goto(`${input.desk}/desk/`);
}

/** A policy that demands the time of issue is content with the receipt of the credential, for one answer. */
async function provesTheTime(officer) {
  const {page} = officer;
  assert.equal(await page.locator('#desk-receipt-field').isVisible(), false, 'not asked for by the other policy');
  await page.locator('#desk-pack-file').setInputFiles(input.anchored);
  await page.locator('#desk-receipt-field:not([hidden])').waitFor();
  const answered = async () => page.locator('#desk-file').setInputFiles(await ask(`answer ${JSON.stringify(await code(page))}`));
  await answered();
  await verdict(page, 'fail');
  await page.getByText('Nothing proves when the credential was issued').first().waitFor();
  await page.getByTestId('next').click();
  await page.locator('#desk-receipt').setInputFiles(input.receipt);
  await page.getByText('A receipt is chosen').waitFor();
  await browser.picture(officer, 'receipt');
  await answered();
  await verdict(page, 'pass');
  await browser.picture(officer, 'time-proven');
  await page.getByTestId('next').click();
  assert.equal(await page.getByTestId('receipt').innerText(), '');
}

/** A pack that somebody else signed is used only when the officer says so. */
async function asksAboutStrangers(officer) {
  const {page} = officer;
  await page.locator('#desk-pack-file').setInputFiles(input.strangers);
  await page.getByTestId('signer').waitFor();
  assert.equal(await page.locator('#desk-work').isVisible(), false);
  await browser.picture(officer, 'stranger');
  await page.getByTestId('trust').click();
  await page.getByTestId('known').waitFor();
  await page.reload();
  await page.getByTestId('known').waitFor();
}

/** Past the stated age nothing is decided, whether the page is open or opened anew. */
async function grows(officer) {
  const {page} = officer;
  await page.clock.setFixedTime(input.now + 2 * 86_400_000);
  await page.getByTestId('text').fill(input.credential);
  await page.getByTestId('check').click();
  await page.getByTestId('too-old').waitFor();
  assert.equal(await page.getByTestId('verdict').count(), 0);
  await page.reload();
  await page.getByText('Get a newer one').first().waitFor();
  assert.equal(await page.locator('#desk-work').isVisible(), false);
  await browser.picture(officer, 'too-old');
}
