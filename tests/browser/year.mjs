// The yearly proof at the wish of the person: who is enrolled sees the year on the wallet's first page and begins there.
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

const HEAD = 'uid,given_name,family_name,birth_date,country,language,track,in_payment_since';

/** The register of the year with this person, and the night that opens it. */
async function onRegister(browser, officer, uid) {
  const {page} = officer;
  const {input} = browser;
  const file = join(input.folder, 'register-of-one.csv');
  writeFileSync(file, `${HEAD}\n${uid},Rosa,Enrolled,1948-02-03,ITA,en,one,2010-01-01\n`);
  await page.goto(`${input.issuer}/console/fund/register`);
  await page.getByTestId('register-file').setInputFiles(file);
  await page.getByTestId('register-upload').click();
  await page.getByTestId('register-confirm').click();
}

/** From the first page of the wallet to the officer, who confirms, and back. */
export async function beginsAtHome(browser, officer, retiree, uid) {
  const {input} = browser;
  const {page} = retiree;
  const card = page.getByTestId('year-card');

  await browser.step('who is enrolled and on no register reads that nothing is asked', async () => {
    await page.goto(`${input.wallet}/`);
    await page.locator('[data-stage=year-not-concerned]').waitFor({timeout: 30_000});
    await browser.picture(retiree, 'wallet-year-not-concerned');
  });

  await browser.step('the register comes in, and the year is open on the first page', async () => {
    await onRegister(browser, officer, uid);
    for(let tries = 0; tries < 60; tries += 1) {
      await officer.page.goto(`${input.issuer}/console/fund`);
      await officer.page.getByTestId('run-night').click();
      // The wallet asks anew when what it knows is old; a question that is begun asks at once.
      const asked = await page.evaluate(async id => {
        const {find, sign} = await import('/assets/wallet-key.js');
        const {post} = await import('/assets/passkey.js');
        const key = await find();
        const base = `/v1/enrolments/${id}/year`;
        const {toSign} = await post(`${base}/prepare`, {deviceKey: key.thumbprint, act: 'look'});
        return post(base, {signatures: await sign(key, toSign)});
      }, await card.getAttribute('data-year'));
      if(asked.standing.mayBegin) break;
      await page.waitForTimeout(1000);
    }
    await page.reload();
    await card.locator('[data-begin-year]:not(:disabled)').waitFor();
    await browser.picture(retiree, 'wallet-year-open');
  });

  await browser.step('the person begins, and nobody at the Fund has clicked for it', async () => {
    await card.locator('[data-begin-year]').click();
    await page.locator('#existence[data-state=opened]').waitFor();
    await page.goto(`${input.wallet}/`);
    assert.equal(await card.locator('[data-begin-year]').count(), 0, 'the question waits');
    await card.locator('a.button').click();
    await page.locator('#begin:not(:disabled)').waitFor();
    const question = page.url();
    await page.getByTestId('book-talk').first().click();
    await page.locator('#talk [data-testid=slot]').first().waitFor();
    await browser.picture(retiree, 'wallet-year-talk');
    await page.goto(question);
    await page.locator('#begin:not(:disabled)').waitFor();
    await page.locator('#begin').click();
    await page.locator('#existence[data-state=answered]').waitFor();
    await browser.picture(retiree, 'wallet-year-sent');
  });

  await browser.step('an officer calls and confirms, and the card says until when', async () => {
    await officer.page.goto(`${input.issuer}/console/requests`);
    await officer.page.getByTestId('open-answer').last().click();
    await officer.page.getByTestId('channel-call').check();
    await officer.page.getByTestId('compared').check();
    await officer.page.getByTestId('confirm-request').click();
    await officer.page.waitForURL(/done=confirmed/);
    await page.locator('#receive').waitFor({timeout: 30_000});
    await page.goto(`${input.wallet}/`);
    await page.locator('[data-stage=year-done]').waitFor();
    await browser.picture(retiree, 'wallet-year-home-after');
  });
}
