// Somebody whose service ends enrols by showing what the organisation issued about it. Part of the journey in enrolment.mjs.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const csv = (name, ...lines) => ({name, mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`)});

/** HR offers the credential to the first of the staff; link, code and the row of the list. */
async function offers(browser, input) {
  const hr = await browser.person('hr');
  const {page} = hr;
  await page.goto(input.welcome.officers.undp);
  await page.getByLabel('Your name').fill('Samuel Okoye');
  await page.getByTestId('register').click();
  await page.waitForURL(/\/console(\?|$)/);
  await page.goto(`${input.issuer}/console/imports`);
  const [head, first] = readFileSync(join(input.samples, 'staff-undp.csv'), 'utf8').split('\n');
  await page.getByTestId('file').setInputFiles(csv('staff.csv', head, first));
  await page.getByTestId('upload').click();
  await page.getByTestId('confirm-import').click();
  await page.getByTestId('import-result').waitFor({timeout: 60_000});
  await page.goto(`${input.issuer}/console/staff`);
  await page.locator('tbody th a').first().click();
  await page.goto(`${page.url()}/grant?type=Separation`);
  await page.locator('#startDate').fill('2004-02-01');
  await page.locator('#separatedOn').fill('2026-10-31');
  await page.locator('#separationType').selectOption('retirement');
  await page.getByTestId('grant').click();
  const link = await page.getByTestId('offer-link').getAttribute('href');
  const code = (await page.getByTestId('transaction-code').innerText()).trim();
  const [number, given, family, , born] = first.split(',');
  return {link, code, number, given, family, born};
}

/** The pension system's file and the list of beneficiaries know who leaves. */
async function registers(agent, input, {number, given, family, born}) {
  const {page} = agent;
  await page.goto(`${input.issuer}/console/fund/register`);
  await page.getByTestId('register-file').setInputFiles(csv('register.csv',
    'uid,given_name,family_name,birth_date,country,employer,staff_number',
    `300000001,${given},${family},${born},KEN,${input.welcome.dids.undp},${number}`));
  await page.getByTestId('register-upload').click();
  await page.getByTestId('register-confirm').click();
  await page.goto(`${input.issuer}/console/retirees/imports`);
  await page.getByTestId('file').setInputFiles(csv('retirees.csv',
    'uid,given_name,family_name,country,language', `300000001,${given},${family},KEN,en`));
  await page.getByTestId('upload').click();
  await page.getByTestId('confirm-import').click();
  await page.getByTestId('import-result').waitFor({timeout: 60_000});
}

export async function separates(browser, input, agent) {
  const offer = await browser.step('HR offers a Separation credential, and the register knows who leaves', async () => {
    const made = await offers(browser, input);
    await registers(agent, input, made);
    return made;
  });
  const person = await browser.holder('separating', 'desktop en keyboard');
  const {page, hands} = person;
  const enrol = `${input.wallet}/enrol?fund=${encodeURIComponent(`${input.issuer}/t/unjspf`)}`;

  await browser.step('the official receives it', async () => {
    await page.goto(offer.link);
    await hands.press('#create-wallet');
    await page.locator('#tx-code').waitFor();
    await page.goto(enrol);
    await page.getByTestId('uid').waitFor();
    await browser.picture(person, 'wallet-enrol-without-credential');
    await page.goto(offer.link);
    await hands.write('#tx-code', offer.code);
    await hands.press('#accept');
    await page.locator('.verdict.pass').waitFor();
  });

  await browser.step('and shows it to the Fund in the place of number, code and passport', async () => {
    await page.goto(enrol);
    await browser.picture(person, 'wallet-enrol-separation');
    await hands.press(page.getByTestId('separation-begin'));
    await page.locator('#agree:not(:disabled)').waitFor();
    await browser.picture(person, 'wallet-enrol-separation-consent');
    await hands.press('#agree');
    await hands.press('a[href*="/enrol/separation?"]');
    await page.waitForURL(/\/enrolments\//);
    const said = await page.getByTestId('separated-from').innerText();
    assert.match(said, /United Nations Development Programme/);
    await browser.picture(person, 'wallet-enrol-separated');
    // The code was used: the address that leads back opens nothing any more, and says what to do.
    await page.goto(`${input.wallet}/enrol/separation?response_code=used`);
    await page.locator('#enrol-message:not([hidden])').waitFor();
    await browser.picture(person, 'wallet-enrol-return');
  });

  await browser.step('the agent reads whose word it is', async () => {
    await page.goto(`${input.wallet}/`);
    await agent.page.goto(`${input.issuer}/console/retirees?q=300000001`);
    await agent.page.locator('tbody th a').first().click();
    await agent.page.locator('a[href^="/console/enrolment/"]').first().click();
    await agent.page.getByTestId('separation').waitFor();
    await browser.picture(agent, 'console-desk-separation', {gallery: 'desk'});
  });
}
