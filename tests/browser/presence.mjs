// Proofs of existence before a pretended camera: the fixture's face turns as it is asked, or does not, or is somebody else.
// Input: a JSON file with the services' addresses, first links, and frames of the fixtures (see tests/browser/presence.rs).
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {chromium} from 'playwright-core';
import {Browser} from './browser.mjs';
import {enrolsAtStation} from './station-enrolment.mjs';
import {ON_PAPER, ONE_TRACK, TWO_TRACK, formFromWallet, register} from './paper.mjs';
import {says} from './words.mjs';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const FRAMES_A_SECOND = 30;
/** Movements that the fixture's face can make. */
const FILMED = ['left', 'right', 'closer'];
/** Seconds between two changes of what the camera sees: halfway between the page's pictures. */
const SCENES = {quiet: 4.3, movement: 2.1, rest: 2.1};
/** How each of these usually goes through it. */
const WAYS = {
  retiree: 'desktop ar keyboard',
  photograph: 'phone en pointer',
  'somebody-else': 'phone ar keyboard',
  alone: 'desktop en keyboard',
  station: 'desktop ar keyboard',
  offline: 'phone ar keyboard',
  'one-track': 'desktop en pointer',
  'two-track': 'phone en keyboard',
};

const browser = new Browser();
browser.input = input;
rmSync(input.shots, {recursive: true, force: true});
mkdirSync(input.shots, {recursive: true});

/** A film: so many seconds of each picture. */
function film(name, scenes) {
  const path = join(input.folder, `${name}.mjpeg`);
  const frames = scenes.flatMap(([picture, seconds]) =>
    Array(Math.round(seconds * FRAMES_A_SECOND)).fill(readFileSync(input.frames[picture])));
  writeFileSync(path, Buffer.concat(frames));
  return path;
}

const following = movements => film('following', [
  ['quiet', SCENES.quiet],
  ...movements.flatMap(movement => [[movement, SCENES.movement], ['quiet', SCENES.rest]]),
  ['quiet', 30],
]);

async function chromiumWith(camera) {
  const args = [
    '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
  ];
  if(camera) {
    args.push(`--use-file-for-fake-video-capture=${camera}`);
  }
  return chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args});
}

/** Lets somebody with a wallet act in a browser with this camera. */
async function withCamera(name, camera, act) {
  const before = browser.chromium;
  browser.chromium = await chromiumWith(camera);
  try {
    await act(await browser.holder(name, WAYS[name]));
  } catch(error) {
    await browser.wreck();
    throw error;
  } finally {
    await browser.chromium.close();
    browser.people = browser.people.filter(person => person.name !== name);
    browser.chromium = before;
  }
}

/** The second pair of eyes of the Fund. */
let colleague;

async function comes(person, link, name) {
  await person.page.goto(link);
  await person.page.getByLabel('Your name').fill(name);
  await person.page.getByTestId('register').click();
  await person.page.waitForURL(/\/console(\?|$)/);
}

/** Nobody has enrolled these people: one officer after the other calls, and the second word counts. */
async function bothCall(officer) {
  for(const [who, done] of [[officer, /done=first/], [colleague, /done=confirmed/]]) {
    const {page} = who;
    await openAnswer(who);
    await page.getByTestId('not-enrolled').waitFor();
    assert.equal(await page.getByTestId('confirm-by-pictures').count(), 0);
    await page.getByTestId('compared').check();
    await page.getByTestId('channel-call').check();
    await page.getByTestId('confirm-request').click();
    await page.waitForURL(done);
  }
}

async function fundOfficer() {
  const officer = await browser.person('fund');
  await comes(officer, input.welcome.officers.unjspf, 'Elena Petrova');
  await officer.page.goto(`${input.issuer}/console/officers`);
  await officer.page.getByTestId('invite-officer').click();
  const link = (await officer.page.getByTestId('officer-link').innerText()).trim();
  colleague = await browser.person('colleague');
  await comes(colleague, link, 'Kwame Mensah');
  await officer.page.goto(`${input.issuer}/console/retirees/imports`);
  await officer.page.getByTestId('file').setInputFiles(join(input.samples, 'retirees.csv'));
  await officer.page.getByTestId('upload').click();
  await officer.page.getByTestId('confirm-import').click();
  await officer.page.getByTestId('import-result').waitFor({timeout: 60_000});
  return officer;
}

