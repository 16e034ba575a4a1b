// The journey as people see it: by labels, buttons and what is written on the page.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {withoutNetwork} from './offline.mjs';

/** Steps 2 to 4, 6 and 7, each with pictures of the pages it passes. */
export async function journey(browser, input) {
  const hr = await browser.person('hr');
  const asha = await browser.holder('asha', 'phone en keyboard');
  const agency = await browser.person('agency');

  await officerRegisters(browser, hr, input.welcome.officers.undp, 'Amara Diallo');
  const {link, code} = await uploadsStaff(browser, hr, input);
  await personReceives(browser, asha, link, code);
  await personPresents(browser, agency, asha, input, {outcome: 'pass', name: 'valid', gallery: true});
  await personRefuses(browser, agency, asha, input);

  await hrActs(browser, hr, 'suspend', 'inquiry');
  await personPresents(browser, agency, asha, input, {outcome: 'fail', name: 'suspended'});
  await credentialShows(browser, asha, 'paused');
  await hrActs(browser, hr, 'reinstate', 'inquiry-closed');
  await personPresents(browser, agency, asha, input, {outcome: 'pass', name: 'reinstated'});
  await withoutNetwork(browser, asha, input);
  await hrActs(browser, hr, 'revoke', 'separated');
  await personPresents(browser, agency, asha, input, {outcome: 'fail', name: 'revoked'});

  await retireeProvesExistence(browser, agency, input);
  await anchorsDocument(browser, hr, agency, input);
  await everyOtherPage(browser, {hr, asha, agency}, input);
}

async function officerRegisters(browser, officer, link, name) {
  await browser.step(`${officer.name} registers a passkey by the one-time link`, async () => {
    const {page} = officer;
    await page.goto(link);
    await browser.picture(officer, `console-register-${officer.name}`);
    await page.getByLabel('Your name').fill(name);
    await page.getByTestId('register').click();
    await page.waitForURL(/\/console(\?|$)/);
    await browser.picture(officer, `console-start-${officer.name}`);
  });
}

async function uploadsStaff(browser, hr, input) {
  const {page} = hr;
  await browser.step('HR sees what is wrong with a faulty list', async () => {
    await page.goto(`${input.issuer}/console/imports`);
    await browser.picture(hr, 'console-imports');
    await page.getByTestId('file').setInputFiles(join(input.samples, 'staff-with-faults.csv'));
    await page.getByTestId('upload').click();
    await page.getByTestId('bad-rows').waitFor();
    assert(await page.getByTestId('bad-rows').locator('tbody tr').count() > 3);
    await browser.picture(hr, 'console-import-faults', {gallery: 'desk'});
    page.once('dialog', dialog => dialog.accept());
    await page.getByTestId('discard').click();
    await page.waitForURL(/done=discarded/);
  });
  return browser.step('HR uploads 200 people and gets links and codes', async () => {
    await page.getByTestId('file').setInputFiles(join(input.samples, 'staff-undp.csv'));
    await page.getByTestId('upload').click();
    assert.equal(await page.getByTestId('good-count').innerText(), '200');
    await browser.picture(hr, 'console-import-preview', {gallery: 'desk'});
    await page.getByTestId('confirm-import').click();
    await page.getByTestId('import-result').waitFor({timeout: 60_000});
    await browser.picture(hr, 'console-import-result');
    await page.goto(`${input.issuer}/console/staff`);
    await browser.picture(hr, 'console-staff', {gallery: 'desk'});
    // Somebody whose name has another script as well.
    await page.getByTestId('search').fill('حسن');
    await page.keyboard.press('Enter');
    await page.locator('tbody th a').first().click();
    await browser.picture(hr, 'console-person-offered');
    await page.getByTestId('open-offer').click();
    const link = await page.getByTestId('offer-link').getAttribute('href');
    const code = (await page.getByTestId('transaction-code').innerText()).replaceAll(/\D/g, '');
    await browser.picture(hr, 'console-offer');
    return {link, code};
  });
}

