// Every page of the wallet in six languages: what axe-core finds, narrow screens, large text, targets, and what pages weigh; and
// what people and officers do there, usually by keyboard alone. Input: a JSON file with addresses (see services/wallet/tests/http/browser.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {account} from './account.mjs';
import {Browser} from './browser.mjs';
import {check, checkItself} from './floor.mjs';
import {PAGE, hang, missing, written} from './gallery.mjs';
import {glance} from './glance.mjs';
import {walk} from './hands.mjs';
import {kinds} from './kinds.mjs';
import {DESK, ONE_WAY, PHONE} from './ways.mjs';
import {says} from './words.mjs';
import {retiree} from './retiree.mjs';

const LANGUAGES = ['en', 'ar', 'zh', 'fr', 'ru', 'es'];
/** 400% zoom of 1280 pixels (WCAG 2.2, 1.4.10). */
const NARROW = {width: 320, height: 256};
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

/** Sets the language as the picker of every page does. */
async function speak({page, hands}, input, language) {
  await page.goto(`${input.wallet}/account`);
  await hands.press('.language-menu summary');
  await hands.press(`.language-menu button[value=${language}]`);
  await page.locator(`html[lang=${language}]`).waitFor();
}

/** For the gallery alone: what a person did is done once more in the other direction. */
async function inBoth(person, input, name, again) {
  const {page, language} = person;
  await hang(page, input.gallery, language, name);
  if(input.gallery) {
    const other = language === 'ar' ? 'en' : 'ar';
    await speak(person, input, other);
    await again();
    await hang(page, input.gallery, other, name);
    await speak(person, input, language);
    await again();
  }
}

/** One page in one language. */
async function look(browser, person, input, path, language) {
  const {page} = person;
  const name = `${language} ${path.replace(/[0-9a-f-]{20,}/, 'id')}`;
  await page.setViewportSize(PHONE);
  await page.goto(input.wallet + path);
  await browser.settled(person);
  const spoken = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
  assert.deepEqual(spoken, [language, language === 'ar' ? 'rtl' : 'ltr'], name);
  await browser.accessible(page, name);
  const small = await page.evaluate(() => [...document.querySelectorAll('button, a.button, summary, nav a, a.credential, input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
    .filter(element => element.offsetParent && element.getBoundingClientRect().height < 43.5)
    .map(element => `${element.tagName} ${element.textContent.trim().slice(0, 30)} ${element.getBoundingClientRect().height}`));
  small.forEach(target => browser.problems.push(`${name}: a small target: ${target}`));
  await wide(browser, page, name);
  if(language === 'en' || language === 'ar') {
    await shoot(browser, page, input, path, language);
  }
  await page.setViewportSize(NARROW);
  await wide(browser, page, `${name} at 400%`);
  await page.setViewportSize(PHONE);
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  await wide(browser, page, `${name} with text of 200%`);
  await readable(browser, page, `${name} with text of 200%`);
  await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
  if(language === 'en') {
    for(const fault of await walk(page)) browser.problems.push(`${name}: ${fault}`);
  }
}

/** Letters below each other: lines of a longer text that are hardly wider than a few of them. */
async function readable(browser, page, name) {
  const columns = await page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for(let node = walker.nextNode(); node; node = walker.nextNode()) {
      if(node.data.trim().length < 8) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      // Where directions mix, one line is several boxes.
      const lines = {};
      for(const {width, top} of range.getClientRects()) lines[Math.round(top)] = (lines[Math.round(top)] || 0) + width;
      const letter = parseFloat(getComputedStyle(node.parentElement).fontSize);
      // Words of Chinese are two letters long; a title of half the screen can be read.
      const least = Math.min(letter * (document.documentElement.lang === 'zh' ? 2.5 : 4), innerWidth / 2);
      const isCode = /^[0-9A-Z-]+$/.test(node.data.trim());
      if(!isCode && Object.keys(lines).length > 3 && Math.max(...Object.values(lines)) < least) {
        found.push(node.data.trim().slice(0, 30));
      }
    }
    return found;
  });
  columns.forEach(text => browser.problems.push(`${name}: letters below each other: ${text}`));
}

async function wide(browser, page, name) {
  const over = await page.evaluate(() => {
    const {scrollWidth} = document.documentElement;
    if(scrollWidth <= innerWidth + 1) {
      return null;
    }
    const out = [...document.querySelectorAll('main *, header *, footer *')].filter(element => {
      const {left, right} = element.getBoundingClientRect();
      return right > innerWidth + 1 || left < -1;
    });
    const named = out.map(({tagName, id, className}) => `${tagName}#${id}.${className}`);
    return `${scrollWidth} pixels, ${named.slice(-3).join(' ')}`;
  });
  if(over) {
    browser.problems.push(`${name} is wider than its screen: ${over}`);
  }
}

