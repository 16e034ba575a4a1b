// What officers do in the wallet: help to get one back, visits at a desk, mandates, a proof from a station.
import assert from 'node:assert/strict';
import {hang} from './gallery.mjs';
import {inBoth, lookOnce, speak} from './looks.mjs';
import {says} from './words.mjs';

/** Somebody becomes an officer, and somebody without phone and code asks for the retiree's wallet. */
export async function help(browser, retiree, input) {
  const officer = await browser.holder('officer', 'desktop en keyboard');
  const helped = await browser.holder('helped', 'phone en keyboard');
  let request = '';
  await browser.step('a link makes an officer', async () => {
    const {page, hands} = officer;
    await page.goto(`${input.wallet}/officers/join#${input.officerLink}`);
    await hands.press('#create-wallet');
    await page.locator('#join button:not(:disabled)').waitFor();
    await hands.write('#name', 'Awa Ndiaye');
    await page.keyboard.press('Enter');
    await page.locator('#find-request button:not(:disabled)').waitFor();
  });
  await browser.step('two officers are asked for help, and the first agrees', async () => {
    const {number} = await retiree.page.evaluate(async () => (await fetch('/v1/account')).json());
    const {page, hands} = helped;
    await page.goto(`${input.wallet}/recover`);
    await hands.press('a[href="/recover/help"]');
    await page.locator('#ask-help button:not(:disabled)').waitFor();
    await hands.write('#wallet-number', '0000-0000-0000');
    await page.keyboard.press('Enter');
    await page.locator('#help-message[role=alert]').waitFor();
    await hands.write('#wallet-number', number);
    await page.keyboard.press('Enter');
    const code = await page.locator('#help-code').textContent();
    const desk = officer.page;
    await officer.hands.write('#code', code);
    await desk.keyboard.press('Enter');
    await desk.locator('#agree button:not(:disabled)').waitFor();
    request = new URL(desk.url()).pathname;
    await officer.hands.write('#seen', 'Seen today, passport compared');
    await officer.hands.press('#agree button');
    await desk.locator('.banner.success').waitFor();
  });
  return {officer, helped, request};
}

/** Types the PIN into the dialog that a signature at a desk asks for. */
async function typePin({page, hands}, pin) {
  await hands.write('dialog[open] input', pin);
  await page.keyboard.press('Enter');
}

