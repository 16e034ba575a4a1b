// Two people at one console: roles, what waits for a second person, and the life of credentials. Comes last, since from
// then on HR does not act alone.
import assert from 'node:assert/strict';

export async function colleagues(browser, input) {
  const hr = browser.people.find(({name}) => name === 'hr');
  const second = await browser.person('second');
  await secondPersonComes(browser, hr, second, input);
  await endWaitsForTheSecond(browser, hr, second, input);
  await addressIsKept(browser, hr, input);
  await offersAndEndings(browser, hr, input);
  await trailTells(browser, hr, input);
}

async function secondPersonComes(browser, hr, second, input) {
  await browser.step('HR invites a colleague and makes her the second person', async () => {
    const {page} = hr;
    await page.goto(`${input.issuer}/console/officers`);
    await browser.picture(hr, 'console-officers');
    await page.getByTestId('invite-officer').click();
    const link = (await page.getByTestId('officer-link').innerText()).trim();
    await browser.picture(hr, 'console-officer-link');
    await second.page.goto(link);
    await second.page.getByLabel('Your name').fill('Lucía Fernández de la Vega y Montenegro-Villanueva');
    await second.page.getByTestId('register').click();
    await second.page.waitForURL(/\/console(\?|$)/);
    await page.goto(`${input.issuer}/console/officers`);
    await page.getByRole('link', {name: /Lucía/}).click();
    await browser.picture(hr, 'console-officer');
    await page.locator('input[name=approver]').check();
    await page.getByTestId('change-roles').click();
    await page.waitForURL(/done=changed/);
  });
}

async function endWaitsForTheSecond(browser, hr, second, input) {
  await browser.step('the end of a service waits until the second person approves', async () => {
    const {page} = hr;
    await page.goto(`${input.issuer}/console/staff?state=offered`);
    await page.locator('tbody th a').last().click();
    const person = new URL(page.url()).pathname;
    await page.getByText('The service ended', {exact: true}).click();
    await page.getByTestId('separated').click();
    await browser.picture(hr, 'console-end');
    await page.getByTestId('sure').check();
    await page.getByTestId('end-service').click();
    await page.waitForURL(/done=proposed/);
    await browser.picture(hr, 'console-person-waiting');
    await page.goto(`${input.issuer}/console/approvals`);
    assert.equal(await page.getByTestId('approve').count(), 0, 'nobody approves their own proposal');
    await second.page.goto(`${input.issuer}/console`);
    await browser.picture(second, 'console-start-second');
    await second.page.goto(`${input.issuer}/console/approvals`);
    await second.page.getByText('Refuse', {exact: true}).first().click();
    await browser.picture(second, 'console-approvals', {gallery: 'desk'});
    await second.page.getByTestId('approve').click();
    await second.page.waitForURL(/done=approved/);
    await browser.picture(second, 'console-approvals-done');
    await page.goto(`${input.issuer}${person}`);
    await page.getByTestId('service-ended').waitFor();
    assert.equal(await page.getByTestId('offer-again').count(), 0);
    await browser.picture(hr, 'console-person-ended');
  });
}

async function addressIsKept(browser, hr, input) {
  await browser.step('HR notes where a person is reached, and looks at an office\'s own text before it is used', async () => {
    const {page} = hr;
    await page.goto(`${input.issuer}/console/staff?state=offered`);
    await page.locator('tbody th a').last().click();
    await page.getByText('Add an address', {exact: true}).click();
    await page.getByTestId('email').fill('a.rather.long.address.of.somebody@field-office.undp.example');
    await page.getByLabel('Language of messages').selectOption('ar');
    await browser.picture(hr, 'console-person-address');
    await page.getByTestId('save-contact').click();
    await page.waitForURL(/done=contact/);
    await page.goto(`${input.issuer}/console/messages/texts/revoked/fr`);
    await page.getByTestId('subject').fill('Votre justificatif est révoqué, {link}');
    await page.getByTestId('preview-text').click();
    await page.getByText('is no placeholder of this message').waitFor();
    await page.getByTestId('subject').fill('Votre justificatif est révoqué, {name}');
    await page.getByTestId('preview-text').click();
    assert.match(await page.getByTestId('preview').innerText(), /Not saved[^]*Camille Fournier/);
    await browser.picture(hr, 'console-message-preview');
    await page.goto(`${input.welcome.mail}/mail`);
    await browser.picture(hr, 'mail-sink');
  });
}

async function offersAndEndings(browser, hr, input) {
  await browser.step('HR sees what ends when, and who has not taken an offer', async () => {
    for(const [name, path, words] of [
      ['console-calendar', 'calendar', /Expiry calendar/],
      ['console-unclaimed', 'offers?state=waiting', /nobody has taken yet/],
      ['console-due', 'offers?state=due', /within a week/],
      ['console-lapsed', 'offers?state=lapsed', /Lapsed offers/],
      ['console-messages', 'messages', /What people are told/],
      ['console-message-text', 'messages/texts/offer-made/ar', /Not saved|Preview/],
      ['console-cards', 'cards', /How your credentials look/],
      ['console-card', 'cards/StaffIdentity', /Preview/],
      ['console-keys', 'keys', /In the DID document now/],
      ['console-chain', 'chain', /Status lists/],
      ['console-staff-ended', 'staff?state=ended', /1 person found/],
      ['console-staff-none', 'staff?q=nobody-of-this-name', /Nobody found/],
    ]) {
      await hr.page.goto(`${input.issuer}/console/${path}`);
      assert.match(await hr.page.locator('main').innerText(), words, name);
      await browser.picture(hr, name);
    }
  });
}

async function trailTells(browser, hr, input) {
  await browser.step('the audit trail is searched and unbroken', async () => {
    const {page} = hr;
    await page.goto(`${input.issuer}/console/activity?area=approval`);
    assert.match(await page.locator('main').innerText(), /approved a proposal/);
    await browser.picture(hr, 'console-activity');
    await page.getByTestId('check-trail').click();
    assert.match(await page.locator('.banner.success').innerText(), /Unbroken/);
  });
}