/** Asks the retiree in this row until the movements are ones that the fixture makes; the link and the movements. */
async function asks(officer, row) {
  const {page} = officer;
  await page.goto(`${input.issuer}/console/retirees`);
  await page.locator('tbody th a').nth(row).click();
  const retiree = page.url();
  await page.getByTestId('reference-picture').locator('summary').click();
  await page.getByTestId('portrait-file').setInputFiles(input.reference);
  await page.getByTestId('save-portrait').click();
  await page.waitForURL(/done=portrait/);
  await browser.picture(officer, `console-retiree-with-picture-${row}`);
  await colleague.page.goto(retiree);
  colleague.page.once('dialog', dialog => dialog.accept());
  await colleague.page.getByTestId('confirm-portrait').click();
  await colleague.page.waitForURL(/done=portrait-confirmed/);
  for(let tries = 0; tries < 200; tries += 1) {
    await page.goto(retiree);
    await page.getByTestId('ask').click();
    const link = await page.getByTestId('request-link').getAttribute('href');
    const request = await (await fetch(new URL(link).searchParams.get('request_uri'))).json();
    const {movements} = request.capture;
    if(movements.every(movement => FILMED.includes(movement))) {
      return {link, movements, retiree};
    }
    await page.getByLabel('Reason').fill('other movements');
    await page.getByTestId('withdraw-request').click();
    await page.waitForURL(/done=refused/);
  }
  throw new Error('never the movements of the film');
}

/** A wallet made with the link, before the first picture. */
async function opens(person, link) {
  await person.page.goto(link);
  await person.hands.press('#create-wallet');
  await person.page.locator('#with-pictures').waitFor();
}

async function openAnswer(officer) {
  await officer.page.goto(`${input.issuer}/console/requests`);
  await officer.page.getByTestId('open-answer').last().click();
  await officer.page.getByTestId('pictures').waitFor();
}

async function succeeds(officer) {
  const {link, movements} = await asks(officer, 0);
  await withCamera('retiree', following(movements), async person => {
    const {page, hands} = person;
    await browser.step('a retiree moves as asked and says in which country', async () => {
      await opens(person, link);
      await browser.picture(person, 'wallet-capture', {gallery: 'phone'});
      await page.context().grantPermissions(['camera', 'geolocation']);
      await page.context().setGeolocation({latitude: 51.5072, longitude: -0.1276});
      await hands.tick('#capture-place');
      await hands.press('#with-pictures');
      await page.locator('#viewfinder:not([hidden])').waitFor();
      await page.waitForTimeout(3700);
      await page.screenshot({path: join(input.shots, 'wallet-capture-moving.png')});
      await page.locator('#existence[data-state=answered]').waitFor({timeout: 90_000});
      await browser.picture(person, 'wallet-capture-sent');
    });
    await browser.step('an officer compares the pictures, and two call, since nobody has enrolled the person', async () => {
      await openAnswer(officer);
      const said = await officer.page.getByTestId('pictures').innerText();
      assert.match(said, /Every check passed/);
      assert.match(said, /In the declared country/);
      assert.equal(await officer.page.locator('[data-testid=pictures] img').count(), 8);
      await browser.picture(officer, 'console-request-pictures', {gallery: 'desk'});
      await bothCall(officer);
      await browser.picture(colleague, 'console-request-confirmed-by-two');
    });
    await browser.step('the certificate arrives', async () => {
      await page.locator('#receive').waitFor({timeout: 30_000});
      await hands.press('#receive');
      await hands.press('#accept');
      await page.locator('.verdict.pass').waitFor();
    });
  });
}

/** Pictures that lead to nothing but a kind word and another try. */
async function triesAgain(officer, {name, row, scenes, why, afterwards = async () => {}}) {
  const {link} = await asks(officer, row);
  await withCamera(name, film(name, scenes), async person => {
    const {page, hands} = person;
    await browser.step(`${name}: told what to do better, and another way is open`, async () => {
      await opens(person, link);
      await hands.press('#with-pictures');
      await page.getByTestId('again').waitFor({timeout: 90_000});
      assert.match(await page.getByTestId('again').innerText(), says(person, why));
      await browser.picture(person, `wallet-capture-again-${name}`);
      await hands.press('#begin');
      await page.locator('#existence[data-state=answered]').waitFor();
    });
    await afterwards(officer, person);
  });
}