async function personReceives(browser, person, link, code) {
  const {page, hands} = person;
  await browser.step('a person opens the link, makes a wallet with a passkey and enters the code', async () => {
    await page.goto(link);
    await browser.picture(person, 'wallet-entry');
    await hands.press('#create-wallet');
    await page.locator('#tx-code').waitFor();
    await browser.picture(person, 'wallet-offer', {gallery: 'phone'});
    await hands.write('#tx-code', code === '000000' ? '000001' : '000000');
    await hands.press('#accept');
    await page.locator('#offer-message:not([hidden])').waitFor();
    await browser.picture(person, 'wallet-offer-wrong-code');
    await hands.write('#tx-code', code);
    await hands.press('#accept');
    await page.locator('.verdict.pass').waitFor();
    await browser.picture(person, 'wallet-received');
    await hands.press('main .actions a.button');
    await page.waitForURL(/\/$/);
    assert.equal(await page.locator('[data-credential]').count(), 2);
    await browser.picture(person, 'wallet-home');
  });
}

/** Starts a verification on the agency's page and opens its link with the person's phone. */
async function ask(browser, agency, person, input, policy) {
  await agency.page.goto(input.verifier);
  await agency.page.getByTestId(`try-${policy}`).getByRole('button').click();
  const link = await agency.page.getByTestId('open-wallet').getAttribute('href');
  await person.page.goto(link);
  await person.page.locator('#presentation[data-state=asked]').waitFor();
}

/** Answers a request. The wallet says so, or hands the person back to the agency's page at once. */
async function answer(person, button, state, input) {
  const {page, hands} = person;
  const request = page.url();
  const said = page.locator(`#presentation[data-state=${state}]`);
  await hands.press(button);
  for(let waited = 0; await said.count() === 0; waited += 100) {
    assert(waited < 15_000, `not ${state}: ${page.url()}`);
    if(page.url().startsWith(input.verifier)) {
      await page.waitForLoadState();
      await page.goto(request);
    }
    await page.waitForTimeout(100);
  }
}

async function personPresents(browser, agency, person, input, {outcome, name, gallery}) {
  await browser.step(`the person presents; the agency reads: ${name}`, async () => {
    // Lists are published every few seconds; the answer follows.
    for(let attempt = 0; ; attempt += 1) {
      await ask(browser, agency, person, input, 'staff-identity');
      if(gallery) {
        await browser.picture(agency, 'verifier-waiting');
        await browser.picture(person, 'wallet-consent', {gallery: 'phone'});
      }
      await answer(person, '#agree', 'sent', input);
      await agency.page.getByTestId('verdict').waitFor();
      const verdict = agency.page.getByTestId('verdict');
      if((await verdict.getAttribute('class')).split(' ').includes(outcome)) {
        break;
      }
      assert(attempt < 10, `the verdict stays ${await verdict.innerText()}`);
      await agency.page.waitForTimeout(1000);
    }
    assert.equal(await agency.page.locator('[data-check]').count(), 9);
    if(gallery) {
      await browser.picture(person, 'wallet-shown');
    }
    await browser.picture(agency, `verifier-report-${name}`, {gallery: gallery || name === 'revoked' ? 'desk' : undefined});
  });
}

async function personRefuses(browser, agency, person, input) {
  await browser.step('the person says no, and nothing is shared', async () => {
    await ask(browser, agency, person, input, 'staff-identity');
    await answer(person, '#refuse', 'refused', input);
    await browser.picture(person, 'wallet-refused');
    await agency.page.getByRole('heading', {name: 'Not shared'}).waitFor();
    await browser.picture(agency, 'verifier-refused');
  });
}

async function hrActs(browser, hr, act, reason) {
  await browser.step(`HR: ${act}`, async () => {
    const {page} = hr;
    const staff = new URL('/console/staff', page.url()).href;
    await page.goto(`${staff}?q=${encodeURIComponent('حسن')}`);
    await page.locator('tbody th a').first().click();
    await page.getByTestId(act).click();
    await page.getByTestId(`reason-${reason}`).check();
    await browser.picture(hr, `console-${act}`);
    await page.getByTestId('confirm-status').click();
    await page.waitForURL(/done=/);
    await browser.picture(hr, `console-person-after-${act}`, {gallery: act === 'suspend' ? 'desk' : undefined});
  });
}

