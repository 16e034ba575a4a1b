// Somebody without a phone enrols at a station: kept wallet, PIN, the station's camera, the officer's word. Part of the journey in
// presence.mjs, which has made the station and registered it.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

const PIN = '271828';

/** The camera sees this picture: the film of the proof shows the face too far away for a reference. */
async function near(page, picture) {
  await page.evaluate(async data => {
    const image = new Image();
    image.src = `data:image/jpeg;base64,${data}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
    const draw = () => canvas.getContext('2d').drawImage(image, 0, 0);
    draw();
    setInterval(draw, 100);
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
  }, readFileSync(picture).toString('base64'));
}

/** `officer` is of the Fund; `person` is at the station, whose officer's page is open. */
export async function enrolsAtStation(browser, input, officer, person) {
  const {page, hands} = person;
  const invitation = await browser.step('somebody without a phone has an invitation', async () => {
    await officer.page.goto(`${input.issuer}/console/retirees`);
    await officer.page.locator('tbody th a').nth(6).click();
    await officer.page.getByTestId('invite').click();
    const code = (await officer.page.getByTestId('code').innerText()).trim();
    const link = await officer.page.getByTestId('enrol-link').getAttribute('href');
    const uid = (await officer.page.locator('.qr-card p').nth(1).innerText()).trim();
    return {code, link, uid};
  });
  await browser.step('and enrols at the station with a kept wallet and a PIN', async () => {
    await page.goto(`${input.wallet}/officers/desk`);
    for(const id of ['#open-pin', '#open-again']) await hands.write(id, PIN);
    await hands.press('#desk-open button');
    await page.locator('#desk').waitFor();
    await page.goto(invitation.link);
    await hands.write(page.getByTestId('uid'), invitation.uid);
    await hands.write(page.getByTestId('code'), invitation.code);
    await hands.press(page.getByTestId('enrol-begin'));
    await page.waitForURL(/\/enrolments\//);
    await page.getByTestId('station-send').waitFor();
    await browser.picture(person, 'wallet-station-enrol');
    await page.context().grantPermissions(['camera']);
    await near(page, input.frames.closer);
    await hands.press(page.getByTestId('station-take'));
    await page.locator('#station-picture:not([hidden])').waitFor({timeout: 30_000});
    await hands.tick('[name=recognised][value=document]');
    await hands.write(page.getByTestId('document-number'), 'AK 123 456');
    await hands.write(page.getByTestId('document-state'), 'gbr');
    await hands.write(page.getByTestId('document-expires'), '2034-05-31');
    await browser.picture(person, 'wallet-station-enrol-ready');
    await hands.press(page.getByTestId('station-send'));
    await hands.write('dialog[open] input', PIN);
    await page.keyboard.press('Enter');
    await page.getByTestId('seen-at-station').waitFor({timeout: 60_000});
    await browser.picture(person, 'wallet-station-enrol-sent');
  });
  await browser.step('an agent of the Fund sees picture, document and whose word it is, and proposes', async () => {
    const {page: desk} = officer;
    await desk.goto(`${input.issuer}/console/enrolment`);
    await desk.getByTestId('seen-at-stations').locator('a').click();
    const said = await desk.getByTestId('station').innerText();
    assert.match(said, /Awa Diop \(London office\)/);
    await browser.picture(officer, 'console-desk-station', {gallery: 'desk'});
    await desk.getByTestId('reason').fill('One good face; the document fits the register.');
    await desk.getByTestId('propose').click();
    await desk.waitForURL(/done=proposed/);
    await page.reload();
    await page.locator('#enrolment[data-state=proposed]').waitFor();
    await hands.press('#desk button');
    await page.locator('#desk-visit').waitFor();
  });
}
