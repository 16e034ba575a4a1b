// A person whose organisation approves a credential first: the wallet waits and keeps what comes. Input: a JSON file with the
// wallet's address and an offer (see tests/interop/flows.rs, which approves meanwhile).
import {readFileSync} from 'node:fs';
import {Browser} from './browser.mjs';
import {says} from './words.mjs';

async function waits(browser, {wallet, offer}) {
  const person = await browser.holder('person', 'desktop ar pointer');
  const {page, hands} = person;

  await browser.step('the person accepts and reads that the organisation has to approve', async () => {
    await page.goto(`${wallet}/offer?credential_offer_uri=${encodeURIComponent(offer.uri)}`);
    await hands.press('#create-wallet');
    await hands.write('#tx-code', offer.txCode);
    await hands.press('#accept');
    await page.getByTestId('offer-waiting').waitFor();
    await browser.picture(person, 'wallet-waiting');
  });

  await browser.step('what was approved comes by itself', async () => {
    const received = page.getByRole('heading', {name: says(person, 'offer-received')});
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