/** A colleague joins, and at their desk somebody without a phone receives, leaves and comes back. The visit stays open. */
export async function visit(browser, officer, input) {
  const clerk = await browser.holder('clerk', 'desktop en keyboard');
  const {page, hands} = clerk;
  await browser.step('a colleague becomes an officer', async () => {
    await officer.page.goto(`${input.wallet}/officers`);
    await officer.hands.press('#invite');
    await officer.page.locator('#invitation:not([hidden])').waitFor();
    await page.goto(await officer.page.locator('#invitation').textContent());
    await hands.press('#create-wallet');
    await page.locator('#join button:not(:disabled)').waitFor();
    await hands.write('#name', 'Li Wei');
    await page.keyboard.press('Enter');
    await page.locator('#find-request button:not(:disabled)').waitFor();
  });
  await browser.step('the device becomes a station of the Fund', async () => {
    await page.goto(`${input.wallet}/officers/stations`);
    await page.locator('#station-open button:not(:disabled)').waitFor();
    await hands.write('#station-name', 'Dakar office');
    await page.keyboard.press('Tab');
    await page.keyboard.type('SEN');
    await page.keyboard.press('Enter');
    await page.getByTestId('station-key').waitFor();
    await lookOnce(browser, clerk, input, '/officers/stations?opened');
  });
  await browser.step('a wallet is opened at a desk, and receives with a PIN', async () => {
    await page.goto(`${input.wallet}/officers/desk`);
    await page.locator('#desk-open button:not(:disabled)').waitFor();
    for(const id of ['#open-pin', '#open-again']) await hands.write(id, '271828');
    await page.keyboard.press('Enter');
    await page.locator('#desk').waitFor();
    await page.goto(`${input.wallet}/offer?credential_offer_uri=${encodeURIComponent(input.offer)}`);
    await hands.write('#tx-code', input.code);
    await hands.press('#accept');
    await typePin(clerk, '314159');
    await page.locator('#offer-message[role=alert]').waitFor();
    await hands.press('#accept');
    await typePin(clerk, '271828');
    await page.locator('.verdict.pass').waitFor();
  });
  const card = await browser.step('a card of the person is added in the place of the PIN', async () => {
    await clerk.devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: true, isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto(`${input.wallet}/ways-in`);
    await hands.press('#add-key');
    await page.locator('[data-desk-key]').waitFor();
    const {keys} = await page.evaluate(async () => (await fetch('/v1/desk/keys')).json());
    return keys[0].id;
  });
  await browser.step('the visit ends, nothing of it is left, and the person comes back with the card', async () => {
    const {number} = await page.evaluate(async () => (await fetch('/v1/account')).json());
    await page.goto(`${input.wallet}/`);
    await page.locator('a.credential').first().waitFor();
    // Whatever a page, now or in a later version, might leave on a shared device.
    await page.evaluate(async () => {
      localStorage.setItem('of the person', 'x');
      await caches.open('of the person');
      await new Promise(resolve => {
        const opening = indexedDB.open('of the person');
        opening.onupgradeneeded = () => opening.result.createObjectStore('rows', {keyPath: 'id'}).put({id: 'of the person'});
        opening.onsuccess = () => { opening.result.close(); resolve(); };
      });
      await navigator.serviceWorker.register('/offline-worker.js');
    });
    await hands.press('#desk button');
    await page.locator('#desk-visit button:not(:disabled)').first().waitFor();
    for(const back of ['once', 'twice', 'three times']) {
      await page.goBack();
      await page.locator('#desk-visit button:not(:disabled)').first().waitFor();
      await browser.settled(clerk);
      assert.equal(new URL(page.url()).pathname, '/officers/desk', `back ${back}`);
      assert.equal(await page.locator('a.credential, #desk').count(), 0, `going back ${back} shows nothing of the person`);
    }
    await page.goto(`${input.wallet}/officers/desk`);
    await page.locator('#desk-visit button:not(:disabled)').first().waitFor();
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
    const left = await page.evaluate(async () => {
      const databases = await indexedDB.databases();
      const keys = [];
      for(const {name} of databases) {
        const database = await new Promise(resolve => { indexedDB.open(name).onsuccess = event => resolve(event.target.result); });
        for(const store of database.objectStoreNames) {
          const all = database.transaction(store).objectStore(store).getAllKeys();
          keys.push(...await new Promise(resolve => { all.onsuccess = () => resolve(all.result); }));
        }
        database.close();
      }
      return {keys, caches: await caches.keys(), local: {...localStorage}, session: {...sessionStorage}};
    });
    assert.deepEqual(left, {keys: [], caches: [], local: {}, session: {}});
    await page.goto(`${input.wallet}/`);
    await page.locator('#own').waitFor();
    assert.equal(await page.locator('a.credential').count(), 0, 'not the wallet of the officer');
    await hands.write('#wallet-number', number);
    await hands.press('#visit-key');
    await page.locator('a.credential').first().waitFor();
    const {clientId, requestUri} = input.request;
    const query = new URLSearchParams({client_id: clientId, request_uri: `${requestUri}?card`});
    await page.goto(`${input.wallet}/present?${query}`);
    await hands.press('#agree');
    await hands.press('dialog[open] [data-other]');
    await page.locator('.verdict.pass').waitFor();
    const {keys} = await page.evaluate(async () => (await fetch('/v1/desk/keys')).json());
    assert.equal(keys[0].id, card);
  });
  const mandate = await represent(browser, {officer, clerk}, input);
  await hands.write('#wallet-number', mandate.wallet);
  await hands.write('#visit-pin', '271828');
  await hands.press('#desk-visit button');
  await page.locator('#mandates').waitFor();
  await page.goto(`${input.wallet}/existence?${new URLSearchParams({request_uri: input.existence})}`);
  await page.locator('#existence').waitFor();
  return {clerk, proof: new URL(page.url()).pathname, mandate: mandate.path};
}

/** Two officers record and confirm a guardian, who then comes to a desk; the person's visit is over meanwhile. */
async function represent(browser, {officer, clerk}, input) {
  const {page, hands} = clerk;
  const {number: wallet} = await page.evaluate(async () => (await fetch('/v1/account')).json());
  await hands.press('#desk button');
  await page.locator('#desk-visit button:not(:disabled)').first().waitFor();
  const path = await browser.step('an officer records a guardian, and another one confirms', async () => {
    await page.goto(`${input.wallet}/officers/mandates`);
    await page.locator('#mandate-record button:not(:disabled)').waitFor();
    await hands.write('#mandate-wallet', wallet);
    await hands.tick('[name=kind][value=guardian]');
    for(const [id, text] of [['#mandate-name', 'Omar Diop'], ['#mandate-reference', 'TGI 12/2026'], ['#mandate-authority', 'Court of Dakar']]) {
      await hands.write(id, text);
    }
    await hands.write('#mandate-to', '2026-12-31');
    for(const [id, text] of [['#mandate-seen', 'Passport and court order compared'], ['#mandate-pin', '602214'], ['#mandate-again', '602214']]) {
      await hands.write(id, text);
    }
    await hands.press('#mandate-record button');
    await page.getByTestId('mandate-number').waitFor();
    const {pathname} = new URL(page.url());
    await lookOnce(browser, clerk, input, `${pathname}?recorded`);
    await officer.page.goto(input.wallet + pathname);
    await officer.page.locator('#mandate-confirm button:not(:disabled)').waitFor();
    await lookOnce(browser, officer, input, `${pathname}?waiting`);
    await officer.hands.write('#seen', 'Seen both');
    await officer.hands.press('#mandate-confirm button');
    await officer.page.locator('.badge.success').waitFor();
    return pathname;
  });
  await browser.step('the guardian comes with a PIN of their own, and sees what they may do', async () => {
    const number = await officer.page.getByTestId('mandate-number').textContent();
    await page.goto(`${input.wallet}/officers/desk`);
    await page.locator('#desk-representative button:not(:disabled)').waitFor();
    await hands.write('#mandate-number', number);
    await hands.write('#representative-pin', '602214');
    await page.keyboard.press('Enter');
    await page.locator('#acting').waitFor();
    const acting = () => page.goto(`${input.wallet}/`);
    await lookOnce(browser, clerk, input, '/?acting');
    await inBoth(clerk, input, 'acting', acting);
    await page.goto(`${input.wallet}/account`);
    await page.locator('h1').waitFor();
    assert.match(await page.innerText('main'), says(clerk, 'problem-outside-mandate'));
    await page.goto(`${input.wallet}/`);
    await hands.press('#desk button');
    await page.locator('#desk-visit button:not(:disabled)').first().waitFor();
  });
  return {wallet, path};
}

