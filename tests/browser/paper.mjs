// The Fund's paper form in a browser: printed for a person of the register, signed, photographed badly and then well, sent from
// the wallet, confirmed by an officer. And people whose device gives no place, with and without a pension that hangs on it.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {says} from './words.mjs';

/** Places in the list of retirees, and what the register says of them. */
export const ON_PAPER = {row: 6, uid: '103118264'};
export const TWO_TRACK = {row: 7, uid: '103467095'};
export const ONE_TRACK = {row: 8, uid: '104020731'};
const REGISTER = `uid,given_name,family_name,birth_date,country,language,track,address,medium,in_payment_since
${ON_PAPER.uid},Giovanni,Bianchi,1948-02-03,ITA,en,one,Via Garibaldi 1 | 00153 Roma,post,2010-01-01
${TWO_TRACK.uid},Lakshmi,Venkataraman,1950-04-05,IND,en,two,12 Marina Road | Chennai,post,2011-01-01
${ONE_TRACK.uid},Pierre-Yves,Delorme,1951-06-07,CHE,fr,one,Rue du Lac 8 | 1200 Geneva,post,2012-01-01
`;

/** The register of the year with three people, and a night over them. */
export async function register(browser, officer) {
  const {page} = officer;
  const {input} = browser;
  await browser.step('the register comes in, and a night asks three people for a form', async () => {
    const file = join(input.folder, 'register.csv');
    writeFileSync(file, REGISTER);
    await page.goto(`${input.issuer}/console/fund/register`);
    await page.getByTestId('register-file').setInputFiles(file);
    await page.getByTestId('register-upload').click();
    await page.getByTestId('register-confirm').click();
    await page.goto(`${input.issuer}/console/fund/letter-settings`);
    await page.getByTestId('telephone').fill('+1 212 963 6931');
    await page.getByTestId('return-address').fill('1 Dag Hammarskjöld Plaza, New York');
    await page.getByTestId('keep-settings').click();
    for(let tries = 0; tries < 60; tries += 1) {
      await page.goto(`${input.issuer}/console/fund`);
      await page.getByTestId('run-night').click();
      await page.goto(`${input.issuer}/console/fund/mailings`);
      if(await page.locator('#kind option[value=mail-paper]').count() > 0) return;
      await page.waitForTimeout(1000);
    }
    throw new Error('no form was asked for');
  });
}

/** The printed page with the form of somebody, as a picture of a scanner. */
async function printed(browser, officer, name) {
  const {page} = officer;
  const {input} = browser;
  await page.goto(`${input.issuer}/console/fund/mailings`);
  await page.locator('#kind').selectOption('mail-paper');
  await page.getByTestId('make-mailing').click();
  await page.waitForURL(/\/mailings\/[0-9a-z]+$/);
  for(let tries = 0; tries < 60 && await page.getByTestId('part-1').count() === 0; tries += 1) {
    await page.waitForTimeout(1000);
    await page.reload();
  }
  const part = await page.context().request.get(new URL(await page.getByTestId('part-1').getAttribute('href'), input.issuer).href);
  assert.equal(part.status(), 200);
  const pdf = join(input.folder, 'part.pdf');
  writeFileSync(pdf, await part.body());
  const pages = execFileSync('pdftotext', ['-layout', pdf, '-'], {encoding: 'utf8'}).split('\f');
  const at = pages.findIndex(text => text.includes(name)) + 1;
  assert.ok(at > 0, `no page for ${name}`);
  const to = join(input.folder, 'form');
  execFileSync('pdftoppm', ['-r', '200', '-png', '-singlefile', '-f', `${at}`, '-l', `${at}`, pdf, to]);
  return `${to}.png`;
}

/** A photograph of the page: turned a little, with noise, signed or not, or so small that nothing can be read. */
async function photograph(person, png, {signed = false, width = null}) {
  const page = await person.page.context().newPage();
  const data = await page.evaluate(async ({source, signed, width}) => {
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    const scale = width ? width / picture.width : 1;
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale * 1.06);
    canvas.height = Math.round(picture.height * scale * 1.06);
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#b9b4aa';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate(1.4 * Math.PI / 180);
    pen.scale(scale, scale);
    pen.drawImage(picture, -picture.width / 2, -picture.height / 2);
    if(signed) {
      const dots = picture.height / 841.89;
      pen.translate(-picture.width / 2, -picture.height / 2);
      pen.strokeStyle = '#1a1a40';
      pen.lineWidth = 5;
      pen.beginPath();
      for(let step = 0; step <= 300; step += 1) {
        const along = step / 300;
        pen.lineTo((110 + 180 * along) * dots, (680 + 22 * Math.sin(along * 30)) * dots);
      }
      pen.stroke();
    }
    const all = pen.getImageData(0, 0, canvas.width, canvas.height);
    let state = 7;
    for(let at = 0; at < all.data.length; at += 4) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = (state >>> 27) - 16;
      for(let part = 0; part < 3; part += 1) all.data[at + part] = 20 + all.data[at + part] * 0.85 + noise;
    }
    pen.putImageData(all, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.85);
  }, {source: `data:image/png;base64,${readFileSync(png).toString('base64')}`, signed, width});
  await page.close();
  return {name: 'form.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(data.split(',')[1], 'base64')};
}

/** Bad photographs are said kindly, a good one ends in the same receipt as every channel. */
export async function formFromWallet(browser, officer, link) {
  const png = await printed(browser, officer, 'Giovanni Bianchi');
  const person = await browser.holder('giovanni', 'desktop ar keyboard');
  const {page, hands} = person;
  const send = async (picture, answer) => {
    await hands.attach('#form-file', picture);
    await hands.press('#form-send');
    await (answer ? page.locator('#form-why').filter({hasText: says(person, answer)}) : page.getByTestId('form-waits')).waitFor({timeout: 60_000});
  };
  await browser.step('a photograph that nobody can read, and one without a signature, are told apart', async () => {
    await page.goto(link);
    await hands.press('#create-wallet');
    await page.locator('#send-form').waitFor();
    await send(await photograph(person, png, {signed: true, width: 240}), 'form-unread-no-code');
    await browser.picture(person, 'wallet-form-unread');
    await browser.accessible(page, 'a form that cannot be read');
    await send({name: 'form.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('this is no picture')}, 'form-unread-picture');
    await send(await photograph(person, png, {}), 'form-unread-unsigned');
  });
  await browser.step('the signed one is taken, and waits for an officer', async () => {
    await send(await photograph(person, png, {signed: true}));
    await browser.picture(person, 'wallet-form-waits');
  });
  await browser.step('an officer reads the day from the paper, and the person has the receipt', async () => {
    await officer.page.goto(`${browser.input.issuer}/console/fund/scans`);
    await officer.page.getByTestId('scans').locator('a').first().click();
    await officer.page.getByTestId('scan-picture').waitFor();
    await browser.picture(officer, 'console-scan-from-wallet');
    await officer.page.getByTestId('scan-day').fill(new Date().toISOString().slice(0, 10));
    await officer.page.getByTestId('accept-scan').click();
    await officer.page.getByTestId('accept-scan').waitFor({state: 'detached'});
    await page.reload();
    await page.getByTestId('receipt').waitFor();
    assert.match(await page.getByTestId('receipt').innerText(), says(person, 'receipt-by-upload'));
    await browser.picture(person, 'wallet-form-accepted');
  });
}
