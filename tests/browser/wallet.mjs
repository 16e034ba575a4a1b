// Every page of the wallet in six languages: what axe-core finds, narrow screens, large text, targets, and what pages weigh; and
// what people and officers do there, usually by keyboard alone. Input: a JSON file with addresses (see services/wallet/tests/http/browser.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {account} from './account.mjs';
import {Browser} from './browser.mjs';
import {check, checkItself} from './floor.mjs';
import {PAGE, missing, written} from './gallery.mjs';
import {glance} from './glance.mjs';
import {kinds} from './kinds.mjs';
import {inBoth, look, speak} from './looks.mjs';
import {help, visit, vouch} from './officers.mjs';
import {retiree} from './retiree.mjs';
import {ONE_WAY} from './ways.mjs';
import {weigh, weighMain} from './weigh.mjs';
import {says} from './words.mjs';

const LANGUAGES = ['en', 'ar', 'zh', 'fr', 'ru', 'es'];

/** No script uses what the stated floor does not know. */
async function floor(browser) {
  await browser.step('every script is written for the floor', async () => {
    checkItself();
    check();
  });
}

/** Receives, makes a card, is asked three times. Returns the pages there are then, and the states that were reached. */
async function holds(browser, person, input) {
  const {page, hands} = person;
  const paths = ['/', '/activity', '/account', '/shared', '/looked', '/ways-in'];
  const states = [['an invitation without a fund', '/enrol', 'main .banner[role=status]']];
  await browser.step('a wallet is made and an offer accepted', async () => {
    await page.goto(`${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(input.offer)}`);
    await page.locator('#create-wallet:not(:disabled)').waitFor();
    await hands.press('#create-wallet');
    await hands.write('#tx-code', input.code);
    await hands.press('#accept');
    await page.locator('.verdict.pass').waitFor();
    paths.push(new URL(page.url()).pathname);
    await hands.press('main .actions a.button');
    await page.locator('#paste-form').waitFor({state: 'attached'});
    await hands.press('a.credential');
    await page.locator('#credential').waitFor();
    paths.push(new URL(page.url()).pathname);
  });
  await browser.step('a card is made', async () => {
    const path = `${paths[paths.length - 1]}/card`;
    paths.push(path);
    const print = async () => {
      await page.goto(input.wallet + path);
      await page.locator('#card-form button:not(:disabled)').waitFor();
      await hands.press('#card-form button');
      await page.locator('#printed-codes svg').first().waitFor();
    };
    await print();
    await browser.accessible(page, 'a printed card');
    await inBoth(person, input, 'printed-card', print);
    await page.emulateMedia({media: 'print'});
    const seen = await page.evaluate(() => ['.site-header', '#card-form', '.help', '#printed']
      .map(part => document.querySelector(part).getClientRects().length > 0));
    assert.deepEqual(seen, [false, false, false, true], 'paper has the card alone');
    await page.screenshot({path: join(input.shots, 'printed-card-paper.png'), fullPage: true});
    await page.emulateMedia({media: null});
  });
  await browser.step('a request is answered and stands among what was shared', async () => {
    const {clientId, requestUri} = input.request;
    const query = new URLSearchParams({client_id: clientId, request_uri: `${requestUri}?answered`});
    await page.goto(`${input.wallet}/present?${query}`);
    await page.locator('#agree:not(:disabled)').waitFor();
    await hands.press('#agree');
    await page.locator('.verdict.pass').waitFor();
    states.push(['an answer that was sent', new URL(page.url()).pathname, '.verdict.pass']);
    await page.goto(`${input.wallet}/shared`);
    await page.locator('.card.shared').waitFor();
  });
  await browser.step('a request is refused', async () => {
    const {clientId, requestUri} = input.request;
    await page.goto(`${input.wallet}/present?${new URLSearchParams({client_id: clientId, request_uri: `${requestUri}?refused`})}`);
    await hands.press('#refuse');
    await page.locator('#presentation[data-state=refused]').waitFor();
    states.push(['a request that was refused', new URL(page.url()).pathname, '#presentation[data-state=refused]']);
  });
  await browser.step('a request is opened and left, and waits on the first page', async () => {
    const {clientId, requestUri} = input.request;
    await page.goto(`${input.wallet}/present?${new URLSearchParams({client_id: clientId, request_uri: requestUri})}`);
    await page.locator('#presentation').waitFor();
    const path = new URL(page.url()).pathname;
    paths.push(path);
    await page.goto(`${input.wallet}/`);
    await hands.press(`a[href="${path}"]`);
    await page.locator('#refuse:not(:disabled)').waitFor();
  });
  await browser.step('the yearly proof is opened', async () => {
    await page.goto(`${input.wallet}/existence?${new URLSearchParams({request_uri: input.existence})}`);
    await page.locator('#existence').waitFor();
    paths.push(new URL(page.url()).pathname);
  });
  return {paths, states};
}

