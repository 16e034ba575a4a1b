// A person signs in to an application with UN digital ID, on the page that leads through it. Input: a JSON file with the
// application (see tests/browser/login.rs). For each presentation the link of the page goes out as a line of JSON, and a line
// comes in when the wallet has answered.
import assert from 'node:assert/strict';
import {createHash, randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createInterface} from 'node:readline';
import {Browser} from './browser.mjs';

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();

/** An authorization request with its PKCE verifier. */
function request({issuer, client_id, redirect_uri}) {
  const [verifier, state, nonce] = [32, 16, 16].map(bytes => randomBytes(bytes).toString('base64url'));
  const url = new URL(`${issuer}/authorize`);
  url.search = new URLSearchParams({
    client_id, redirect_uri, state, nonce, response_type: 'code', scope: 'openid profile',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  return {url: url.href, verifier, state};
}

async function redeem({issuer, client_id, client_secret, redirect_uri}, code, verifier) {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: {authorization: `Basic ${btoa(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`)}`},
    body: new URLSearchParams({grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier}),
  });
  assert.equal(answer.status, 200);
  const {id_token} = await answer.json();
  return JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url'));
}

async function answer(page, wallet) {
  const link = await page.getByTestId('open-wallet').getAttribute('href');
  console.log(JSON.stringify({wallet, link}));
  assert.equal((await lines.next()).value, 'answered');
}

async function login(browser, {application}) {
  const {redirect_uri} = application;
  const app = createServer((_, response) => response.end('<!doctype html><title>The application</title>'));
  await new Promise(done => app.listen(Number(new URL(redirect_uri).port), new URL(redirect_uri).hostname, done));
  const back = url => url.href.startsWith(redirect_uri);

  const desk = await browser.person('desk');
  await browser.step('the page goes back to the application by itself once the wallet has answered', async () => {
    const {page} = desk;
    const {url, verifier, state} = request(application);
    await page.goto(url);
    await page.getByTestId('login-waiting').waitFor();
    await browser.picture(desk, 'login-waiting');
    await answer(page, 'present');
    await page.waitForURL(back, {timeout: 30_000});
    const told = new URL(page.url()).searchParams;
    assert.equal(told.get('state'), state);
    assert.equal(told.get('iss'), application.issuer);
    const claims = await redeem(application, told.get('code'), verifier);
    assert.equal(claims.name, `${claims.given_name} ${claims.family_name}`);
    // Going back in the browser leads to no page that asks again.
    await page.goBack();
    assert.equal(await page.getByTestId('open-wallet').count(), 0);
  });

  const phone = await browser.person('phone', {phone: true, language: 'en'});
  await browser.step('whoever declines reads so, and is led back with an error only when they want', async () => {
    const {page} = phone;
    await page.goto(request(application).url);
    await browser.picture(phone, 'login-waiting-phone');
    await answer(page, 'refuse');
    await page.getByTestId('login-refused').waitFor({timeout: 30_000});
    await browser.picture(phone, 'login-refused');
    await page.getByRole('link', {name: /^Back to/}).click();
    await page.waitForURL(back);
    assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied');
  });

  await browser.step('a sign-in belongs to the browser that began it', async () => {
    const {page} = desk;
    await page.goto(request(application).url);
    await phone.page.goto(page.url());
    assert.equal(await phone.page.getByTestId('open-wallet').count(), 0);
    await browser.picture(phone, 'login-of-another');
  });

  await browser.step('without JavaScript the page reloads and shows the way', async () => {
    const context = await browser.chromium.newContext({javaScriptEnabled: false});
    const page = await context.newPage();
    await page.goto(request(application).url);
    await answer(page, 'present');
    await page.getByTestId('login-ready').waitFor({timeout: 30_000});
    await page.locator('a[data-leave]').click();
    await page.waitForURL(back);
    assert(new URL(page.url()).searchParams.get('code'), page.url());
    await context.close();
  });
  app.close();
}

await Browser.conduct('login', JSON.parse(readFileSync(process.argv[2], 'utf8')), login);
