// The registry's pages in a real headless Chromium: search, the proof of a record, and the notary with files.
// Input: a JSON file with the node's address and files (see services/registry/tests/node/browser.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {Browser} from './browser.mjs';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const at = path => new URL(path, input.registry).href;
let browser;

await Browser.conduct('registry', input, async started => {
  browser = started;
  const reader = await browser.person('reader');
  await searches(reader);
  await readsProof(reader);
  await asksNotary(reader);
  await everyPage(reader);
  await followsVotes(reader);
});

async function searches({page}) {
  await browser.step('a reader searches with the keyboard', async () => {
    for(const [wanted, leads] of [
      ['undp', '/members/undp'], [input.did, `/dids/${input.did}`], ['1', '/blocks/1'],
      [input.root, `/anchors/${input.did}/1`],
    ]) {
      await page.goto(at('/'));
      await page.getByTestId('search').focus();
      await page.keyboard.type(wanted);
      await page.keyboard.press('Enter');
      await page.waitForURL(url => url.pathname === leads);
    }
    await page.goto(at('/'));
    await page.getByTestId('search').fill('nobody at all');
    await page.keyboard.press('Enter');
    await page.getByTestId('nothing').waitFor();
  });
}

async function readsProof({page}) {
  await browser.step('a reader takes the proof of a member with them', async () => {
    await page.goto(at('/members/undp'));
    await page.getByRole('link', {name: 'Show the proof', exact: true}).click();
    await page.getByRole('heading', {name: 'This record is on the chain'}).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()]);
    assert.equal(download.suggestedFilename(), 'org-undp.json');
    const bytes = readFileSync(await download.path());
    assert(bytes.length > 200 && bytes.length < 8192, `${bytes.length} bytes`);
  });
}

async function asksNotary(reader) {
  const {page} = reader;
  const check = async (name, files, says) => {
    await page.goto(at('/notary'));
    await page.getByTestId('file').setInputFiles(files);
    await page.waitForFunction(() => /^[0-9a-f]{64}$/.test(document.querySelector('#digest').value));
    // The button has the focus once the file is read: one more key is enough.
    await page.keyboard.press('Enter');
    await page.getByTestId('finding').getByRole('heading', {name: says}).waitFor();
    await picture(reader, name);
  };
  await browser.step('the file never leaves the device', async () => {
    const bodies = [];
    page.on('request', request => bodies.push(request.postData() ?? ''));
    await check('notary-anchored', [input.letter, input.receipt], 'Anchored');
    assert(bodies.some(body => body.includes('digest=')));
    assert(!bodies.some(body => body.includes('Agreement')), 'the content was sent');
  });
  await browser.step('a changed file, a foreign receipt and a public file are told apart', async () => {
    await check('notary-changed', [input.changed, input.receipt], 'Not proven');
    await check('notary-other-receipt', [input.letter, input.otherReceipt], 'Not proven');
    await check('notary-public', [input.report], 'A public document');
    await check('notary-unknown', [input.letter], 'Unknown');
  });
}

async function everyPage(reader) {
  const {page} = reader;
  const pages = [
    ['home', '/'], ['members', '/members'], ['member', '/members/undp'], ['validators', '/validators'], ['proposals', '/proposals'],
    ['schemas', '/schemas'], ['dids', '/dids'], ['did', `/dids/${input.did}`], ['anchors', '/anchors'],
    ['anchors-of', `/anchors/${input.did}`], ['anchor', `/anchors/${input.did}/1`], ['documents', '/documents'],
    ['blocks', '/blocks'], ['block', '/blocks/1'], ['parameters', '/parameters'], ['notary', '/notary'],
    ['proof', '/proof/org/undp'], ['proof-of-absence', '/proof/org/nobody'], ['search', '/search'],
    ['search-nothing', '/search?q=nobody'], ['not-found', '/members/nobody'],
  ];
  for(const [name, path] of pages) {
    await browser.step(name, async () => {
      await page.goto(at(path));
      await picture(reader, name);
    });
  }
  await browser.step('transaction', async () => {
    await page.goto(at('/blocks'));
    await page.getByRole('row', {name: 'Proposed: admit a member'}).getByRole('link').click();
    await page.locator('a[href^="/transactions/"]').first().click();
    await picture(reader, 'transaction');
  });
}

async function followsVotes(reader) {
  const {page} = reader;
  const voting = path => new URL(path, input.voting).href;
  await browser.step('the time that is left runs', async () => {
    await page.goto(voting(`/proposals/${input.open}`));
    const left = page.getByTestId('standing').locator('time[data-left]');
    assert.match(await left.innerText(), /^[12] days? \d+ hours?$/);
    // A deadline that is near is told by the second.
    await left.evaluate(time => time.dateTime = new Date(Date.now() + 90_000).toISOString());
    await page.waitForFunction(() => /^1 minute \d+ seconds?$/.test(
      document.querySelector('[data-testid=standing] time[data-left]').textContent));
    await page.goto(voting(`/proposals/${input.open}`));
    await page.getByRole('row', {name: /wfp/}).getByText('Not yet').waitFor();
    await picture(reader, 'proposal-open');
  });
  for(const [name, path] of [
    ['proposal-carried', `/proposals/${input.carried}`], ['proposals-open', '/proposals'], ['home-voting', '/'],
  ]) {
    await browser.step(name, async () => {
      await page.goto(voting(path));
      await picture(reader, name);
    });
  }
}

/** The page on both screens with what axe finds on it, and mirrored. */
async function picture(reader, name) {
  const {page} = reader;
  await browser.picture(reader, name);
  await page.evaluate(() => document.documentElement.dir = 'rtl');
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1);
  if(!fits) {
    browser.problems.push(`${name} is too wide when it is mirrored`);
  }
  await page.evaluate(() => document.documentElement.dir = 'ltr');
}
