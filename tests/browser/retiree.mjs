// The wallet for somebody who comes once a year with an old phone: a browser of the floor, scripts that do not come, a PIN in the place
// of a passkey, two people with one phone, a session that ended, a key that the browser erased, and text of twice the size.
import assert from 'node:assert/strict';
import {WITHOUT} from './floor.mjs';

export async function retiree(browser, input) {
  for(const part of [onOldPhone, cut, byPin, shares, comesBack, isReminded]) await part(browser, input);
}

const offerOf = input => `${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(input.offer)}`;
const asked = ({wallet, request: {clientId, requestUri}}, name) =>
  `${wallet}/present?${new URLSearchParams({client_id: clientId, request_uri: `${requestUri}?${name}`})}`;

async function accepts(page, input) {
  await page.locator('#tx-code').fill(input.code);
  await page.locator('#accept:not(:disabled)').click();
  await page.locator('.verdict.pass').waitFor();
}

/** Away with this person: later steps look at many pages, and each open browser costs. */
async function leave(browser, person) {
  await person.page.context().close();
  browser.people = browser.people.filter(one => one !== person);
}

/** Every interface that came after the floor is missing; everything works all the same. */
async function onOldPhone(browser, input) {
  const person = await browser.person('old phone', {phone: true, language: 'en'});
  const {page} = person;
  await page.addInitScript(WITHOUT);
  // Nothing is evaluated in these pages: the tool that does it needs what is missing.
  await page.addInitScript(() => addEventListener('DOMContentLoaded', () => {
    document.documentElement.dataset.floor = typeof window.globalThis;
  }));
  await browser.step('on a phone of the floor a wallet is made, an offer accepted, a request answered', async () => {
    await page.goto(offerOf(input));
    await page.locator('html[data-floor=undefined]').waitFor();
    await page.locator('#create-wallet:not(:disabled)').click();
    await page.locator('#tx-code').waitFor();
    await accepts(page, input);
    await page.goto(asked(input, 'floor'));
    await page.locator('#agree:not(:disabled)').click();
    await page.locator('#presentation[data-state=sent]').waitFor();
  });
  await browser.step('there the yearly proof can be begun and taken along, and a card printed', async () => {
    await page.goto(`${input.wallet}/existence?${new URLSearchParams({request_uri: input.existence})}`);
    await page.locator('#begin:not(:disabled)').waitFor();
    await page.locator('#ahead:not([hidden])').waitFor();
    await page.goto(`${input.wallet}/`);
    const links = await Promise.all((await page.locator('a.credential').all()).map(one => one.getAttribute('href')));
    let kept = '';
    for(const link of links) {
      await page.goto(input.wallet + link);
      if(await page.locator('#credential[data-format="dc+sd-jwt"]').count() > 0) kept = input.wallet + link;
    }
    await page.goto(kept);
    await page.locator('#keep-here button').click();
    await page.locator('#keep-here a[href="/offline"]').waitFor();
    await page.goto(`${kept}/card`);
    await page.locator('#card-form button:not(:disabled)').click();
    await page.locator('#printed-codes svg').first().waitFor();
  });
  await browser.step('there what is kept is shown without a network, as codes', async () => {
    await page.goto(`${input.wallet}/offline`);
    await page.locator('[data-kept]').first().click();
    await page.locator('#present').click();
    await page.locator('#code-text').fill('passerelle-desk:?nonce=0123456789abcdefghij&audience=desk');
    await page.locator('#code-form button').click();
    await page.locator('#claims input').first().check();
    await page.locator('#agree').click();
    await page.locator('#code svg').waitFor();
    await page.goto(`${input.wallet}/account`);
    await page.locator('form[action="/sign-out"] button').first().click();
    await page.locator('#sign-in:not(:disabled)').waitFor();
  });
  await leave(browser, person);
}

