// The account of somebody who reads Arabic on a wide screen and uses no mouse: a link is pasted and declined, the phone is lost,
// the code on paper opens the wallet elsewhere, the lost device is named, everything is taken along, and the wallet deleted.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {hang} from './gallery.mjs';
import {press, reach} from './keyboard.mjs';

/** In the world of what ends soon, whose Fund nobody else answers. */
export async function account(browser, {ending, ...others}) {
  const input = {...others, ...ending};
  const owner = await browser.person('owner', {language: 'ar'});
  const later = await browser.person('owner later', {language: 'ar'});
  await receives(browser, owner, input);
  await declines(browser, owner, input);
  const code = await browser.step('a recovery code is made by keyboard, and the passkey gets a name', () => prepares(browser, owner, input));
  await recovers(browser, {owner, later}, code, input);
  await leaves(browser, later, input);
  for(const {page} of [owner, later]) await page.context().close();
  browser.people = browser.people.filter(person => person !== owner && person !== later);
}

async function receives(browser, {page}, input) {
  await browser.step('right to left on a wide screen: a wallet is made, an offer accepted, a request answered, by keyboard', async () => {
    await page.goto(`${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(input.offer)}`);
    await page.locator('#create-wallet:not(:disabled)').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
    await press(page, '#create-wallet');
    await page.locator('#accept:not(:disabled)').waitFor();
    await reach(page, '#tx-code');
    await page.keyboard.type(input.code);
    await page.keyboard.press('Enter');
    await page.locator('.verdict.pass').waitFor();
    const {clientId, requestUri} = input.request;
    await page.goto(`${input.wallet}/present?${new URLSearchParams({client_id: clientId, request_uri: `${requestUri}?arabic`})}`);
    await page.locator('#agree:not(:disabled)').waitFor();
    await press(page, '#agree');
    await page.locator('#presentation[data-state=sent]').waitFor();
    await page.goto(`${input.wallet}/existence?${new URLSearchParams({request_uri: input.existence})}`);
    await page.locator('#begin').waitFor();
    await press(page, '#begin');
    await page.locator('#existence[data-state=answered]').waitFor();
  });
}

async function declines(browser, {page}, input) {
  await browser.step('a pasted link is opened by keyboard, and its offer declined', async () => {
    await page.goto(`${input.wallet}/`);
    await page.locator('#paste-form').waitFor({state: 'attached'});
    await press(page, 'details.gap-above summary');
    await reach(page, '#link');
    await page.keyboard.type('not a link');
    await page.keyboard.press('Enter');
    await page.locator('#paste-error:not([hidden])').waitFor();
    await page.locator('#link').fill(`${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(`${input.offer}?declined`)}`);
    await page.locator('#link').press('Enter');
    await page.locator('#decline:not(:disabled), #failed:not([hidden])').first().waitFor();
    await press(page, '#decline');
    await page.waitForURL(`${input.wallet}/`);
  });
}

async function prepares(browser, {page}, input) {
  await page.goto(`${input.wallet}/ways-in`);
  await page.locator('#make-code').waitFor();
  await press(page, '#make-code');
  await page.locator('#code-shown:not([hidden])').waitFor();
  const code = await page.locator('#code-text').textContent();
  await browser.accessible(page, 'ar a recovery code');
  await hang(page, input.gallery, 'ar', 'recovery-code');
  if(input.gallery) {
    await hangInEnglish(page, input, code);
  }
  await reach(page, 'form[data-name^="/v1/passkeys/"] input');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('مفتاح البيت');
  await page.keyboard.press('Enter');
  await page.locator('input[name=name][value="مفتاح البيت"]').waitFor();
  return code;
}

/** The same page in the other direction. The code is shown once, so it is put there by hand. */
async function hangInEnglish(page, input, code) {
  await page.context().addCookies([{name: 'passerelle_wallet_language', value: 'en', url: input.wallet}]);
  await page.reload();
  await page.evaluate(text => {
    document.getElementById('code-text').textContent = text;
    document.getElementById('code-shown').hidden = false;
    for(const id of ['code-before', 'code-actions']) document.getElementById(id).hidden = true;
  }, code);
  await hang(page, input.gallery, 'en', 'recovery-code');
  await page.context().clearCookies({name: 'passerelle_wallet_language'});
  await page.reload();
}

async function recovers(browser, {owner, later}, code, input) {
  const {page} = later;
  await browser.step('the code opens the wallet elsewhere by keyboard, and nowhere else any more', async () => {
    await page.goto(`${input.wallet}/recover`);
    await page.locator('#recover button:not(:disabled)').waitFor();
    await reach(page, '#code');
    await page.keyboard.type('0000-0000-0000-0000-0000');
    await page.keyboard.press('Enter');
    await page.locator('#recover-message[role=alert]').waitFor();
    await page.locator('#code').fill(code.toLowerCase());
    await page.locator('#code').press('Enter');
    await page.waitForURL(/\/ways-in$/);
    await owner.page.goto(`${input.wallet}/account`);
    await owner.page.locator('#sign-in:not(:disabled)').waitFor();
    assert.equal(await owner.page.locator('#create-wallet').isVisible(), false, 'a new wallet is behind a question');
  });
  await browser.step('the lost device is named by keyboard, and the passkey of then removed', async () => {
    page.on('dialog', dialog => dialog.accept());
    await page.goto(`${input.wallet}/account`);
    await page.locator('[data-delete^="/v1/device-keys/"]').waitFor();
    await press(page, '[data-delete^="/v1/device-keys/"]');
    await page.locator('[data-key] .badge.error').waitFor();
    const passkeys = page.locator('[data-delete^="/v1/passkeys/"]');
    assert.equal(await passkeys.count(), 2);
    await press(page, '[data-delete^="/v1/passkeys/"]');
    await passkeys.first().waitFor({state: 'detached'});
  });
}

async function leaves(browser, {page}, input) {
  await browser.step('everything is taken along by keyboard, and the wallet deleted', async () => {
    await page.locator('#export').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, '#export')]);
    assert.match(readFileSync(await download.path(), 'utf8'), /Diallo/);
    await press(page, '#delete-open');
    await page.locator('#delete-dialog[open]').waitFor();
    await press(page, '#delete-account');
    await page.waitForURL(/\?deleted$/);
    await page.locator('.banner.success').waitFor();
    await browser.accessible(page, 'ar a deleted wallet');
    for(const language of ['ar', 'en']) {
      await page.locator(`.languages-first button[value=${language}]`).click();
      await page.goto(`${input.wallet}/?deleted`);
      await hang(page, input.gallery, language, 'deleted');
    }
  });
}
