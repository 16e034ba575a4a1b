// Pages beside the journey: what goes wrong, right to left, and without JavaScript.
import assert from 'node:assert/strict';

export async function edges(browser, input) {
  await nothingThere(browser, input);
  await usedUpTries(browser, input);
  await rightToLeft(browser, input);
  await withoutScript(browser, input);
}

async function nothingThere(browser, input) {
  const stranger = await browser.person('stranger', {phone: true, language: 'en'});
  const {page} = stranger;
  await browser.step('addresses that lead nowhere lead back', async () => {
    for(const [name, url, words] of [
      ['wallet-not-found', `${input.wallet}/no-such-page`, /nothing here/i],
      ['issuer-not-found', `${input.issuer}/no-such-page`, /nothing here/i],
      ['registry-no-member', `${input.registry}/members/nobody`, /nothing here|no such|not/i],
      ['registry-no-block', `${input.registry}/blocks/99999999`, /nothing here|no such|not/i],
      ['problem-explained', `${input.verifier}/problems/not-found`, /Problem type/],
      ['console-link-used', input.welcome.officers.undp, /used or has expired/],
      ['console-stranger', `${input.issuer}/console/staff`, /Sign in/],
    ]) {
      await page.goto(url);
      assert.match(await page.locator('main').innerText(), words, name);
      assert(await page.locator('main a[href], main button').count() > 0, `${name} has no way on`);
      await browser.picture(stranger, name);
    }
    for(const service of ['issuer', 'wallet', 'registry']) {
      await page.goto(`${input[service]}/docs`, {waitUntil: 'networkidle'});
      await browser.picture(stranger, `${service}-docs`);
    }
  });
}

/** Whoever guesses the transaction code is stopped, and told whom to ask. */
async function usedUpTries(browser, input) {
  const guesser = await browser.holder('guesser', 'phone ar pointer');
  const hr = browser.people.find(({name}) => name === 'hr');
  await browser.step('wrong transaction codes use up the tries', async () => {
    await hr.page.goto(`${input.issuer}/console/staff`);
    await hr.page.locator('tbody th a').first().click();
    await hr.page.getByTestId('open-offer').click();
    const link = await hr.page.getByTestId('offer-link').getAttribute('href');
    const code = (await hr.page.getByTestId('transaction-code').innerText()).replaceAll(/\D/g, '');
    const {page, hands} = guesser;
    await page.goto(link);
    await hands.press('#create-wallet');
    await page.locator('#tx-code').waitFor();
    const said = page.locator('#offer-message:not([hidden])');
    for(let guess = 0; guess < 10; guess += 1) {
      await hands.write('#tx-code', code === '111111' ? '222222' : '111111');
      await hands.press('#accept');
      await said.waitFor();
      await page.locator('#accept:not([aria-busy=true])').waitFor();
    }
    await browser.picture(guesser, 'wallet-offer-locked');
    // Even the right code comes too late now.
    await hands.write('#tx-code', code);
    await hands.press('#accept');
    await page.locator('#accept:not([aria-busy=true])').waitFor();
    assert.equal(await page.locator('.verdict.pass').count(), 0);
    await page.goto(`${input.wallet}/`);
    assert.equal(await page.locator('[data-credential]').count(), 0);
    await browser.picture(guesser, 'wallet-home-empty');
  });
}

/** No page is translated yet; the layout must not stand in the way when one is. */
async function rightToLeft(browser, input) {
  const hr = browser.people.find(({name}) => name === 'hr');
  await browser.step('pages stand right to left', async () => {
    for(const [name, url] of [
      ['rtl-console-staff', `${input.issuer}/console/staff?q=${encodeURIComponent('حسن')}`],
      ['rtl-console-imports', `${input.issuer}/console/imports`],
      ['rtl-console-documents', `${input.issuer}/console/documents`],
      ['rtl-registry', input.registry],
      ['rtl-verifier', input.verifier],
    ]) {
      await hr.page.goto(url);
      await hr.page.evaluate(() => {
        document.documentElement.dir = 'rtl';
        document.documentElement.lang = 'ar';
        document.querySelector('h1').textContent = 'التحقق من شهادة رقمية لمنظومة الأمم المتحدة';
      });
      await browser.picture(hr, name);
    }
  });
}

async function withoutScript(browser, input) {
  const hr = browser.people.find(({name}) => name === 'hr');
  await browser.step('lists, the explorer and starting a verification work without JavaScript', async () => {
    const storageState = await hr.page.context().storageState();
    const context = await browser.chromium.newContext({javaScriptEnabled: false, storageState});
    const page = await context.newPage();
    await page.goto(`${input.issuer}/console/staff`);
    await page.getByTestId('search').fill('حسن');
    await page.keyboard.press('Enter');
    await page.locator('tbody th a').first().click();
    assert(await page.locator('h1').count() === 1);
    await page.goto(input.registry);
    await page.locator('a[href^="/members/"]').first().click();
    assert(await page.locator('h1').count() === 1);
    await page.goto(input.verifier);
    await page.getByTestId('try-staff-identity').getByRole('button').click();
    assert(await page.getByTestId('open-wallet').count() === 1);
    for(const needs of [`${input.wallet}/`, `${input.issuer}/console/sign-in`]) {
      const stranger = await browser.chromium.newContext({javaScriptEnabled: false});
      const plain = await stranger.newPage();
      await plain.goto(needs);
      assert.match(await plain.innerText('main'), /needs JavaScript/);
      await stranger.close();
    }
    await context.close();
  });
}