/** Scripts that do not come, or that no browser of this age reads: words, and no grey buttons without any. */
async function cut(browser, input) {
  const person = await browser.person('cut line', {phone: true, language: 'ar'});
  const {page} = person;
  await browser.step('a page of which a script is missing says so, and one that came whole does not', async () => {
    await page.goto(`${input.wallet}/`);
    await page.locator('html.whole').waitFor();
    assert(await page.locator('#not-whole').isHidden());
    await page.route('**/assets/wallet-key.js', route => route.abort());
    await page.goto(`${input.wallet}/`);
    await page.locator('#not-whole:not([hidden])').waitFor();
    await browser.picture(person, 'retiree-cut');
    await page.unroute('**/assets/wallet-key.js');
    await page.locator('#not-whole a').click();
    await page.locator('#create-wallet:not(:disabled)').waitFor();
  });
  await browser.step('a script that this browser cannot read is told of too', async () => {
    await page.route('**/assets/wallet-then.js', route => route.fulfill({contentType: 'text/javascript', body: 'export const a = = 1;'}));
    await page.goto(`${input.wallet}/`);
    await page.locator('#not-whole:not([hidden])').waitFor();
    await page.unroute('**/assets/wallet-then.js');
  });
  await browser.step('where no script comes at all, the style sheet says it after a while', async () => {
    await page.route('**/*.js', route => route.abort());
    await page.goto(`${input.wallet}/`);
    assert(await page.locator('.never-came').isHidden());
    // Half a minute goes by.
    await page.evaluate(() => { for(const one of document.getAnimations()) one.finish(); });
    await page.locator('.never-came').waitFor({state: 'visible'});
    await page.unroute('**/*.js');
  });
  browser.problems = browser.problems.filter(problem => !problem.startsWith('cut line'));
  await leave(browser, person);
  const old = await browser.person('old browser', {phone: true, language: 'en'});
  await browser.step('a browser without modules is told that it is too old', async () => {
    await old.page.addInitScript(() => { delete HTMLScriptElement.prototype.noModule; });
    await old.page.goto(`${input.wallet}/`);
    await old.page.locator('#too-old:not([hidden])').waitFor();
  });
  await leave(browser, old);
  const none = await browser.person('no passkeys', {phone: true, language: 'en'});
  await browser.step('without passkeys the PIN is named, and without storage that it cannot work', async () => {
    await none.page.addInitScript(() => { delete window.PublicKeyCredential; });
    await none.page.goto(offerOf(input));
    await none.page.locator('#no-passkeys:not([hidden]) a[href="/pin"]').waitFor();
    assert.equal(await none.page.locator('#create-wallet:visible, #sign-in:visible').count(), 0, 'no dead button');
    await none.page.addInitScript(() => {
      IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };
    });
    await none.page.goto(`${input.wallet}/pin`);
    await none.page.locator('#no-storage:not([hidden])').waitFor();
  });
  await leave(browser, none);
}

async function choosesPin(page, pin) {
  for(const id of ['#new-pin', '#same-pin']) await page.locator(id).fill(pin);
}

/** A PIN keeps what the person came for, is offered first, and says how long to wait. */
async function byPin(browser, input) {
  const person = await browser.person('by PIN', {phone: true, language: 'en'});
  const {page} = person;
  await browser.step('a passkey that fails names the PIN, and a wallet made with one keeps the offer it was made for', async () => {
    await person.devtools.send('WebAuthn.setUserVerified', {authenticatorId: person.authenticator, isUserVerified: false});
    await page.goto(offerOf(input));
    await page.locator('#create-wallet:not(:disabled)').click();
    await page.locator('#pin-instead:not([hidden]) a').waitFor();
    await browser.picture(person, 'retiree-failed');
    await page.locator('#pin-instead a').click();
    await choosesPin(page, '271828');
    await page.locator('#pin-create button').click();
    await page.locator('#tx-code').waitFor();
    await accepts(page, input);
  });
  await browser.step('signed out under an open page: what was typed is there again after the sign-in', async () => {
    await page.goto(offerOf({...input, offer: `${input.offer}?again`}));
    await page.locator('#tx-code').fill('0000');
    await page.evaluate(() => fetch('/v1/sessions/current', {method: 'DELETE'}));
    await page.locator('#accept:not(:disabled)').click();
    await page.locator('#offer-message button').waitFor();
    await browser.picture(person, 'retiree-ended');
    await page.locator('#offer-message button').click();
    await page.locator('#pin-first').waitFor();
    assert.equal(await page.locator('#create-wallet').isVisible(), false, 'a new wallet is behind a question');
    await browser.picture(person, 'retiree-again');
    await page.locator('#pin-first').click();
    await page.locator('#pin').fill('271828');
    await page.locator('#pin-sign-in button').click();
    await page.locator('#tx-code').waitFor();
    await page.waitForFunction(() => document.getElementById('tx-code').value === '0000');
  });
  await browser.step('the yearly proof shows what can be done without a passkey', async () => {
    await page.goto(`${input.wallet}/existence?${new URLSearchParams({request_uri: `${input.existence}?pin`})}`);
    await page.locator('#pin-alone, #failed:not([hidden])').first().waitFor();
    await browser.picture(person, 'retiree-proof');
  });
  await browser.step('a wrong PIN says what is left, and then until when to wait', async () => {
    await page.goto(`${input.wallet}/account`);
    await page.locator('form[action="/sign-out"] button').first().click();
    await page.locator('#pin-first').click();
    const wrong = async () => {
      await page.locator('#pin').fill('314159');
      await page.locator('#pin-sign-in button').click();
      await page.locator('#pin-message[role=alert]:not([hidden])').waitFor();
      return page.innerText('#pin-message');
    };
    assert.match(await wrong(), /7 tries left/);
    assert.match(await wrong(), /6 tries left.*wait/);
    await wrong();
    assert.match(await wrong(), /again after .*20\d\d/);
  });
  await leave(browser, person);
}

