// An account, usually of somebody who reads Arabic on a wide screen and uses no mouse: a link is pasted and declined, the phone is
// lost, the code on paper opens the wallet elsewhere, the lost device is named, everything is taken along, and the wallet deleted.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {LANGUAGES, hang} from './gallery.mjs';
import {glance} from './glance.mjs';
import {PHONE} from './ways.mjs';

const WAY = 'desktop ar keyboard';

/** In the world of what ends soon, whose Fund nobody else answers. */
export async function account(browser, {ending, ...others}) {
  const input = {...others, ...ending};
  const owner = await browser.holder('owner', WAY);
  const later = await browser.holder('owner later', WAY);
  await receives(browser, owner, input);
  await declines(browser, owner, input);
  await installs(browser, owner, input);
  const code = await browser.step('a recovery code is made, and the passkey gets a name', () => prepares(browser, owner, input));
  await recovers(browser, {owner, later}, code, input);
  await leaves(browser, later, input);
  for(const {page} of [owner, later]) await page.context().close();
  browser.people = browser.people.filter(person => person !== owner && person !== later);
}

async function receives(browser, owner, input) {
  const {page, hands, language} = owner;
  await browser.step('a wallet is made, an offer accepted, a request answered', async () => {
    await page.goto(`${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(input.offer)}`);
    await page.locator('#create-wallet:not(:disabled)').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dir), language === 'ar' ? 'rtl' : 'ltr');
    await hands.press('#create-wallet');
    await page.locator('#accept:not(:disabled)').waitFor();
    await hands.write('#tx-code', input.code);
    await page.keyboard.press('Enter');
    await page.locator('.verdict.pass').waitFor();
    const {clientId, requestUri} = input.request;
    await page.goto(`${input.wallet}/present?${new URLSearchParams({client_id: clientId, request_uri: `${requestUri}?account`})}`);
    await page.locator('#agree:not(:disabled)').waitFor();
    // They can do without the birth date; it is shown as well, because the person wants it.
    assert.equal(await page.locator('li[data-in-sets]').isVisible(), false, 'not shown before it is chosen');
    await hands.tick('[data-claims] input');
    assert.equal(await page.locator('li[data-in-sets]').isVisible(), true);
    await hands.press('#agree');
    await page.locator('#presentation[data-state=sent]').waitFor();
    const {sharings} = await page.evaluate(async () => (await fetch('/v1/sharings')).json());
    assert(sharings[0].credentials[0].claims.includes('Date of birth'), JSON.stringify(sharings[0]));
  });
  await browser.step('the camera of the yearly proof is on the first screen; it goes on without', async () => {
    await page.goto(`${input.wallet}/existence?${new URLSearchParams({request_uri: input.existence})}`);
    await page.locator('#begin').waitFor();
    const proof = page.url();
    await page.setViewportSize(PHONE);
    const {y, height} = await page.locator('#with-pictures').boundingBox();
    // The notice of a demonstration stands above every page of this world, and of no other.
    const notice = await page.locator('.notice').evaluateAll(found => found.reduce((all, one) => all + one.offsetHeight, 0));
    assert(y + height - notice <= PHONE.height, `the button ends ${y + height - notice} pixels down`);
    await page.setViewportSize(owner.size);
    await glance(browser, owner, proof, {name: 'a proof with pictures', ready: '#with-pictures:not(:disabled)'});
    await page.goto(proof);
    await hands.press('#begin');
    await page.locator('#existence[data-state=answered]').waitFor();
    await glance(browser, owner, proof, {name: 'a proof that was sent', ready: '#existence[data-state=answered]'});
  });
}

/** Chromium offers to install no page of a test, so its offer is made here. */
async function installs(browser, person, input) {
  const {page, hands} = person;
  const pages = ['account', ''].map(path => `${input.wallet}/${path}`);
  await browser.step('the guide to the home screen has a button where the browser can, and goes where it is answered', async () => {
    await page.goto(pages[0]);
    await page.locator('#install:not([hidden])').waitFor();
    assert.deepEqual(await page.locator('[data-steps]:not([hidden])').evaluateAll(all => all.map(one => one.dataset.steps)), ['computer']);
    assert.equal(await page.locator('#install-now').isVisible(), false);
    await page.evaluate(() => {
      const offered = new Event('beforeinstallprompt', {cancelable: true});
      offered.prompt = async () => { document.title = 'asked'; };
      window.dispatchEvent(offered);
    });
    await hands.press('#install summary');
    await browser.picture(person, 'install');
    await hands.press('#install-now');
    await page.waitForFunction(() => document.title === 'asked');
    await page.goto(pages[1]);
    await hands.press('#lost-phone-later');
    await page.goto(pages[1]);
    await hands.press('#install-later');
    for(const url of [pages[1], pages[0]]) {
      await page.goto(url);
      await page.locator('#install').waitFor({state: 'attached'});
      await browser.settled(person);
      assert.equal(await page.locator('#install').isVisible(), url === pages[0], url);
    }
  });
  await browser.step('where the wallet runs installed nothing is said of it', async () => {
    const app = await page.context().newPage();
    await app.addInitScript(() => {
      const real = window.matchMedia.bind(window);
      window.matchMedia = query => (query.includes('standalone') ? {matches: true} : real(query));
    });
    await app.goto(pages[0], {waitUntil: 'networkidle'});
    assert.equal(await app.locator('#install').isVisible(), false);
    await app.close();
  });
}