/** A wallet with a PIN: two taps make one, and a proof by PIN goes on where it was asked for. */
async function byPin(browser, input) {
  const person = await browser.holder('pin', 'phone ar keyboard');
  const {page, hands} = person;
  const made = [];
  page.on('request', request => {
    if(request.method() === 'POST' && request.url().endsWith('/v1/pin/registration')) {
      made.push(request);
    }
  });
  await browser.step('two taps make one wallet with a PIN', async () => {
    await page.goto(`${input.wallet}/pin`);
    for(const id of ['#new-pin', '#same-pin']) await hands.write(id, '271828');
    await page.evaluate(() => {
      const form = document.querySelector('#pin-create');
      form.requestSubmit();
      form.dispatchEvent(new Event('submit', {cancelable: true}));
    });
    await page.locator('#paste-form').waitFor({state: 'attached'});
    assert.equal(made.length, 1);
  });
  await browser.step('the answer is lost, and the same wallet is opened', async () => {
    const before = await page.evaluate(async () => (await fetch('/v1/account')).json());
    const {page: second, hands: other} = await browser.holder('pin without a line', 'desktop en pointer');
    // The request arrives, its answer does not.
    await second.addInitScript(() => {
      const real = window.fetch;
      window.fetch = async (url, how) => {
        const answer = await real(url, how);
        if(url === '/v1/pin/registration' && !sessionStorage.getItem('lost')) {
          sessionStorage.setItem('lost', 'once');
          throw new TypeError('the line broke');
        }
        return answer;
      };
    });
    await second.goto(`${input.wallet}/pin`);
    const makes = async () => {
      for(const id of ['#new-pin', '#same-pin']) await other.write(id, '314159');
      await other.press('#pin-create button');
    };
    await makes();
    await second.locator('#pin-message[role=alert]').waitFor();
    await second.reload();
    await makes();
    await second.locator('#paste-form').waitFor({state: 'attached'});
    const account = await second.evaluate(async () => (await fetch('/v1/account')).json());
    assert.equal(account.pins.length, 1);
    assert.notEqual(account.id, before.id);
  });
  await browser.step('the PIN is changed on the page of the ways in', async () => {
    await page.goto(`${input.wallet}/ways-in`);
    for(const field of ['pin', 'again']) await hands.write(`form[data-pin] input[name="${field}"]`, '602214');
    await hands.press('form[data-pin] button');
    await page.locator('#ways-message.success').waitFor();
    await page.goto(`${input.wallet}/account`);
    await hands.press('form[action="/sign-out"] button');
    await page.locator('#pin-first').waitFor();
    await glance(browser, person, `${input.wallet}/pin`, {name: 'signing in with a PIN', ready: '#pin-sign-in:not([hidden])'});
    await page.goto(`${input.wallet}/`);
    await hands.press('#pin-first');
    await hands.write('#pin', '602214');
    await hands.press('#pin-sign-in button');
    await page.locator('#paste-form').waitFor({state: 'attached'});
  });
}

/** What ends soon is renewed by itself while the wallet is open. */
async function quietly(browser, input) {
  const person = await browser.holder('renewing', 'desktop ar pointer');
  const {page, hands} = person;
  await browser.step('what ends soon is renewed without a tap', async () => {
    const {wallet, offer} = input.ending;
    await page.goto(`${wallet}/offer?credential_offer_uri=${encodeURIComponent(offer)}`);
    await hands.press('#create-wallet');
    await hands.write('#tx-code', input.code);
    await hands.press('#accept');
    await page.locator('.verdict.pass').waitFor();
    await page.goto(`${wallet}/`);
    await page.locator('[data-reminder] [role=status]').filter({hasText: says(person, 'reminder-done')}).waitFor();
    await browser.accessible(page, 'a renewal');
    await page.goto(`${wallet}/activity`);
    assert.match(await page.innerText('main'), says(person, 'activity-renewed'));
  });
}

