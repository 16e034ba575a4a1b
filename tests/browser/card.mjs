// A person receives credentials on the wallet's pages and prints a card of each, as the browser prints it: a PDF a card.
// Input: a JSON file with the wallet's offer, its code, and the folder for the cards (see tests/printed_card.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Browser} from './browser.mjs';

await Browser.conduct('card', JSON.parse(readFileSync(process.argv[2], 'utf8')), async (browser, input) => {
  const {page, hands} = await browser.holder('person', 'desktop en keyboard');
  await browser.step('a person receives two credentials', async () => {
    await page.goto(input.offer);
    await hands.press('#create-wallet');
    await hands.write('#tx-code', input.code);
    await hands.press('#accept');
    await page.locator('.verdict.pass').waitFor();
  });
  await browser.step('a card of each is printed', async () => {
    await page.goto(`${input.wallet}/`);
    await page.locator('a.credential').first().waitFor();
    const paths = await page.locator('a.credential').evaluateAll(links => links.map(link => link.getAttribute('href')));
    assert.equal(paths.length, 2);
    for(const [number, path] of paths.entries()) {
      await page.goto(`${input.wallet}${path}/card`);
      await page.locator('#card-form button:not(:disabled)').waitFor();
      const choices = page.locator('#card-form [name=claim]');
      for(let at = 0; at < await choices.count(); at += 1) {
        await hands.tick(choices.nth(at));
      }
      await hands.press('#card-form button');
      await page.locator('#printed-codes svg').first().waitFor();
      await page.pdf({path: join(input.paper, `card-${number}.pdf`), format: 'A4', printBackground: false});
    }
  });
});
