// Enrolment with two browsers and a call between them: the retiree's pretended camera shows the fixture's face, the agent takes
// the reference picture from the call, and a second officer decides.
// Input: a JSON file with the services' addresses, first links and a picture (see tests/browser/enrolment.rs).
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {chromium} from 'playwright-core';
import {Browser} from './browser.mjs';
import {separates} from './separation.mjs';
import {beginsAtHome} from './year.mjs';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const browser = new Browser();
browser.input = input;
rmSync(input.shots, {recursive: true, force: true});
mkdirSync(input.shots, {recursive: true});

async function chromiumWith(picture) {
  const film = join(input.folder, 'enrolment.mjpeg');
  writeFileSync(film, Buffer.concat(Array(60).fill(readFileSync(picture))));
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`,
      // Candidates with names need mDNS, which a machine without a network has not.
      '--disable-features=WebRtcHideLocalIpsWithMdns',
    ],
  });
}

async function registers(person, link, name) {
  await person.page.goto(link);
  await person.page.getByLabel('Your name').fill(name);
  await person.page.getByTestId('register').click();
  await person.page.waitForURL(/\/console(\?|$)/);
}

async function officers(agent, second) {
  await browser.step('an agent and a second officer come', async () => {
    await registers(agent, input.welcome.officers.unjspf, 'Elena Petrova');
    const {page} = agent;
    await page.goto(`${input.issuer}/console/retirees/imports`);
    await page.getByTestId('file').setInputFiles(join(input.samples, 'retirees.csv'));
    await page.getByTestId('upload').click();
    await page.getByTestId('confirm-import').click();
    await page.getByTestId('import-result').waitFor({timeout: 60_000});
    await page.goto(`${input.issuer}/console/officers`);
    await page.getByTestId('invite-officer').click();
    const link = (await page.getByTestId('officer-link').innerText()).trim();
    await registers(second, link, 'Kwame Mensah');
    await page.goto(`${input.issuer}/console/officers`);
    await page.getByRole('link', {name: /Kwame/}).click();
    await page.locator('input[name=approver]').check();
    await page.getByTestId('change-roles').click();
    await page.waitForURL(/done=changed/);
  });
}

/** Opens three times of twenty minutes; the first begins in eight minutes, so its call is open. */
async function opensTimes(agent) {
  const {page} = agent;
  await page.goto(`${input.issuer}/console/enrolment`);
  await browser.picture(agent, 'console-enrolment-empty');
  const starts = new Date(Date.now() + 8 * 60_000).toISOString().slice(0, 16);
  await page.getByTestId('slot-starts').fill(starts);
  await page.getByTestId('slot-count').fill('3');
  await page.getByTestId('open-slots').click();
  await page.waitForURL(/done=opened/);
  await browser.picture(agent, 'console-enrolment-times');
}

async function invites(agent) {
  const {page} = agent;
  await page.goto(`${input.issuer}/console/retirees`);
  await page.locator('tbody th a').first().click();
  await page.getByTestId('invite').click();
  const code = (await page.getByTestId('code').innerText()).trim();
  const link = await page.getByTestId('enrol-link').getAttribute('href');
  const uid = (await page.locator('.qr-card p').nth(1).innerText()).trim();
  await browser.picture(agent, 'console-invitation');
  return {code, link, uid};
}

async function journey(agent, second, retiree) {
  await officers(agent, second);
  const invitation = await browser.step('an invitation is printed', () => invites(agent));
  const {page, hands} = retiree;

  await browser.step('a wallet is made, number and code are entered, the phone is named', async () => {
    await page.goto(invitation.link);
    await browser.picture(retiree, 'wallet-enrol-entry');
    await hands.press('#create-wallet');
    await hands.write(page.getByTestId('uid'), invitation.uid);
    await hands.write(page.getByTestId('code'), '00000-00000');
    await hands.press(page.getByTestId('enrol-begin'));
    await page.locator('#enrol-message:not([hidden])').waitFor();
    await browser.picture(retiree, 'wallet-enrol-wrong-code');
    await hands.write(page.getByTestId('code'), invitation.code.toLowerCase());
    await hands.press(page.getByTestId('enrol-begin'));
    await page.waitForURL(/\/enrolments\//);
    await page.getByTestId('none-before-due').waitFor();
    await browser.picture(retiree, 'wallet-enrol-no-time');
    await hands.press(page.getByTestId('keep-place'));
    await page.getByTestId('keep-place').waitFor({state: 'detached'});
  });

  await browser.step('times are opened, and who waits chooses one', async () => {
    await opensTimes(agent);
    await page.reload();
    await browser.picture(retiree, 'wallet-enrol-choose', {gallery: 'phone'});
    assert.equal(await page.getByTestId('slot').count(), 3);
    assert.match(await page.locator('[data-testid=slot] time').first().innerText(), /GMT|UTC|غرينتش/, 'the zone is named');
    await hands.press(page.getByTestId('slot').nth(1));
    await page.getByTestId('appointment').waitFor();
    page.once('dialog', dialog => dialog.accept());
    await hands.press(page.getByTestId('cancel'));
    await page.getByTestId('appointment').waitFor({state: 'detached'});
    await hands.press(page.getByTestId('slot'));
    await page.getByTestId('call-join').waitFor();
    await browser.picture(retiree, 'wallet-enrol-booked');
  });

  await browser.step('agent and retiree see each other', async () => {
    await agent.page.goto(`${input.issuer}/console/enrolment`);
    await browser.picture(agent, 'console-enrolment');
    await agent.page.getByTestId('open-desk').first().click();
    await agent.page.getByTestId('call-begin').click();
    await hands.press(page.getByTestId('call-join'));
    for(const {page: side} of [agent, retiree]) {
      await side.locator('[data-testid=call-state][data-now=connected]').waitFor({timeout: 45_000});
      await side.waitForFunction(() => document.getElementById('call-other').videoWidth > 0, null, {timeout: 30_000});
    }
    await agent.page.waitForTimeout(1500);
    await page.screenshot({path: join(input.shots, 'wallet-enrol-call.png')});
  });

  await browser.step('the call comes up again after the retiree loads the page anew', async () => {
    await page.reload();
    await hands.press(page.getByTestId('call-join'));
    await page.locator('[data-testid=call-state][data-now=connected]').waitFor({timeout: 45_000});
    await page.waitForFunction(() => document.getElementById('call-other').videoWidth > 0, null, {timeout: 30_000});
  });

  await browser.step('the agent takes the picture, records the document and proposes', async () => {
    const {page: desk} = agent;
    await desk.waitForTimeout(2500);
    await desk.getByTestId('call-picture').click();
    await desk.locator('#picture-shown').waitFor({timeout: 60_000});
    assert.match(await desk.locator('#picture-said').innerText(), /one good face/);
    await browser.picture(agent, 'console-desk-call', {gallery: 'desk'});
    await desk.getByTestId('document-number').fill('AK 123 456');
    await desk.getByTestId('document-state').fill('KEN');
    await desk.getByTestId('document-expires').fill('2034-05-31');
    await desk.getByTestId('save-document').click();
    await desk.waitForURL(/done=document/);
    await desk.getByTestId('reason').fill('Same face as in the passport, both questions answered.');
    await browser.picture(agent, 'console-desk-ready');
    await desk.getByTestId('propose').click();
    await desk.waitForURL(/done=proposed/);
    assert.equal(await desk.getByTestId('approve').count(), 0, 'nobody approves their own proposal');
    await page.goto(page.url());
    await browser.picture(retiree, 'wallet-enrol-proposed');
  });

  await browser.step('a second officer looks and approves', async () => {
    await second.page.goto(`${input.issuer}/console/enrolment`);
    await second.page.getByTestId('proposed').locator('a').click();
    await second.page.getByTestId('new-picture').waitFor();
    await browser.picture(second, 'console-desk-second', {gallery: 'desk'});
    await second.page.getByTestId('decision-words').fill('I agree.');
    await second.page.getByTestId('approve').click();
    await second.page.waitForURL(/done=decided/);
    await page.reload();
    await page.getByTestId('approved').waitFor();
    await browser.picture(retiree, 'wallet-enrol-approved');
  });
  await beginsAtHome(browser, agent, retiree, invitation.uid);
}

let failed = false;
try {
  browser.chromium = await chromiumWith(input.picture);
  const agent = await browser.person('agent');
  const second = await browser.person('second');
  const retiree = await browser.holder('retiree', 'phone ar keyboard');
  await journey(agent, second, retiree);
  await separates(browser, input, agent);
} catch(error) {
  failed = true;
  console.log(error);
  await browser.wreck();
}
await browser.end('enrolment', failed);