/** An answer that is refused: the person reads so by itself, and asks that somebody else looks. */
async function appeals(officer, person) {
  const {page, hands} = person;
  await browser.step('an officer refuses, and the person asks for another look', async () => {
    await officer.page.goto(`${input.issuer}/console/requests`);
    await officer.page.getByTestId('open-answer').last().click();
    await officer.page.getByLabel('Reason').fill('The voice was another one than last year.');
    await officer.page.getByTestId('refuse-request').click();
    await officer.page.waitForURL(/done=refused/);
    await page.locator('#existence[data-state=refused]').waitFor();
    await hands.write('#appeal-words', 'I had a cold. My sister was there.');
    await hands.press('#send-appeal');
    await page.locator('[data-testid=appeal] [role=status]').first().waitFor();
    await browser.picture(person, 'wallet-appeal');
  });
}

/** What the device does not give: the person is told, and goes on without it. */
async function goesOn(officer) {
  const {link, movements} = await asks(officer, 3);
  await withCamera('alone', following(movements), async person => {
    const {page, hands} = person;
    await browser.step('no place and no camera are no dead end', async () => {
      await opens(person, link);
      await page.evaluate(() => {
        // A question about the place that nobody answers: browsers wait for the answer without end.
        Object.defineProperty(navigator, 'geolocation', {value: {getCurrentPosition: () => {}}});
        const refuse = async () => { throw new DOMException('', 'NotAllowedError'); };
        Object.defineProperty(navigator.mediaDevices, 'getUserMedia', {value: refuse});
        // The page itself waits for it no longer than this; the test not so long.
        const later = window.setTimeout;
        window.setTimeout = (act, millis, ...rest) => later(act, millis === 40_000 ? 500 : millis, ...rest);
      });
      await hands.tick('#capture-place');
      await hands.press('#with-pictures');
      await page.locator('#existence-message:not([hidden])').waitFor({timeout: 90_000});
      assert.match(await page.locator('#existence-message').innerText(), says(person, 'capture-denied'));
      await browser.picture(person, 'wallet-capture-denied');
    });
    await browser.step('without user verification nothing is accepted, with it the same page goes on', async () => {
      const {devtools, authenticator} = person;
      await devtools.send('WebAuthn.setUserVerified', {authenticatorId: authenticator, isUserVerified: false});
      await hands.press('#begin');
      await page.locator('#existence-message:not([hidden])').waitFor({timeout: 30_000});
      assert.equal(await page.locator('#existence').getAttribute('data-state'), 'opened');
      await devtools.send('WebAuthn.setUserVerified', {authenticatorId: authenticator, isUserVerified: true});
      await hands.press('#begin');
      await page.locator('#existence[data-state=answered]').waitFor();
    });
  });
}

/** A device that gives no place: no matter for one, another way for whose pension hangs on the country. */
async function withoutPlace(officer) {
  const one = await asks(officer, ONE_TRACK.row);
  await withCamera('one-track', following(one.movements), async person => {
    const {page, hands} = person;
    await browser.step('a refused place is no matter to somebody whose pension does not hang on it', async () => {
      await opens(person, one.link);
      assert.equal(await page.locator('#capture-place').isChecked(), false, 'nobody is asked for it');
      await page.context().grantPermissions(['camera']);
      await hands.tick('#capture-place');
      await hands.press('#with-pictures');
      await page.locator('#existence[data-state=answered]').waitFor({timeout: 90_000});
      assert.match(await page.getByTestId('remains').innerText(), says(person, 'remains-decision'));
    });
  });
  const two = await asks(officer, TWO_TRACK.row);
  await withCamera('two-track', following(two.movements), async person => {
    const {page, hands} = person;
    await browser.step('whose pension hangs on the country hears of another way, which is open', async () => {
      await opens(person, two.link);
      assert.equal(await page.locator('#capture-place').isChecked(), true);
      await page.context().grantPermissions(['camera']);
      await hands.press('#with-pictures');
      await page.locator('#existence-message:not([hidden])').waitFor({timeout: 90_000});
      assert.match(await page.locator('#existence-message').innerText(), says(person, 'capture-no-place'));
      await browser.picture(person, 'wallet-capture-no-place');
      await hands.press('#begin');
      await page.locator('#existence[data-state=answered]').waitFor();
    });
  });
}