async function declines(browser, {page, hands}, input) {
  await browser.step('a pasted link is opened, and its offer declined', async () => {
    await page.goto(`${input.wallet}/`);
    await page.locator('#paste-form').waitFor({state: 'attached'});
    await hands.press('details.gap-above summary');
    await hands.write('#link', 'not a link');
    await page.keyboard.press('Enter');
    await page.locator('#paste-error:not([hidden])').waitFor();
    await hands.write('#link', `${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(`${input.offer}?declined`)}`);
    await page.keyboard.press('Enter');
    await page.locator('#decline:not(:disabled), #failed:not([hidden])').first().waitFor();
    await hands.press('#decline');
    await page.waitForURL(`${input.wallet}/`);
  });
}

async function prepares(browser, {page, hands}, input) {
  await page.goto(`${input.wallet}/ways-in`);
  await hands.press('#make-code');
  await page.locator('#code-shown:not([hidden])').waitFor();
  const code = await page.locator('#code-text').textContent();
  await browser.accessible(page, 'a recovery code');
  if(input.gallery) {
    await hangCode(page, input, code);
  }
  await hands.write('form[data-name^="/v1/passkeys/"] input', 'مفتاح البيت');
  await page.keyboard.press('Enter');
  await page.locator('input[name=name][value="مفتاح البيت"]').waitFor();
  return code;
}

/** The page in both directions. The code is shown once, so it is put there by hand. */
async function hangCode(page, input, code) {
  for(const value of LANGUAGES) {
    await page.context().addCookies([{name: 'passerelle_wallet_language', value, url: input.wallet}]);
    await page.reload();
    await page.evaluate(text => {
      document.getElementById('code-text').textContent = text;
      document.getElementById('code-shown').hidden = false;
      for(const id of ['code-before', 'code-actions']) document.getElementById(id).hidden = true;
    }, code);
    await hang(page, input.gallery, value, 'recovery-code');
  }
  await page.context().clearCookies({name: 'passerelle_wallet_language'});
  await page.reload();
}

async function recovers(browser, {owner, later}, code, input) {
  const {page, hands} = later;
  await browser.step('the code opens the wallet elsewhere, and nowhere else any more', async () => {
    await page.goto(`${input.wallet}/recover`);
    await page.locator('#recover button:not(:disabled)').waitFor();
    await hands.write('#code', '0000-0000-0000-0000-0000');
    await page.keyboard.press('Enter');
    await page.locator('#recover-message[role=alert]').waitFor();
    await hands.write('#code', code.toLowerCase());
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/recovered$/);
    await owner.page.goto(`${input.wallet}/account`);
    await owner.page.locator('#sign-in:not(:disabled)').waitFor();
    assert.equal(await owner.page.locator('#create-wallet').isVisible(), false, 'a new wallet is behind a question');
    await owner.page.context().clearCookies({name: 'passerelle_wallet_known'});
    await owner.page.reload();
    await owner.page.locator('#sign-in:not(:disabled)').waitFor();
    assert.equal(await owner.page.locator('#create-wallet').isVisible(), false, 'the same where only the browser knows');
  });
  await browser.step('the lost device is named, and the passkey of then removed', async () => {
    page.on('dialog', dialog => dialog.accept());
    await glance(browser, later, `${input.wallet}/recovered`, {name: 'back in', ready: '[data-old] button:not(:disabled)', picture: 'recovered'});
    await page.goto(`${input.wallet}/recovered`);
    await hands.press('[data-old] button');
    await page.locator('#next-lost-done:not([hidden])').waitFor();
    await browser.accessible(page, 'the old phone is lost');
    await page.goto(`${input.wallet}/account`);
    await page.locator('[data-key] .badge.error').waitFor();
    const passkeys = page.locator('[data-delete^="/v1/passkeys/"]');
    assert.equal(await passkeys.count(), 2);
    await hands.press('[data-delete^="/v1/passkeys/"]');
    await passkeys.first().waitFor({state: 'detached'});
  });
}

async function leaves(browser, leaver, input) {
  const {page, hands} = leaver;
  await browser.step('everything is taken along, and the wallet deleted', async () => {
    await page.locator('#export').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), hands.press('#export')]);
    assert.match(readFileSync(await download.path(), 'utf8'), /Diallo/);
    await hands.press('#delete-open');
    await page.locator('#delete-dialog[open]').waitFor();
    await hands.press('#delete-account');
    await page.waitForURL(/\?deleted$/);
    await page.locator('.banner.success').waitFor();
    await glance(browser, leaver, `${input.wallet}/?deleted`, {name: 'a deleted wallet', ready: '.banner.success'});
    for(const language of input.gallery ? LANGUAGES : []) {
      await page.locator(`.languages-first button[value=${language}]`).click();
      await page.goto(`${input.wallet}/?deleted`);
      await hang(page, input.gallery, language, 'deleted');
    }
  });
}