/** What a station keeps, of every database. */
const keptRows = page => page.evaluate(async () => {
  const rows = {};
  for(const {name} of await indexedDB.databases()) {
    const database = await new Promise(resolve => { indexedDB.open(name).onsuccess = event => resolve(event.target.result); });
    for(const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll();
      rows[name] = await new Promise(resolve => { all.onsuccess = () => resolve(all.result); });
    }
    database.close();
  }
  return rows;
});

/** The yearly proof at the station while the line is gone: first the officer's word, then the PIN; it waits sealed, and is sent once. */
export async function vouch(browser, clerk, input, {proof, speaks}) {
  const {page, hands} = clerk;
  const {number, sessions} = await page.evaluate(async () => (await fetch('/v1/account')).json());
  await browser.step('the line goes, and the proof that an officer vouches for waits sealed', async () => {
    await speak(clerk, input, speaks);
    // The clock of the station is that of the service.
    await page.clock.setFixedTime(new Date(sessions.find(({current}) => current).seenAt));
    const prepared = page.waitForResponse(response => response.url().endsWith('/desk/prepared'));
    await page.goto(`${input.wallet}${proof}`);
    assert.equal((await prepared).status(), 201);
    await hands.press('#begin');
    await page.locator('#existence-message[role=alert]').waitFor();
    await page.context().setOffline(true);
    await hands.tick('[name=recognised][value=document]');
    await hands.press('#begin');
    await typePin(clerk, '271828');
    await page.locator('#queued:not([hidden])').waitFor();
    await browser.accessible(page, 'a proof that waits for the line');
    await hang(page, input.gallery, speaks, 'queued');
    const rows = await keptRows(page);
    assert.equal(rows['passerelle-desk-queue'].length, 1);
    assert(!JSON.stringify(rows).includes('271828'));
    assert.deepEqual(Object.keys(rows['passerelle-desk-queue'][0]).sort(), ['expiresAt', 'id', 'sealed']);
  });
  await browser.step('the visit is finished without a line, and only what is sealed stays', async () => {
    await page.evaluate(() => { localStorage.setItem('of the person', 'x'); });
    await hands.press('#desk button');
    await page.locator('#finished:not([hidden])').waitFor();
    await browser.accessible(page, 'a visit that is over without a line');
    await hang(page, input.gallery, speaks, 'finished');
    assert(!(await page.innerText('body')).includes('Rosa'));
    const rows = await keptRows(page);
    assert.deepEqual([Object.keys(rows), await page.evaluate(() => localStorage.length)], [['passerelle-desk-queue'], 0]);
  });
  await browser.step('the line is back: the visit ends, the proof is brought, and nothing waits', async () => {
    const brought = [];
    page.on('response', response => {
      if(response.url().includes('/v1/officers/queue/')) {
        brought.push(response.status());
      }
    });
    await page.context().setOffline(false);
    await page.locator('#desk-visit button:not(:disabled)').first().waitFor();
    for(let tries = 0; tries < 100 && ((await keptRows(page))['passerelle-desk-queue'] || []).length > 0; tries += 1) {
      await page.waitForTimeout(100);
    }
    assert.deepEqual(brought, [200], 'once');
    await page.locator('#queue').waitFor({state: 'hidden'});
    await hands.write('#wallet-number', number);
    await hands.write('#visit-pin', '271828');
    await hands.press('#desk-visit button');
    await page.locator('a.credential').first().waitFor();
    await page.goto(`${input.wallet}${proof}`);
    await page.locator('#existence[data-state=answered]').waitFor();
    await browser.accessible(page, 'a proof sent from a station');
  });
}