async function credentialShows(browser, person, wanted) {
  await browser.step(`the wallet tells the person: ${wanted}`, async () => {
    const {page, hands} = person;
    await page.goto(new URL('/', page.url()).href);
    await hands.press('[data-credential]');
    await hands.press('#check-again');
    await page.locator(`#status.${wanted}`).waitFor();
    await browser.picture(person, 'wallet-credential');
  });
}

/** Step 7. */
async function retireeProvesExistence(browser, agency, input) {
  const fund = await browser.person('fund');
  const retiree = await browser.holder('retiree', 'phone ar pointer');
  await officerRegisters(browser, fund, input.welcome.officers.unjspf, 'Elena Petrova');
  const request = await browser.step('the Fund asks a retiree for a proof of life', async () => {
    const {page} = fund;
    await page.goto(`${input.issuer}/console/retirees/imports`);
    await page.getByTestId('file').setInputFiles(join(input.samples, 'retirees.csv'));
    await page.getByTestId('upload').click();
    await page.getByTestId('confirm-import').click();
    await page.getByTestId('import-result').waitFor({timeout: 60_000});
    await page.goto(`${input.issuer}/console/retirees`);
    await browser.picture(fund, 'console-retirees');
    await page.locator('tbody th a').first().click();
    await browser.picture(fund, 'console-retiree');
    await page.getByTestId('ask').click();
    await browser.picture(fund, 'console-request-open');
    return page.getByTestId('request-link').getAttribute('href');
  });
  const reference = await browser.step('the retiree answers with the passkey', async () => {
    const {page, hands} = retiree;
    await page.goto(request);
    await hands.press('#create-wallet');
    await page.locator('#begin').waitFor();
    await browser.picture(retiree, 'wallet-existence', {gallery: 'phone'});
    await hands.press('#begin');
    await page.locator('#existence[data-state=answered]').waitFor();
    await browser.picture(retiree, 'wallet-existence-sent', {gallery: 'phone'});
    return page.getByTestId('reference').innerText();
  });
  await browser.step('an officer confirms after a call', async () => {
    const {page} = fund;
    await page.goto(`${input.issuer}/console/requests`);
    await browser.picture(fund, 'console-answers');
    await page.getByTestId('open-answer').first().click();
    assert.equal(await page.getByTestId('reference').innerText(), reference);
    await page.getByTestId('compared').check();
    await page.getByTestId('channel-call').check();
    await browser.picture(fund, 'console-request-answered', {gallery: 'desk'});
    await page.getByTestId('confirm-request').click();
    await page.waitForURL(/done=first/);
    await browser.picture(fund, 'console-request-first-word');
    await page.goto(`${input.issuer}/console/officers`);
    await page.getByTestId('invite-officer').click();
  });
  const colleague = await browser.person('fund-colleague');
  const invitation = (await fund.page.getByTestId('officer-link').innerText()).trim();
  await officerRegisters(browser, colleague, invitation, 'Kwame Mensah');
  await browser.step('a colleague calls as well, since nobody has enrolled the retiree', async () => {
    const {page} = colleague;
    await page.goto(`${input.issuer}/console/requests`);
    await page.getByTestId('open-answer').first().click();
    await page.getByTestId('first-word').waitFor();
    assert.equal(await page.getByTestId('reference').innerText(), reference);
    await page.getByTestId('compared').check();
    await page.getByTestId('channel-call').check();
    await page.getByTestId('confirm-request').click();
    await page.waitForURL(/done=confirmed/);
    await browser.picture(colleague, 'console-request-confirmed');
  });
  await browser.step('the certificate of entitlement is received and verified', async () => {
    const {page, hands} = retiree;
    await page.locator('#receive').waitFor({timeout: 30_000});
    await browser.picture(retiree, 'wallet-existence-confirmed');
    await hands.press('#receive');
    await hands.press('#accept');
    await page.locator('.verdict.pass').waitFor();
    await browser.picture(retiree, 'wallet-certificate', {gallery: 'phone'});
    // The policy wants the time of issue; the receipt arrives with the next batch.
    for(let attempt = 0; ; attempt += 1) {
      await page.waitForTimeout(1000);
      await ask(browser, agency, retiree, input, 'entitlement');
      await answer(retiree, '#agree', 'sent', input);
      await agency.page.getByTestId('verdict').waitFor();
      const verdict = agency.page.getByTestId('verdict');
      if((await verdict.getAttribute('class')).split(' ').includes('pass')) {
        break;
      }
      assert(attempt < 15, `the verdict stays ${await verdict.innerText()}`);
    }
    await browser.picture(agency, 'verifier-report-entitlement', {gallery: 'desk'});
  });
}

