// Two people without a network: a phone in airplane mode shows what it keeps, and the desk page, offline as well, verifies it.
import assert from 'node:assert/strict';
import {join} from 'node:path';

/** `person` is signed in and holds a staff identity; afterwards nothing is kept on the phone any more. */
export async function withoutNetwork(browser, person, input) {
  const desk = await browser.person('desk');
  await browser.step('a desk gets its pack, a person keeps a credential on the phone, and both lose the network', async () => {
    await desk.page.goto(`${input.verifier}/desk/`);
    await desk.page.locator('[data-policy="staff-identity"]').click();
    await desk.page.getByTestId('known').waitFor();
    await keeps(browser, person, input);
    for(const {page} of [desk, person]) {
      await page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
      await page.context().setOffline(true);
    }
  });
  await browser.step('the phone answers the desk, and the desk says valid', () => answersDesk(browser, desk, person, input));
  await browser.step('without a code it is called replayable on both sides', () => showsOneWay(browser, desk, person, input));
  await browser.step('the line is back: the act is told once', () => tellsOnce(desk, person, input));
  await browser.step('what is kept is shown in another language', () => speaksOther(browser, person, input));
  await browser.step('at sign-out the phone forgets', () => forgets(person, input));
  await desk.page.context().close();
}

async function keeps(browser, person, input) {
  const {page, hands} = person;
  await page.goto(input.wallet);
  const links = await page.locator('a[href^="/credentials/"]').evaluateAll(all => [...new Set(all.map(one => one.href))]);
  person.kept = {};
  for(const link of links) {
    await page.goto(link);
    const {format, credential} = await page.locator('#credential').evaluate(one => ({...one.dataset}));
    if(person.kept[format]) continue;
    person.kept[format] = credential;
    await hands.press('#keep-here button');
    await page.locator('#keep-here a[href="/offline"]').waitFor();
  }
  await browser.picture(person, 'wallet-kept');
}

/** The codes on the phone's screen, one after the other, as pictures. */
async function codes(browser, {page, hands, size}, name) {
  await page.locator('#step-answer:not([hidden])').waitFor();
  await page.setViewportSize({width: 800, height: 1200});
  if(await page.locator('#turning').isVisible()) await hands.press('#after');
  const count = Number(/\d+\D+(\d+)/.exec(await page.locator('#code-number').innerText())?.[1] ?? 1);
  const pictures = [];
  for(let number = 0; number < count; number += 1) {
    const path = join(browser.input.shots, `${name}-${number}.png`);
    await page.locator('#code').screenshot({path});
    pictures.push(path);
    if(count > 1) await hands.press('#after');
  }
  await page.setViewportSize(size);
  return pictures;
}

/** Opens what is kept in one format. What an installed wallet opens cannot be reached without a network; its worker shows what is kept. */
async function chooseKept({page, hands, kept}, input, {format = 'dc+sd-jwt', from = '/'} = {}) {
  await page.goto(input.wallet.replace(/\/$/, '') + from);
  await page.locator('[data-kept]').first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/offline');
  await hands.press(`[data-kept="${kept[format]}"]`);
  await page.locator('#seen-claims li').first().waitFor();
}

async function answersDesk(browser, desk, person, input) {
  const {page, hands} = person;
  await page.goto(`${input.wallet.replace(/\/$/, '')}/offline`);
  await page.locator('[data-kept]').first().waitFor();
  await browser.picture(person, 'offline-kept');
  await chooseKept(person, input);
  await browser.picture(person, 'offline-seen');
  await hands.press('#present');
  await browser.picture(person, 'offline-code');
  await hands.attach('#code-file', {name: 'code.txt', mimeType: 'text/plain', buffer: Buffer.from('https://example.org/not-a-desk')});
  await page.locator('#code-problem:not([hidden])').waitFor();
  const [nonce, audience] = await Promise.all(['nonce', 'audience'].map(id => desk.page.getByTestId(id).textContent()));
  await hands.write('#code-text', `passerelle-desk:?nonce=${nonce}&audience=${audience}`);
  await hands.press('#code-form button');
  await page.locator('#claims input').first().waitFor();
  assert.equal(await page.locator('#claims input:checked').count(), 0, 'nothing is chosen beforehand');
  assert((await page.locator('#for-whom').innerText()).includes(audience));
  for(const box of await page.locator('#claims input').all()) await hands.tick(box);
  await browser.picture(person, 'offline-claims');
  await hands.press('#agree');
  const pictures = await codes(browser, person, 'offline-answer');
  await browser.picture(person, 'offline-answer');
  await desk.page.locator('#desk-file').setInputFiles(pictures);
  await desk.page.getByTestId('verdict').waitFor();
  assert.equal(await desk.page.getByTestId('verdict').getAttribute('data-outcome'), 'pass', await desk.page.innerText('main'));
  assert.equal(await desk.page.getByTestId('replayable').count(), 0);
  await browser.picture(desk, 'offline-desk-valid');
  await desk.page.getByTestId('next').click();
}