/** Somebody who prefers paper, from the same question. */
async function onPaper(officer) {
  const {link} = await asks(officer, ON_PAPER.row);
  await formFromWallet(browser, officer, link);
}

/** The challenge that the phone will take along: it stays the same while half of its life is left. */
async function ahead(link) {
  const address = `${new URL(link).searchParams.get('request_uri')}/offline-challenge`;
  const headers = {'content-type': 'application/json'};
  return (await fetch(address, {method: 'POST', headers, body: '{}'})).json();
}

/** A question whose challenge for later asks for movements that the fixture makes. */
async function asksAhead(officer, row) {
  const {page} = officer;
  let {link, retiree} = await asks(officer, row);
  for(let tries = 0; tries < 200; tries += 1) {
    const {capture} = await ahead(link);
    if(capture.movements.every(movement => FILMED.includes(movement))) {
      return {link, movements: capture.movements};
    }
    await page.getByLabel('Reason').fill('other movements');
    await page.getByTestId('withdraw-request').click();
    await page.waitForURL(/done=refused/);
    await page.goto(retiree);
    await page.getByTestId('ask').click();
    link = await page.getByTestId('request-link').getAttribute('href');
  }
  throw new Error(`never the movements of the film: ${retiree}`);
}

/** Taken along, made in airplane mode, sent once when the line is back. */
async function withoutNetwork(officer) {
  const {link, movements} = await asksAhead(officer, 5);
  await withCamera('offline', following(movements), async person => {
    const {page, hands} = person;
    const context = page.context();
    const calls = [];
    page.on('request', request => {
      if(request.method() !== 'GET') calls.push(`${request.method()} ${new URL(request.url()).pathname.split('/').pop()}`);
    });
    let proof;
    await browser.step('the phone takes along what it needs', async () => {
      await opens(person, link);
      proof = page.url();
      await hands.press('#ahead-take');
      await page.locator('#ahead-open:not([hidden])').waitFor();
      await browser.picture(person, 'wallet-ahead-ready');
      await browser.accessible(page, 'a proof that can be made without a network');
      await page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
      await context.setOffline(true);
    });
    await browser.step('in airplane mode the person moves, the passkey answers, and it waits sealed', async () => {
      await page.goto(`${input.wallet}/`);
      await hands.press('[data-proof] button');
      await browser.picture(person, 'wallet-ahead-proof');
      calls.length = 0;
      await context.grantPermissions(['camera']);
      await hands.press('#prove');
      await page.locator('#step-made:not([hidden])').waitFor({timeout: 90_000});
      await browser.picture(person, 'wallet-ahead-made');
      assert.deepEqual(calls, [], 'nothing is asked of the network');
      const clear = await page.evaluate(async () => {
        const database = await new Promise(resolve => { indexedDB.open('passerelle-offline').onsuccess = event => resolve(event.target.result); });
        const all = database.transaction('proofs').objectStore('proofs').getAll();
        const rows = await new Promise(resolve => { all.onsuccess = () => resolve(all.result); });
        database.close();
        return rows.map(row => Object.keys(row).sort().join());
      });
      assert.deepEqual(clear, ['account,id,iv,sealed']);
    });
    await browser.step('the line is back: it is sent once, with both times', async () => {
      await page.waitForTimeout(2000);
      await context.setOffline(false);
      calls.length = 0;
      await page.goto(proof);
      await page.locator('#existence[data-state=answered]').waitFor({timeout: 90_000});
      await page.getByTestId('both-times').waitFor();
      await browser.picture(person, 'wallet-ahead-sent', {gallery: 'phone'});
      assert.equal(calls.filter(call => call === 'POST offline-answer').length, 1);
      assert.equal(calls.filter(call => call.startsWith('PUT ')).length, 7);
      calls.length = 0;
      await page.goto(`${input.wallet}/`);
      await page.goto(`${input.wallet}/offline`);
      await page.locator('#proofs').waitFor({state: 'hidden'});
      // The first page asks what became of things; that sends nothing.
      assert.deepEqual(calls.filter(call => call !== 'POST news'), [], 'and never again');
    });
    await browser.step('the officer sees the pictures, and that they were made before they came', async () => {
      await openAnswer(officer);
      assert.match(await officer.page.getByTestId('pictures').innerText(), /Every check passed/);
      await bothCall(officer);
    });
  });
}