/** HR anchors a letter; whoever gets it with its receipt checks both at the registry. */
async function anchorsDocument(browser, hr, agency, input) {
  const letter = {name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Agreement of 3 March 2026\n')};
  await browser.step('a letter is anchored and checked', async () => {
    const {page} = hr;
    await page.goto(`${input.issuer}/console/documents`);
    await browser.picture(hr, 'console-documents-empty');
    await page.getByTestId('files').setInputFiles(letter);
    await page.waitForFunction(() => document.querySelector('#digests').value.includes('  letter.txt'));
    await browser.picture(hr, 'console-documents-chosen');
    await page.getByTestId('anchor').click();
    await page.waitForURL(/done=added/);
    const receipt = page.getByTestId('receipt');
    for(let wait = 0; wait < 60 && await receipt.count() === 0; wait += 1) {
      await page.waitForTimeout(500);
      await page.reload();
    }
    await browser.picture(hr, 'console-documents');
    const [download] = await Promise.all([page.waitForEvent('download'), receipt.click()]);
    const bytes = readFileSync(await download.path());

    await agency.page.goto(new URL('/notary', input.registry).href);
    await agency.page.getByTestId('file').setInputFiles(
      [letter, {name: download.suggestedFilename(), mimeType: 'application/json', buffer: bytes}]);
    await agency.page.waitForFunction(() => /^[0-9a-f]{64}$/.test(document.querySelector('#digest').value));
    await agency.page.keyboard.press('Enter');
    await agency.page.getByTestId('finding').getByRole('heading', {name: 'Anchored'}).waitFor();
    await browser.picture(agency, 'registry-notary-anchored');
  });
}

/** Pages that the journey does not pass, and the way back in. */
async function everyOtherPage(browser, {hr, asha, agency}, input) {
  await browser.step('signing out and in again with the passkey', async () => {
    await asha.page.goto(`${input.wallet}/account`);
    await browser.picture(asha, 'wallet-account');
    await asha.hands.press('form[action="/sign-out"] button');
    await asha.hands.press('#sign-in');
    await asha.page.locator('[data-credential]').first().waitFor();
    await asha.page.goto(`${input.wallet}/activity`);
    await browser.picture(asha, 'wallet-activity');

    await hr.page.locator('form[action="/console/sign-out"] button').first().click();
    await hr.page.waitForURL(/sign-in/);
    await browser.picture(hr, 'console-sign-in');
    await hr.page.getByTestId('sign-in').click();
    await hr.page.waitForURL(/\/console$/);
    await browser.picture(hr, 'console-overview', {gallery: 'desk'});
  });
  await browser.step('every other page', async () => {
    for(const page of ['officers', 'activity', 'offers?state=locked', 'offers?state=lapsed']) {
      await hr.page.goto(`${input.issuer}/console/${page}`);
      await browser.picture(hr, `console-${page.replace('?state=', '-')}`);
    }
    for(const [name, url] of [
      ['verifier-start', input.verifier], ['verifier-docs', `${input.verifier}/docs`],
      ['registry-explorer', input.registry], ['not-found', `${input.verifier}/no-such-page`],
    ]) {
      await agency.page.goto(url, {waitUntil: 'networkidle'});
      await browser.picture(agency, name, {gallery: name === 'registry-explorer' ? 'desk' : undefined});
    }
    for(const [name, selector] of [['registry-member', 'a[href^="/members/"]'], ['registry-block', 'a[href^="/blocks/"]']]) {
      await agency.page.goto(input.registry);
      await agency.page.locator(selector).first().click();
      await browser.picture(agency, name);
    }
  });
}
