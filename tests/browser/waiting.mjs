// A person whose organisation approves a credential first: the wallet waits and keeps what comes. Input: a JSON file with the
// wallet's address and an offer (see tests/interop/flows.rs, which approves meanwhile).
import {readFileSync} from 'node:fs';
import {Browser} from './browser.mjs';

async function waits(browser, {wallet, offer}) {
  const person = await browser.person('person', {phone: true});
  const {page} = person;

  await browser.step('the person accepts and reads that the organisation has to approve', async () => {
    await page.goto(`${wallet}/offer?credential_offer_uri=${encodeURIComponent(offer.uri)}`);
    await page.locator('#create-wallet').click();
    await page.locator('#tx-code').fill(offer.txCode);
    await page.locator('#accept').click();
    await page.getByTestId('offer-waiting').waitFor();
    await browser.picture(person, 'wallet-waiting');
  });

  await browser.step('what was approved comes by itself', async () => {
    const received = page.getByRole('heading', {name: 'Received'});
    for(let tries = 0; await received.count() === 0; tries += 1) {
      if(tries === 60) {
        throw new Error(`not received: ${await page.innerText('body')}`);
      }
      await page.waitForTimeout(1000);
      await page.reload();
    }
    await browser.picture(person, 'wallet-waited');
  });
}

await Browser.conduct('waiting', JSON.parse(readFileSync(process.argv[2], 'utf8')), waits);
