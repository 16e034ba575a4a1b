// What an office does beside offering a list: a course, offers to many, machines of HR, a portrait, a key that is rotated.
// Comes before the second person does, since HR acts alone here.
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';

export async function sources(browser, input) {
  const hr = browser.people.find(({name}) => name === 'hr');
  await entersCourse(browser, hr, input);
  await addsPortrait(browser, hr, input);
  await personKeepsPortrait(browser, hr, input);
  await offersToMany(browser, hr, input);
  await makesMachine(browser, hr, input);
  await tellsOtherSystems(browser, hr, input);
  await rotatesKey(browser, hr, input);
  await losesKey(browser, hr, input);
}

async function entersCourse(browser, hr, input) {
  const {page} = hr;
  await browser.step('HR enters a course and offers it as a credential', async () => {
    await page.goto(`${input.issuer}/console/staff`);
    await page.locator('tbody th a').nth(5).click();
    await page.getByTestId('grant-another').click();
    await browser.picture(hr, 'console-grant');
    await page.getByTestId('kind-TrainingCompletion').click();
    await page.getByTestId('grant').click();
    await page.locator('.field-error').first().waitFor();
    await browser.picture(hr, 'console-grant-fault');
    await page.getByLabel('Course', {exact: true}).fill('BSAFE');
    await page.getByLabel('Completed on').fill('2026-11-03');
    await browser.picture(hr, 'console-grant-form');
    await page.getByTestId('grant').click();
    await page.waitForURL(/\/console\/offers\/.*done=made/);
    await browser.picture(hr, 'console-grant-offered');
  });
}

/** A drawing of a face as a JPEG, made by the browser itself, so that no picture of anybody is in this folder. */
async function face(page, input) {
  const encoded = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [900, 1200];
    const draw = canvas.getContext('2d');
    const shape = (colour, ...ellipse) => {
      draw.fillStyle = colour;
      draw.beginPath();
      draw.ellipse(...ellipse, 0, 0, 2 * Math.PI);
      draw.fill();
    };
    draw.fillStyle = '#c9d8e4';
    draw.fillRect(0, 0, 900, 1200);
    shape('#2f4a68', 450, 1190, 400, 330);
    shape('#8d5b3c', 450, 560, 230, 300);
    shape('#241a14', 450, 360, 240, 160);
    shape('#241a14', 370, 540, 26, 18);
    shape('#241a14', 530, 540, 26, 18);
    shape('#6d3d2b', 450, 720, 80, 22);
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
  });
  const file = join(input.shots, 'face.jpg');
  writeFileSync(file, Buffer.from(encoded, 'base64'));
  return file;
}

async function addsPortrait(browser, hr, input) {
  const {page} = hr;
  await browser.step('HR adds a portrait, after a file that is none', async () => {
    await page.goto(`${input.issuer}/console/staff`);
    await page.locator('tbody th a').nth(7).click();
    await page.getByText('Add a portrait', {exact: true}).click();
    const wrong = join(input.shots, 'portrait.jpg');
    writeFileSync(wrong, '<svg onload="alert(1)"/>');
    await page.getByTestId('portrait-file').setInputFiles(wrong);
    await page.getByTestId('save-portrait').click();
    await page.getByText('no JPEG and no PNG').waitFor();
    await browser.picture(hr, 'console-portrait-refused');
    await page.getByTestId('portrait-file').setInputFiles(await face(page, input));
    await page.getByTestId('save-portrait').click();
    await page.waitForURL(/done=portrait/);
    const width = await page.locator('img.portrait').evaluate(image => image.naturalWidth);
    assert.equal(width, 240, 'the page\'s policy lets the picture be seen');
    await browser.picture(hr, 'console-person-portrait');
  });
}

async function personKeepsPortrait(browser, hr, input) {
  const {page} = hr;
  const person = new URL(page.url()).pathname;
  const elodie = await browser.holder('elodie', 'desktop ar pointer');
  await browser.step('the person keeps a staff identity and sees the portrait in the wallet', async () => {
    await page.getByTestId('open-offer').click();
    const link = await page.getByTestId('offer-link').getAttribute('href');
    const code = (await page.getByTestId('transaction-code').innerText()).replaceAll(/\D/g, '');
    await elodie.page.goto(link);
    await elodie.hands.press('#create-wallet');
    await elodie.hands.write('#tx-code', code);
    await elodie.hands.press('#accept');
    await elodie.page.locator('.verdict.pass').waitFor();
    await elodie.hands.press('main .actions a.button');
    await elodie.page.waitForURL(/\/$/);
    const held = elodie.page.locator('[data-credential]');
    const pages = await held.evaluateAll(links => links.map(link => link.href));
    const widths = [];
    for(const address of pages) {
      await elodie.page.goto(address);
      const portrait = elodie.page.locator('.claims .portrait');
      if(await portrait.count() > 0) {
        widths.push(await portrait.evaluate(image => image.naturalWidth));
        await browser.picture(elodie, 'wallet-credential-portrait');
      }
    }
    assert.deepEqual(widths, [240], 'in the form that can withhold it, and in no other');
  });
  await browser.step('HR takes the portrait away, and a new staff identity is offered', async () => {
    await page.goto(`${input.issuer}${person}`);
    page.once('dialog', dialog => dialog.accept());
    await page.getByTestId('remove-portrait').click();
    await page.waitForURL(/done=portrait-removed/);
    assert.equal(await page.locator('img.portrait').count(), 0);
    assert.equal(await page.getByTestId('open-offer').count(), 1);
  });
}

