// A state of a page in every language, on a phone: what axe-core finds, and whether it is wider than its screen. A long look at each
// page, with large text, narrow screens and the keyboard, is in wallet.mjs; states that only a journey reaches get this one.
import {hang} from './gallery.mjs';
import {PHONE} from './ways.mjs';

export const ALL = ['en', 'ar', 'zh', 'fr', 'ru', 'es'];
const PICKED = 'passerelle_wallet_language';

/** Looks at `url` in each language, `ready` being what is there then; `picture` is its name in the gallery. Afterwards the browser
 * picks no language, as before. */
export async function glance(browser, person, url, {name, ready, picture}) {
  const {page} = person;
  const before = page.viewportSize();
  await page.setViewportSize(PHONE);
  for(const value of ALL) {
    await page.context().addCookies([{name: PICKED, value, url}]);
    await page.goto(url);
    await page.locator(ready).first().waitFor();
    await browser.settled(person);
    const reads = () => page.evaluate(() => document.documentElement.lang);
    let spoken = await reads();
    // The page without a network comes from its worker, which has it in a new language when it was renewed.
    for(let tries = 0; spoken !== value && tries < 20; tries += 1) {
      // Browsers look for a new one a while after a page has come; this asks at once.
      await page.evaluate(async () => { const kept = await navigator.serviceWorker.getRegistration(); if(kept) await kept.update(); });
      await page.waitForTimeout(200);
      await page.goto(url);
      await page.locator(ready).first().waitFor();
      spoken = await reads();
    }
    const said = `${value} ${name}`;
    if(spoken !== value) browser.problems.push(`${said} is in ${spoken}`);
    await browser.accessible(page, said);
    const [wide, all] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if(wide > all + 1) browser.problems.push(`${said} is wider than its screen: ${wide} pixels`);
    if(picture) await hang(page, browser.input.gallery, value, picture);
  }
  await page.context().clearCookies({name: PICKED});
  await page.setViewportSize(before);
}
