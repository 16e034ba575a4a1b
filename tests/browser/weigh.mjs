// What pages of the wallet weigh for a first visit over a slow line.
import assert from 'node:assert/strict';

/** What a page weighs for somebody who has nothing of it yet, and when it can be used over 2G on a slow phone. */
async function weighed({page}, url, usable) {
  // What the page before still fetches is not of this one.
  await page.goto('about:blank');
  const devtools = await page.context().newCDPSession(page);
  let bytes = 0;
  const [names, parts] = [new Map(), []];
  devtools.on('Network.responseReceived', ({requestId, response}) => { names.set(requestId, new URL(response.url).pathname); });
  devtools.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
    bytes += encodedDataLength;
    parts.push([encodedDataLength, names.get(requestId)]);
  });
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', {cacheDisabled: true});
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false, latency: 300, downloadThroughput: 250_000 / 8, uploadThroughput: 50_000 / 8,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', {rate: 6});
  const begun = Date.now();
  await page.goto(url, {timeout: 60_000, waitUntil: 'commit'});
  await page.waitForLoadState('load', {timeout: 60_000});
  await page.locator(usable).first().waitFor({timeout: 60_000});
  const took = Date.now() - begun;
  await page.waitForLoadState('networkidle');
  await devtools.detach();
  const {pathname} = new URL(url);
  console.log(`${pathname.replace(/[0-9a-f-]{20,}/, 'id')}: ${(bytes / 1000).toFixed(1)} kB transferred, usable after ${(took / 1000).toFixed(1)} s (250 kbit/s, 300 ms, CPU six times slower)`);
  if(process.env.WEIGH === 'parts') {
    parts.sort(([one], [other]) => other - one).forEach(([size, name]) => console.log(`  ${(size / 1000).toFixed(1)} ${name}`));
  }
  return {bytes, took};
}

/** A first visit over a slow line on a slow phone. */
export async function weigh(browser, input) {
  const person = await browser.person('first visit', {phone: true, language: 'en'});
  await browser.step('a first visit over 2G', async () => {
    const {bytes, took} = await weighed(person, `${input.wallet}/`, '#create-wallet:not(:disabled)');
    assert(bytes < 100_000, `${bytes} bytes`);
    assert(took < 30_000, `${took} ms`);
  });
}

/**
 * With `WEIGH` set: the same of every page that somebody comes to by a link or looks at often, with nothing of it in the phone; with
 * `WEIGH=parts` also what each of its files weighs.
 */
export async function weighMain(browser, person, input, paths) {
  if(!process.env.WEIGH) {
    return;
  }
  const usable = {offers: 'main .verdict', presentations: '#agree:not(:disabled)', existence: '#begin', credentials: '#check-again'};
  await browser.step('pages over 2G', async () => {
    for(const path of [...paths, '/organisations', '/enrol', '/officers', '/officers/join', '/recover/help', '/pin', '/recover', '/offline']) {
      const [, first, , rest] = path.split('/');
      const {bytes} = await weighed(person, input.wallet + path, (!rest && usable[first]) || 'main h1');
      // The page for times without a network carries what reads codes; a phone fetches that once, and its worker keeps it.
      assert(path === '/offline' || process.env.WEIGH === 'parts' || bytes < 100_000, `${path}: ${bytes} bytes`);
    }
  });
}