async function offersToMany(browser, hr, input) {
  const {page} = hr;
  await browser.step('HR looks at offers to many, prepares a run and discards it', async () => {
    await page.goto(`${input.issuer}/console/reissues`);
    await browser.picture(hr, 'console-reissues');
    await page.locator('input[name=why][value=phone-lost]').count().then(count => assert.equal(count, 0));
    await page.locator('input[name=why][value=first]').check();
    await page.getByTestId('create-run').click();
    await page.getByTestId('confirm-run').waitFor();
    await browser.picture(hr, 'console-reissue');
    page.once('dialog', dialog => dialog.accept());
    await page.getByRole('button', {name: 'Discard'}).click();
    await page.waitForURL(/done=discarded/);
  });
}

async function makesMachine(browser, hr, input) {
  const {page} = hr;
  await browser.step('an administrator makes a token for a machine of HR and ends it', async () => {
    await page.goto(`${input.issuer}/console/machines`);
    await browser.picture(hr, 'console-machines');
    await page.getByTestId('client-name').fill('Payroll and HR system of the regional bureau');
    await page.getByTestId('create-client').click();
    await page.getByTestId('client-token').waitFor();
    await browser.picture(hr, 'console-machine-token');
    page.once('dialog', dialog => dialog.accept());
    await page.getByRole('button', {name: 'End the token'}).click();
    await page.getByText('Ended', {exact: true}).waitFor();
  });
}

async function tellsOtherSystems(browser, hr, input) {
  const {page} = hr;
  const receiver = createServer((request, response) => response.writeHead(204, {connection: 'close'}).end());
  await new Promise(resolve => receiver.listen(0, '127.0.0.1', resolve));
  await browser.step('HR has another system told of what happens', async () => {
    await page.goto(`${input.issuer}/console/webhooks`);
    await browser.picture(hr, 'console-webhooks-empty');
    await page.getByTestId('webhook-url').fill('https://10.0.0.1/inside');
    await page.getByTestId('create-webhook').click();
    await page.getByText('No webhook was made.').waitFor();
    await browser.picture(hr, 'console-webhooks-refused');
    await page.getByTestId('webhook-url').fill(`http://127.0.0.1:${receiver.address().port}/passerelle`);
    await page.getByTestId('create-webhook').click();
    await page.getByTestId('webhook-secret').waitFor();
    await browser.picture(hr, 'console-webhooks-made');
    await page.getByTestId('new-webhook').click();
    await page.getByTestId('send-test').click();
    await page.getByTestId('deliveries').waitFor();
    for(let tries = 0; tries < 30 && !await page.getByTestId('deliveries').getByText('204').count(); tries++) {
      await page.waitForTimeout(500);
      await page.reload();
    }
    await page.getByTestId('deliveries').getByText('204').waitFor();
    await browser.picture(hr, 'console-webhook');
  });
  receiver.close();
}

async function rotatesKey(browser, hr, input) {
  const {page} = hr;
  await browser.step('an administrator rotates a signing key and sees it done', async () => {
    await page.goto(`${input.issuer}/console/keys`);
    const rotate = page.getByTestId('change-rotate-key').first();
    await rotate.locator('summary').click();
    await page.getByTestId('change-mark-key-compromised').first().locator('summary').click();
    await browser.picture(hr, 'console-keys-change');
    await rotate.getByTestId('rotate-key').click();
    await page.waitForURL(/done=ordered/);
    await changed(page, input, 'change-retire-key');
    assert.match(await page.getByTestId('key-change').first().innerText(), /Rotation of key-ed25519-1\s+Done/);
    await browser.picture(hr, 'console-keys-rotated', {gallery: 'desk'});
  });
}

/** Looks at the keys until the page offers this. */
async function changed(page, input, offered) {
  for(let waited = 0; await page.getByTestId(offered).count() === 0; waited += 500) {
    assert(waited < 30_000, `the change does not get on: ${await page.innerText('main')}`);
    await page.waitForTimeout(500);
    await page.goto(`${input.issuer}/console/keys`);
  }
}

async function losesKey(browser, hr, input) {
  const {page} = hr;
  await browser.step('an administrator says that the other key is stolen, and is led to those who hold what it signed', async () => {
    const card = page.getByTestId('key').filter({hasText: 'key-p256-1'});
    await card.getByText('Stolen or lost', {exact: true}).click();
    await card.getByRole('checkbox').check();
    await card.getByTestId('mark-key-compromised').click();
    await page.waitForURL(/done=ordered/);
    await changed(page, input, 'reissue-key-p256-1');
    assert.match(await page.getByTestId('key').last().innerText(), /key-p256-2[^]*Signs now/);
    await browser.picture(hr, 'console-keys-compromised');
    await page.getByTestId('reissue-key-p256-1').click();
    await page.waitForURL(/\/console\/reissues\//);
    assert.match(await page.innerText('main'), /Offer to 1 person\?/);
    await browser.picture(hr, 'console-reissue-for-key');
  });
}