/** The same in the midst of a journey, which goes on as before. */
async function lookOnce(browser, person, input, path) {
  await look(browser, person, input, path, person.language);
  await person.page.setViewportSize(person.size);
}

/** What a page is called among the pictures. Identifiers are left out, a word behind the question mark says in which state it is. */
function called(path) {
  const [address, state = ''] = path.split('?');
  const [first = '', ...rest] = address.split('/').slice(1);
  const one = rest.some(part => /^[0-9a-f-]{20,}$/.test(part)) && first === 'officers' && rest.includes('mandates');
  const parts = [first, ...rest.filter(part => /^[a-z]+$/.test(part)), one ? 'one' : ''];
  parts.push(/^[a-z]*$/.test(state) ? state : 'link');
  return parts.filter(Boolean).join('-') || 'home';
}

async function shoot(browser, page, input, path, language) {
  const name = called(path);
  for(const [suffix, size] of [['desk', DESK], ['phone', PHONE]]) {
    await page.setViewportSize(size);
    await page.screenshot({path: join(input.shots, `${language}-${name}-${suffix}.png`), fullPage: true});
    browser.pictures += 1;
  }
  await hang(page, input.gallery, language, name);
}

/** Somebody becomes an officer, and somebody without phone and code asks for the retiree's wallet. */
async function help(browser, retiree, input) {
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
async function visit(browser, officer, input) {
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
async function vouch(browser, clerk, input, {proof, speaks}) {
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

/** What a page weighs for somebody who has nothing of it yet, and when it can be used over 2G on a slow phone. */
async function weighed({page}, url, usable) {
  // What the page before still fetches is not of this one.
  await page.goto('about:blank');
  const devtools = await page.context().newCDPSession(page);
  let bytes = 0;
  const [names, parts] = [new Map(), []];
  devtools.on('Network.responseReceived', ({requestId, response}) => { names.set(requestId, new URL(response.url).pathname); });
  devtools.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
    bytes += encodedDataLength;
    parts.push([encodedDataLength, names.get(requestId)]);
  });
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', {cacheDisabled: true});
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false, latency: 300, downloadThroughput: 250_000 / 8, uploadThroughput: 50_000 / 8,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', {rate: 6});
  const begun = Date.now();
  await page.goto(url, {timeout: 60_000, waitUntil: 'commit'});
  await page.waitForLoadState('load', {timeout: 60_000});
  await page.locator(usable).first().waitFor({timeout: 60_000});
  const took = Date.now() - begun;
  await page.waitForLoadState('networkidle');
  await devtools.detach();
  const {pathname} = new URL(url);
  console.log(`${pathname.replace(/[0-9a-f-]{20,}/, 'id')}: ${(bytes / 1000).toFixed(1)} kB transferred, usable after ${(took / 1000).toFixed(1)} s (250 kbit/s, 300 ms, CPU six times slower)`);
  if(process.env.WEIGH === 'parts') {
    parts.sort(([one], [other]) => other - one).forEach(([size, name]) => console.log(`  ${(size / 1000).toFixed(1)} ${name}`));
  }
  return {bytes, took};
}

/** A first visit over a slow line on a slow phone. */
async function weigh(browser, input) {
  const person = await browser.person('first visit', {phone: true, language: 'en'});
  await browser.step('a first visit over 2G', async () => {
    const {bytes, took} = await weighed(person, `${input.wallet}/`, '#create-wallet:not(:disabled)');
    assert(bytes < 100_000, `${bytes} bytes`);
    assert(took < 30_000, `${took} ms`);
  });
}

/**
 * With `WEIGH` set: the same of every page that somebody comes to by a link or looks at often, with nothing of it in the phone; with
 * `WEIGH=parts` also what each of its files weighs.
 */
async function weighMain(browser, person, input, paths) {
  if(!process.env.WEIGH) {
    return;
  }
  const usable = {offers: 'main .verdict', presentations: '#agree:not(:disabled)', existence: '#begin', credentials: '#check-again'};
  await browser.step('pages over 2G', async () => {
    for(const path of [...paths, '/organisations', '/enrol', '/officers', '/officers/join', '/recover/help', '/pin', '/recover', '/offline']) {
      const [, first, , rest] = path.split('/');
      const {bytes} = await weighed(person, input.wallet + path, (!rest && usable[first]) || 'main h1');
      // The page for times without a network carries what reads codes; a phone fetches that once, and its worker keeps it.
      assert(path === '/offline' || process.env.WEIGH === 'parts' || bytes < 100_000, `${path}: ${bytes} bytes`);
    }
  });
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