/** Two people with one phone: each has a wallet, and is asked whose. */
async function shares(browser, input) {
  const person = await browser.person('a couple', {phone: true, language: 'en'});
  const {page} = person;
  const account = () => page.evaluate(async () => (await fetch('/v1/account')).json());
  const signsOut = async () => {
    await page.goto(`${input.wallet}/account`);
    await page.locator('form[action="/sign-out"] button').first().click();
    await page.locator('#pin-first').click();
  };
  await browser.step('a second person makes a wallet on the same phone, and each opens their own', async () => {
    await page.goto(`${input.wallet}/pin`);
    await choosesPin(page, '271828');
    await page.locator('#pin-create button').click();
    await page.locator('#paste-form').waitFor({state: 'attached'});
    const first = await account();
    await signsOut();
    await page.locator('#another-person summary').click();
    await page.locator('#another-person-go').click();
    await page.locator('#wallet-label').fill('Omar');
    await choosesPin(page, '314159');
    await page.locator('#pin-create button').click();
    await page.locator('#paste-form').waitFor({state: 'attached'});
    const second = await account();
    assert.notEqual(first.id, second.id);
    await signsOut();
    await page.locator('#pin-whose:not([hidden])').waitFor();
    await browser.picture(person, 'retiree-whose');
    await page.locator('#pin-whose label', {hasText: 'Omar'}).click();
    await page.locator('#pin').fill('314159');
    await page.locator('#pin-sign-in button').click();
    await page.locator('#paste-form').waitFor({state: 'attached'});
    assert.equal((await account()).id, second.id);
  });
  await leave(browser, person);
}

/** The code on paper, on a phone that makes no passkey. */
async function comesBack(browser, input) {
  const [owner, person] = [await browser.person('with a code', {phone: true, language: 'ar'}), await browser.person('coming back', {phone: true, language: 'ar'})];
  await browser.step('the code on paper opens the wallet with a PIN where there is no passkey', async () => {
    const {page} = owner;
    await page.goto(`${input.wallet}/`);
    await page.locator('#create-wallet:not(:disabled)').click();
    await page.locator('#paste-form').waitFor({state: 'attached'});
    await page.goto(`${input.wallet}/ways-in`);
    await page.locator('#make-code').click();
    await page.locator('#code-shown:not([hidden])').waitFor();
    const code = await page.locator('#code-text').textContent();
    const other = person.page;
    await other.addInitScript(() => { delete window.PublicKeyCredential; });
    await other.goto(`${input.wallet}/recover`);
    await other.locator('#way-pin:not([hidden])').waitFor();
    await browser.picture(person, 'retiree-recover');
    await other.locator('#code').fill(code);
    await choosesPin(other, '271828');
    await other.locator('#recover button[type=submit]').click();
    await other.waitForURL(/\/recovered$/);
    await other.goto(`${input.wallet}/account`);
    await other.locator('form[action="/sign-out"] button').first().click();
    await other.locator('#pin-first').click();
    await other.locator('#pin').fill('271828');
    await other.locator('#pin-sign-in button').click();
    await other.locator('#paste-form').waitFor({state: 'attached'});
  });
  await isHelped(browser, owner, person, input);
  for(const one of [owner, person]) await leave(browser, one);
}

