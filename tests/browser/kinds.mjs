// An issuer that takes Ed25519 alone: a browser that has it makes a key that nobody reads and uses it; one that has not says so.
import assert from 'node:assert/strict';
import {WITHOUT} from './floor.mjs';
import {says} from './words.mjs';

const offerOf = ({wallet, offer}) => `${wallet}/offer?credential_offer_uri=${encodeURIComponent(offer)}`;

/** The keys that serve credentials alone, as this browser keeps them, and whether one lets itself be read. */
const kept = page => page.evaluate(async () => {
  const database = await new Promise(done => {
    const opening = indexedDB.open('passerelle-wallet');
    opening.onsuccess = () => done(opening.result);
  });
  const all = await new Promise(done => {
    const reading = database.transaction('copies').objectStore('copies').getAll();
    reading.onsuccess = () => done(reading.result);
  });
  database.close();
  return Promise.all(all.map(async ({privateKey, publicKey}) => {
    const read = await crypto.subtle.exportKey('jwk', privateKey).then(() => true, () => false);
    const {algorithm, extractable, usages} = privateKey;
    return {name: algorithm.name, crv: publicKey.crv, extractable, usages: usages.join(), read};
  }));
});

export async function kinds(browser, input) {
  const {eddsa} = input;
  const person = await browser.holder('ed25519', 'phone en pointer');
  const {page, hands} = person;
  await browser.step('an issuer of Ed25519 alone is given a key that nobody reads', async () => {
    await page.goto(offerOf(eddsa));
    await page.locator('#create-wallet:not(:disabled)').waitFor();
    await hands.press('#create-wallet');
    await hands.write('#tx-code', input.code);
    await hands.press('#accept');
    await page.locator('.verdict.pass').waitFor();
    const one = {name: 'Ed25519', crv: 'Ed25519', extractable: false, usages: 'sign', read: false};
    assert.deepEqual(await kept(page), [one]);
  });
  await browser.step('what is bound to it is shown, with and without a network', async () => {
    const {clientId, requestUri} = eddsa.request;
    await page.goto(`${eddsa.wallet}/present?${new URLSearchParams({client_id: clientId, request_uri: requestUri})}`);
    await page.locator('#agree:not(:disabled)').waitFor();
    await hands.press('#agree');
    await page.locator('#presentation[data-state=sent]').waitFor();
    await page.goto(`${eddsa.wallet}/`);
    const links = await Promise.all((await page.locator('a.credential').all()).map(link => link.getAttribute('href')));
    const shown = [];
    for(const link of links) {
      await page.goto(eddsa.wallet + link);
      const {format, credential, seenOnly} = await page.locator('#credential').evaluate(one => ({...one.dataset}));
      await page.locator('#keep-here button').click();
      await page.locator('#keep-here a[href="/offline"]').waitFor();
      await page.goto(`${eddsa.wallet}/offline`);
      await page.locator(`[data-kept="${credential}"]`).click();
      await page.locator('#seen-claims li').first().waitFor();
      assert.equal(await page.locator('#seen-alone').isVisible(), seenOnly !== undefined);
      assert.equal(await page.locator('#present').isVisible(), seenOnly === undefined);
      await browser.picture(person, `kept-${format}`);
      if(seenOnly !== undefined) continue;
      await page.locator('#present').click();
      await page.locator('#code-text').fill('passerelle-desk:?nonce=0123456789abcdefghij&audience=desk');
      await page.locator('#code-form button').click();
      const boxes = page.locator('#claims input');
      await page.locator('#agree').waitFor();
      if(await boxes.count() > 0) await boxes.first().check();
      await browser.picture(person, `kept-${format}-claims`);
      await page.locator('#agree').click();
      await page.locator('#code svg').waitFor();
      shown.push(format);
    }
    assert(shown.includes('dc+sd-jwt') && shown.includes('ldp_vc'), shown.join());
  });
  const old = await browser.person('without ed25519', {phone: true, language: 'ar'});
  await old.page.addInitScript(WITHOUT);
  await browser.step('a browser without Ed25519 says why, and what to do', async () => {
    await old.page.goto(offerOf(eddsa));
    await old.page.locator('#create-wallet:not(:disabled)').click();
    await old.page.locator('#tx-code').fill(input.code);
    await old.page.locator('#accept:not(:disabled)').click();
    await old.page.locator('#offer-message[role=alert]').filter({hasText: says(old, 'key-kind-missing')}).waitFor();
  });
  for(const one of [person, old]) await one.page.context().close();
  browser.people = browser.people.filter(one => one !== person && one !== old);
}
