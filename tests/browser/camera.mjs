// A desk in a real Chromium: with a pretended camera, and every name unknown to it but this machine's. Input: a JSON file that
// the first argument names; what the test is asked for goes out on standard output, and its answers come in on standard input.
import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {Browser} from './browser.mjs';
import {chromium} from 'playwright-core';

export const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
export const browser = new Browser();

/** Asks the test for something; its answer is a line of JSON. */
export async function ask(what) {
  console.log(what);
  return JSON.parse((await lines.next()).value);
}

/** Lets an officer take the steps, and ends the process: with 1 when one failed or a page had a problem. */
export async function conduct(steps) {
  browser.input = input;
  rmSync(input.shots, {recursive: true, force: true});
  mkdirSync(input.shots, {recursive: true});
  browser.chromium = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost', '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${input.camera}`,
    ],
  });
  let failed = false;
  try {
    await steps(await browser.person('officer'));
  } catch (error) {
    failed = true;
    console.error(error);
    await browser.wreck();
  }
  browser.problems.forEach(problem => console.error(`page problem: ${problem}`));
  await browser.close();
  process.exit(failed || browser.problems.length > 0 ? 1 : 0);
}