/** Neither passkey nor code: officers are asked with a PIN, and the person in whose wallet it would open stops it. */
async function isHelped(browser, asker, person, input) {
  await browser.step('officers are asked by whoever chooses a PIN, and the person stops it', async () => {
    const {page} = asker;
    const {number} = await person.page.evaluate(async () => (await fetch('/v1/account')).json());
    await page.addInitScript(() => { delete window.PublicKeyCredential; });
    await page.goto(`${input.wallet}/recover/help`);
    await page.locator('#way-pin:not([hidden])').waitFor();
    await page.locator('#wallet-number').fill(number);
    await choosesPin(page, '602214');
    await page.locator('#ask-help button[type=submit]').click();
    await page.locator('#help-code').waitFor();
    await person.page.goto(`${input.wallet}/`);
    await person.page.locator('#stop-asked').click();
    await person.page.locator('#stop-asked').waitFor({state: 'detached'});
    await page.reload();
    await page.locator('h1').waitFor();
    assert.equal(await page.locator('#help-code').count(), 0, 'the code leads nowhere any more');
  });
}

/** On the first page: what to do before the phone is lost, and when the browser erased its key. */
async function isReminded(browser, input) {
  const person = await browser.person('reminded', {phone: true, language: 'ar'});
  const {page} = person;
  page.on('dialog', dialog => dialog.accept());
  await browser.step('the first page says once what helps when the phone is lost', async () => {
    await page.goto(offerOf(input));
    await page.locator('#create-wallet:not(:disabled)').click();
    await page.locator('#tx-code').waitFor();
    await accepts(page, input);
    await page.goto(`${input.wallet}/`);
    await page.locator('#lost-phone:not([hidden])').waitFor();
    await browser.picture(person, 'retiree-home');
    await page.locator('#lost-phone-later').click();
    await page.reload();
    await page.locator('html.whole').waitFor();
    assert(await page.locator('#lost-phone').isHidden());
  });
  await browser.step('after an ordinary visit the first page opens in airplane mode, with words', async () => {
    await page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
    await page.context().setOffline(true);
    await page.goto(`${input.wallet}/`);
    await page.locator('#nothing-kept:not([hidden])').waitFor();
    assert.match(new URL(page.url()).pathname, /^\/offline$/);
    await page.context().setOffline(false);
    await page.goto(`${input.wallet}/`);
  });
  await browser.step('an officer’s link in a browser that knows a wallet: the sign-in comes first', async () => {
    await page.evaluate(() => fetch('/v1/sessions/current', {method: 'DELETE'}));
    await page.goto(`${input.wallet}/officers/join#x`);
    await page.locator('#sign-in:not(.secondary):not(:disabled)').click();
    await page.locator('#join').waitFor();
    await page.goto(`${input.wallet}/`);
  });
  await browser.step('a key that the browser erased is named, and one tap makes another and calls the old one lost', async () => {
    // A name that the person gave hides nothing.
    await page.evaluate(async () => {
      const {deviceKeys: [{thumbprint}]} = await (await fetch('/v1/account')).json();
      await fetch(`/v1/device-keys/${thumbprint}`, {
        method: 'PATCH', headers: {'content-type': 'application/json'}, body: JSON.stringify({name: 'The phone in the kitchen'}),
      });
    });
    await page.evaluate(() => new Promise(done => {
      const gone = indexedDB.deleteDatabase('passerelle-wallet');
      gone.onsuccess = gone.onblocked = done;
    }));
    await page.reload();
    await page.locator('#key-erased:not([hidden])').waitFor();
    assert(await page.locator('#key-elsewhere').isHidden());
    await browser.picture(person, 'retiree-erased');
    await page.locator('#get-anew').click();
    await page.waitForFunction(async () => {
      const {deviceKeys} = await (await fetch('/v1/account')).json();
      return deviceKeys.length === 2 && deviceKeys.filter(({lost}) => lost).length === 1;
    });
  });
  await leave(browser, person);
}