async function showsOneWay(browser, desk, person, input) {
  const {page, hands} = person;
  await chooseKept(person, input);
  await hands.press('#present');
  await hands.press('#without');
  await hands.tick('#claims input');
  await hands.press('#agree');
  const pictures = await codes(browser, person, 'offline-one-way');
  assert(await page.locator('#replayable').isVisible());
  await browser.picture(person, 'offline-replayable');
  await desk.page.locator('#desk-file').setInputFiles(pictures);
  await desk.page.getByTestId('replayable').waitFor();
  assert.notEqual(await desk.page.getByTestId('verdict').getAttribute('data-outcome'), 'pass');
}

const labels = page => page.locator('#seen-claims li > span').allInnerTexts();

/** The worker keeps the page anew in the language that was picked, and what is kept speaks it too. */
async function speaksOther(browser, person, input) {
  const {page, language} = person;
  await chooseKept(person, input, {format: 'ldp_vc', from: '/offline'});
  const before = await labels(page);
  const name = 'passerelle_wallet_language';
  // Not English: the pretended language of a person does not reach what fetches a worker, which Chromium asks for in its own.
  const [value, direction] = language === 'ar' ? ['fr', 'ltr'] : ['ar', 'rtl'];
  await page.context().addCookies([{name, value, url: input.wallet}]);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  for(let tries = 0; tries < 50; tries += 1) {
    await page.goto(`${input.wallet.replace(/\/$/, '')}/offline`);
    if(await page.evaluate(() => document.documentElement.dir) === direction) break;
    await page.waitForTimeout(200);
  }
  await page.locator('[data-kept]').first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dir), direction);
  await browser.picture(person, 'offline-kept-other');
  await chooseKept(person, input, {format: 'ldp_vc', from: '/offline'});
  const after = await labels(page);
  assert(after.length > 3 && after.length === before.length && after.every((one, at) => one !== before[at]), `${before} / ${after}`);
  await browser.picture(person, 'offline-seen-other');
  await page.context().clearCookies({name});
}

const untold = page => page.evaluate(async () => {
  const {notes} = await import('/assets/offline-kept.js');
  return (await notes()).length;
});

async function tellsOnce(desk, person, input) {
  const {page} = person;
  assert.equal(await untold(page), 1);
  for(const one of [desk, person]) await one.page.context().setOffline(false);
  for(let visit = 0; visit < 3; visit += 1) {
    // Chromium now and then loses the first request after the line is back.
    await page.goto(input.wallet).catch(() => page.goto(input.wallet));
    await page.waitForLoadState('networkidle');
  }
  assert.equal(await untold(page), 0);
  await page.goto(`${input.wallet.replace(/\/$/, '')}/activity`);
  assert(!/decentralized_identifier:|givenName/.test(await page.innerText('main')), 'in words, not in codes');
  const {sharings} = await page.evaluate(async () => (await fetch('/v1/sharings')).json());
  const byCode = sharings.filter(one => !one.to.proven);
  assert.equal(byCode.length, 1, 'a code on a screen proves nobody');
  assert(byCode[0].credentials[0].name && !byCode[0].to.name.includes('did:'), JSON.stringify(byCode));
}

async function forgets(person, input) {
  const {page, hands} = person;
  await page.goto(`${input.wallet.replace(/\/$/, '')}/account`);
  await hands.press('form[action="/sign-out"] button');
  await page.locator('#sign-in').waitFor();
  const left = await page.evaluate(async () => {
    const {all, notes} = await import('/assets/offline-kept.js');
    return (await all()).length + (await notes()).length;
  });
  assert.equal(left, 0);
  await hands.press('#sign-in');
  await page.locator('[data-credential]').first().waitFor();
}