async function everyLanguage(browser, input) {
  const person = await browser.holder('retiree', 'phone en keyboard');
  const {paths, states} = await holds(browser, person, input);
  await weighMain(browser, person, input, paths);
  await browser.step('what became of requests, and pages of their own, in every language', async () => {
    for(const [name, path, ready] of ONE_WAY ? [] : states) await glance(browser, person, input.wallet + path, {name, ready});
    // In a browser of its own: this page brings a worker along, by which every later page of the same browser would come.
    const alone = await browser.person('without a network', {phone: true, language: 'en'});
    if(!ONE_WAY) await glance(browser, alone, `${input.wallet}/offline`, {name: 'the page without a network', ready: '#step-kept'});
    await alone.page.context().close();
    browser.people = browser.people.filter(one => one !== alone);
  });
  const newcomer = await browser.person('newcomer', {phone: true, language: 'en'});
  await newcomer.page.goto(`${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(input.offer)}`);
  await newcomer.page.locator('#create-wallet:not(:disabled)').click();
  await newcomer.page.locator('#tx-code').waitFor();
  const offer = new URL(newcomer.page.url()).pathname;
  const stranger = await browser.person('stranger', {phone: true, language: 'en'});
  const {officer, helped, request} = await help(browser, person, input);
  const {clerk, proof, mandate} = await visit(browser, officer, input);
  for(const language of ONE_WAY ? [] : LANGUAGES) {
    await browser.step(`every page in ${language}`, async () => {
      await speak(person, input, language);
      for(const path of paths) {
        await look(browser, person, input, path, language);
      }
      await look(browser, person, input, '/support?code=1234-5678', language);
      await look(browser, person, input, '/offer?credential_offer_uri=x', language);
      await look(browser, person, input, '/no-such-page', language);
      await speak(newcomer, input, language);
      await look(browser, newcomer, input, offer, language);
      await stranger.page.goto(`${input.wallet}/?first`);
      await stranger.page.locator(`.languages-first button[value=${language}]`).click();
      await look(browser, stranger, input, '/?first', language);
      await look(browser, stranger, input, '/recover/help?ask', language);
      await look(browser, stranger, input, '/recover', language);
      await look(browser, stranger, input, '/pin', language);
      await look(browser, stranger, input, '/officers?closed', language);
      await look(browser, stranger, input, '/officers/join', language);
      await speak(helped, input, language);
      await look(browser, helped, input, '/recover/help', language);
      await speak(officer, input, language);
      await look(browser, officer, input, '/officers', language);
      await look(browser, officer, input, request, language);
      await look(browser, officer, input, '/officers/desk', language);
      await speak(clerk, input, language);
      await look(browser, clerk, input, '/account?visit', language);
      await look(browser, clerk, input, '/ways-in?visit', language);
      await look(browser, clerk, input, `${proof}?visit`, language);
      await look(browser, clerk, input, '/?visit', language);
      await look(browser, officer, input, '/officers/mandates', language);
      await look(browser, officer, input, mandate, language);
      await look(browser, officer, input, '/officers/stations', language);
    });
  }
  await clerk.page.setViewportSize(clerk.size);
  await vouch(browser, clerk, input, {proof, speaks: process.env.SPEAKS || 'ar'});
}

/** The gallery's page is what its list says, and every picture on it is there. */
async function gallery(browser, input) {
  await browser.step('the gallery shows what its list says', async () => {
    assert(input.gallery || (readFileSync(PAGE, 'utf8') === written() && missing().length === 0),
      `run tests/run --gallery --only browser; amiss: ${missing().join(' ')}`);
  });
}

// With `PARTS`, these alone: a part is looked at again in a minute, the whole takes many.
const all = {floor, gallery, weigh, retiree, account, byPin, kinds, quietly, everyLanguage};

const named = process.env.PARTS ? process.env.PARTS.split(',') : Object.keys(all);

await Browser.conduct('wallet', JSON.parse(readFileSync(process.argv[2], 'utf8')), ...named.map(name => all[name]));