/** Somebody without a phone at a station: the officer's camera, the officer's word, the person's PIN, and the certificate. */
async function atStation(officer) {
  const {link, movements} = await asks(officer, 4);
  await withCamera('station', following(movements), async person => {
    const {page, hands} = person;
    let key;
    await browser.step('an officer of the wallet makes the device a station, and the Fund registers it', async () => {
      await page.goto(input.walletOfficer);
      await hands.press('#create-wallet');
      await page.locator('#join button:not(:disabled)').waitFor();
      await hands.write('#name', 'Awa Diop');
      await page.keyboard.press('Enter');
      await page.locator('#find-request button:not(:disabled)').waitFor();
      await page.goto(`${input.wallet}/officers/stations`);
      await hands.write('#station-name', 'London office');
      await hands.write('#station-country', 'GBR');
      await hands.press('#station-open button');
      key = await page.getByTestId('station-key').innerText();
      await browser.picture(person, 'wallet-station');
      await officer.page.goto(`${input.issuer}/console/fund/stations`);
      await officer.page.getByLabel('Key').fill(key);
      await officer.page.getByLabel('Name').fill('London office');
      await officer.page.getByLabel('Country').fill('GBR');
      await officer.page.getByTestId('register-station').click();
      await officer.page.waitForURL(/done=registered/);
      await browser.picture(officer, 'console-stations');
    });
    await browser.step('somebody without a phone proves to be there', async () => {
      await page.goto(`${input.wallet}/officers/desk`);
      for(const id of ['#open-pin', '#open-again']) await hands.write(id, '271828');
      await hands.press('#desk-open button');
      await page.locator('#desk').waitFor();
      await page.goto(link);
      await page.locator('#with-pictures').waitFor();
      await browser.picture(person, 'wallet-station-proof', {gallery: 'desk'});
      await page.context().grantPermissions(['camera']);
      await hands.press('#with-pictures');
      await page.locator('#existence-message:not([hidden])').waitFor();
      assert.match(await page.locator('#existence-message').innerText(), says(person, 'station-recognised-missing'));
      await hands.tick('[name=recognised][value=document]');
      await hands.press('#with-pictures');
      await page.locator('dialog[open] input').waitFor({timeout: 90_000});
      await hands.write('dialog[open] input', '271828');
      await page.keyboard.press('Enter');
      await page.locator('#existence[data-state=answered]').waitFor({timeout: 90_000});
    });
    await browser.step('an officer of the Fund reads who vouched, and where, and confirms', async () => {
      await openAnswer(officer);
      const said = await officer.page.getByTestId('station-word').innerText();
      assert.match(said, /Awa Diop had the person in front of them at London office \(United Kingdom\)/);
      assert.match(await officer.page.getByTestId('pictures').innerText(), /Every check passed/);
      await browser.picture(officer, 'console-request-station', {gallery: 'desk'});
      await officer.page.getByTestId('believed').check();
      await officer.page.getByTestId('confirm-by-station').click();
      await officer.page.waitForURL(/done=confirmed/);
    });
    await browser.step('the certificate arrives in the kept wallet', async () => {
      await page.locator('#receive').waitFor({timeout: 30_000});
      await hands.press('#receive');
      await hands.press('#accept');
      await hands.write('dialog[open] input', '271828');
      await page.keyboard.press('Enter');
      await page.locator('.verdict.pass').waitFor();
      await hands.press('#desk button');
      await page.locator('#desk-visit').waitFor();
    });
    await enrolsAtStation(browser, input, officer, person);
  });
}

let failed = false;
try {
  browser.chromium = await chromiumWith(null);
  const officer = await fundOfficer();
  await succeeds(officer);
  await triesAgain(officer, {
    name: 'photograph', row: 1, scenes: [['quiet', 60]], why: 'existence-again-movement',
  });
  await triesAgain(officer, {
    name: 'somebody-else', row: 2, scenes: [['other', 60]], why: 'existence-again-other', afterwards: appeals,
  });
  await goesOn(officer);
  await atStation(officer);
  await withoutNetwork(officer);
  await register(browser, officer);
  await withoutPlace(officer);
  await onPaper(officer);
} catch(error) {
  failed = true;
  console.log(error);
  await browser.wreck();
}
await browser.end('presence', failed);
