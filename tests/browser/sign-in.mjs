// Certificates for whoever signs in at the issuer: once for an offer, with a passkey made there, and once without an offer.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {Browser} from './browser.mjs';

async function signIn(browser, input) {
  const asha = await browser.holder('asha', 'phone ar pointer');
  const {page} = asha;
  const wallet = input.wallet.replace(/\/$/, '');

  await browser.step('an offer can be received by signing in at the organisation, in the place of a code', async () => {
    await page.goto(`${wallet}/offer?${new URLSearchParams({credential_offer_uri: input.offer})}`);
    await page.locator('#create-wallet').click();
    await page.waitForURL(/\/offers\//);
    await page.locator('#sign-in-instead:enabled').waitFor();
    await browser.picture(asha, 'wallet-offer-sign-in');
    await page.locator('#sign-in-instead').click();
    await page.waitForURL(/\/authorize\?/);
    assert.equal(new URL(page.url()).origin, new URL(input.issuer).origin);
    assert.deepEqual([...new URL(page.url()).searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const direction = asha.language === 'ar' ? 'rtl' : 'ltr';
    assert.equal(await page.locator('html').getAttribute('dir'), direction, 'the page there reads as the wallet does');
    await browser.picture(asha, 'issuer-sign-in');
  });
  await browser.step('a wrong code is said in the reader’s language, and another language is one tap away', async () => {
    await page.getByTestId('tx-code').fill(input.code === '000000' ? '000001' : '000000');
    await page.getByTestId('enrol').click();
    const wrong = asha.language === 'ar' ? 'رمز المعاملة غير صحيح' : /code/;
    await page.locator('#message:not([hidden])', {hasText: wrong}).waitFor();
    await browser.picture(asha, 'issuer-wrong-code');
    await page.getByTestId('languages').getByText('English').click();
    await page.getByText('Sign in with a passkey').waitFor();
    const small = await page.locator('main a, main button, main input:not([type=hidden])').evaluateAll(all =>
      all.filter(it => it.offsetParent && it.getBoundingClientRect().height < 43.5 && !it.closest('p'))
        .map(it => it.textContent));
    assert.deepEqual(small, [], 'targets of 44 pixels');
    await browser.picture(asha, 'issuer-sign-in-english');
  });
  await browser.step('they make a passkey there, come back, and what was offered is here without another tap', async () => {
    await page.getByTestId('tx-code').fill(input.code);
    await page.getByTestId('enrol').click();
    await page.locator('.verdict.pass').waitFor();
    assert.match(new URL(page.url()).pathname, /^\/offers\//);
    assert.equal(new URL(page.url()).search, '', 'no code stays in the address');
    assert.equal(await page.locator('.cards [data-credential]').count(), 2);
  });
  await browser.step('they ask for a certificate that nobody offered', async () => {
    await page.goto(wallet);
    await page.locator('a[href="/organisations"]').click();
    await page.locator('#organisations a').first().waitFor();
    await browser.picture(asha, 'wallet-organisations');
    await page.locator('#organisations a').first().click();
    await page.locator('[data-ask]:enabled').first().waitFor();
    await browser.picture(asha, 'wallet-organisation');
    await page.locator('[data-ask*="StaffIdentity"]').click();
    await page.waitForURL(/\/offers\//);
    await browser.picture(asha, 'wallet-offer-wish');
  });
  await browser.step('saying no there leads back, and the way stays open', async () => {
    await page.locator('#sign-in:enabled').click();
    await page.getByTestId('decline').click();
    await page.locator('#failed:not([hidden])').waitFor();
    await browser.picture(asha, 'wallet-sign-in-denied');
    await page.locator('#back-to-offer').click();
    await page.locator('#sign-in:enabled').waitFor();
  });
  await browser.step('they sign in with the passkey of before, and it comes', async () => {
    await page.locator('#sign-in').click();
    await page.getByTestId('sign-in').click();
    await page.locator('.verdict.pass').waitFor();
    await browser.picture(asha, 'wallet-wish-received');
  });
}

await Browser.conduct('sign-in', JSON.parse(readFileSync(process.argv[2], 'utf8')), signIn);
