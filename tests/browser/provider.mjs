// A person who signs in for credentials at the organisation's OpenID provider, on the pages. Input: a JSON file with the
// authorization page's addresses, the provider's, and the wallet's redirect address (see tests/interop/persons.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {Browser} from './browser.mjs';

async function signIn(browser, {pages: [first, second], provider, number, redirectUri}) {
  const app = createServer((_, response) => response.end('<title>The wallet</title>'));
  await new Promise(done => app.listen(Number(new URL(redirectUri).port), '127.0.0.1', done));
  const person = await browser.person('person', {phone: true});
  const {page} = person;

  await browser.step('the page offers the provider, and the way leads over it back to the wallet', async () => {
    await fetch(`${provider}/as?who=ann&number=${number}`);
    await page.goto(first);
    await browser.picture(person, 'authorize-provider');
    await page.getByTestId('provider').click();
    await page.waitForURL(url => url.href.startsWith(redirectUri));
    assert(new URL(page.url()).searchParams.get('code'), page.url());
  });

  await browser.step('a person who goes away at the provider reads what to do', async () => {
    await page.context().clearCookies();
    await fetch(`${provider}/as?who=nobody`);
    await page.goto(second);
    await page.getByTestId('provider').click();
    await page.getByText('You did not sign in there').waitFor();
    await browser.picture(person, 'authorize-provider-declined');
  });
  app.close();
}

await Browser.conduct('provider', JSON.parse(readFileSync(process.argv[2], 'utf8')), signIn);
