// A Chromium with people in it: each has cookies, storage and a passkey authenticator of their own.
import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';
import {hang} from './gallery.mjs';
import {Keyboard, Pointer} from './hands.mjs';
import {DESK, PHONE, way} from './ways.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/**
 * While a service worker changes, a visit that it should answer sometimes never comes: on a busy machine nine of four hundred under
 * Playwright, none of six hundred with the same Chromium driven without it. Telling the workers to go on, as after a debugger, changed
 * nothing. The second visit comes; that it was needed is said.
 */
function patient(page) {
  const goto = page.goto.bind(page);
  page.goto = async (url, options) => {
    try {
      return await goto(url, options);
    } catch(error) {
      if(error.name !== 'TimeoutError' || page.context().serviceWorkers().length === 0) throw error;
      console.log(`a visit came at the second try: ${new URL(url).pathname}`);
      return goto(url, options);
    }
  };
}

export class Browser {
  steps = 0;
  pictures = 0;
  audits = 0;
  /** Errors that pages reported by themselves: exceptions, refused resources, violated policies. */
  problems = [];
  people = [];

  /** Runs scripts one after the other and ends the process: 1 when one failed or a page reported an error. */
  static async conduct(name, input, ...scripts) {
    const browser = await Browser.launch(input);
    let failed = false;
    try {
      for(const script of scripts) {
        await script(browser, input);
      }
    } catch(error) {
      failed = true;
      console.log(inspect(error));
      await browser.wreck();
    }
    await browser.end(name, failed);
  }

  /** Says what became of it and ends the process; whatever a page complained of fails it too. */
  async end(name, failed) {
    for(const problem of this.problems) console.log(`page problem: ${problem}`);
    await this.close();
    const {steps, pictures, audits} = this;
    const passed = !failed && this.problems.length === 0;
    console.log(`${name}: ${steps} steps, ${pictures} pictures, ${audits} accessibility audits, ${passed ? 'passed' : 'FAILED'}`);
    process.exit(passed ? 0 : 1);
  }

  static async launch(input) {
    const self = new Browser();
    self.input = input;
    rmSync(input.shots, {recursive: true, force: true});
    mkdirSync(input.shots, {recursive: true});
    self.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
      ],
    });
    return self;
  }

  /** Somebody with a wallet, who usually goes through the journey in this way: width, language, hands (see ways.mjs). */
  async holder(name, usual) {
    return this.person(name, way(usual));
  }

  /** A person with a device; `size` is what they mostly look at. */
  async person(name, {phone = false, size = phone ? PHONE : DESK, language = 'en', keys = false} = {}) {
    const locale = language === 'en' ? 'en-GB' : language;
    const context = await this.chromium.newContext({viewport: size, isMobile: false, hasTouch: size === PHONE, locale});
    const page = await context.newPage();
    patient(page);
    const hands = keys ? new Keyboard(page) : new Pointer(page);
    const person = {name, page, hands, size, language, asking: 0};
    page.on('request', () => { person.asking += 1; });
    page.on('requestfinished', () => { person.asking -= 1; });
    page.on('requestfailed', () => { person.asking -= 1; });
    page.setDefaultTimeout(30_000);
    page.on('pageerror', error => this.problems.push(`${name} at ${page.url()}: ${error}`));
    page.on('console', message => {
      // A refused sign-in or a 4xx answer is logged by the browser too; those are part of the journey.
      if(message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) {
        this.problems.push(`${name} at ${page.url()}: ${message.text()}`);
      }
    });
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const {authenticatorId: authenticator} = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true,
        hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
      },
    });
    this.people.push(Object.assign(person, {devtools, authenticator}));
    return person;
  }

  /** Until a page has loaded and what its scripts ask for has come. Cheaper than half a second of silence on each of hundreds. */
  async settled(person) {
    const {page} = person;
    await page.waitForLoadState('load');
    for(let quiet = 0, rounds = 0; quiet < 2 && rounds < 500; rounds += 1) {
      await page.evaluate(() => new Promise(done => { requestAnimationFrame(() => setTimeout(done, 15)); }));
      quiet = person.asking > 0 ? 0 : quiet + 1;
    }
  }

  /** Names what happens next. */
  async step(what, body) {
    this.steps += 1;
    console.log(`step ${what}`);
    try {
      return await body();
    } catch(error) {
      throw new Error(`in "${what}"`, {cause: error});
    }
  }

  /** The page as it is, on a phone and on a desk; `gallery` also puts it into the README's folder. */
  async picture(person, name, {gallery} = {}) {
    const {page} = person;
    await this.accessible(page, name);
    for(const [suffix, size] of [['phone', PHONE], ['desk', DESK]]) {
      await page.setViewportSize(size);
      const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1);
      if(!fits) {
        this.problems.push(`${name} is wider than a screen of ${size.width} pixels`);
      }
      await page.screenshot({path: join(this.input.shots, `${name}-${suffix}.png`), fullPage: true});
      this.pictures += 1;
      if(gallery === suffix && this.input.gallery && person.language === 'en') {
        mkdirSync(this.input.gallery, {recursive: true});
        await page.screenshot({path: join(this.input.gallery, `${name}.jpg`), type: 'jpeg', quality: 80});
      }
    }
    await page.setViewportSize(person.size);
    await hang(page, this.input.gallery, person.language, name);
  }

  /** What axe-core finds on the page as it is (WCAG 2.2 A and AA, and its best practices). */
  async accessible(page, name) {
    if(!await page.evaluate(() => 'axe' in window)) {
      // Not a script element: the pages' policy refuses those, and this must not weaken it.
      await page.evaluate(readFileSync(AXE, 'utf8'));
    }
    // Swagger UI puts a button beside a link inside a heading that can be clicked; that is its own, not our page.
    const foreign = await page.locator('#swagger-ui').count() > 0 ? {'nested-interactive': {enabled: false}} : {};
    const found = await page.evaluate(
      rules => window.axe.run(document, {resultTypes: ['violations'], rules}), foreign);
    for(const {id, impact, help, nodes} of found.violations) {
      const where = nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ');
      const line = `${name}: ${impact} ${id}: ${help} (${nodes.length} times: ${where})`;
      if(impact === 'serious' || impact === 'critical') {
        this.problems.push(line);
      } else {
        console.log(`advice ${line}`);
      }
    }
    this.audits += 1;
  }

  /** What everybody saw when it went wrong. */
  async wreck() {
    for(const {name, page} of this.people) {
      console.log(`--- ${name} was at ${page.url()} and saw:`);
      try {
        console.log((await page.innerText('body')).slice(0, 2000));
        await page.screenshot({path: join(this.input.shots, `wreck-${name}.png`), fullPage: true});
      } catch(error) {
        console.log(`nothing (${error.message})`);
      }
    }
  }

  async close() {
    await this.chromium.close();
  }
}
