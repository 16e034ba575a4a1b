// One page of the wallet in one language: what axe-core finds, targets, narrow screens, large text, pictures.
import assert from 'node:assert/strict';
import {join} from 'node:path';
import {hang} from './gallery.mjs';
import {walk} from './hands.mjs';
import {DESK, PHONE} from './ways.mjs';

/** 400% zoom of 1280 pixels (WCAG 2.2, 1.4.10). */
const NARROW = {width: 320, height: 256};

/** Sets the language as the picker of every page does. */
export async function speak({page, hands}, input, language) {
  await page.goto(`${input.wallet}/account`);
  await hands.press('.language-menu summary');
  await hands.press(`.language-menu button[value=${language}]`);
  await page.locator(`html[lang=${language}]`).waitFor();
}

/** For the gallery alone: what a person did is done once more in the other direction. */
export async function inBoth(person, input, name, again) {
  const {page, language} = person;
  await hang(page, input.gallery, language, name);
  if(input.gallery) {
    const other = language === 'ar' ? 'en' : 'ar';
    await speak(person, input, other);
    await again();
    await hang(page, input.gallery, other, name);
    await speak(person, input, language);
    await again();
  }
}

/** One page in one language. */
export async function look(browser, person, input, path, language) {
  const {page} = person;
  const name = `${language} ${path.replace(/[0-9a-f-]{20,}/, 'id')}`;
  await page.setViewportSize(PHONE);
  await page.goto(input.wallet + path);
  await browser.settled(person);
  const spoken = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
  assert.deepEqual(spoken, [language, language === 'ar' ? 'rtl' : 'ltr'], name);
  await browser.accessible(page, name);
  const small = await page.evaluate(() => [...document.querySelectorAll('button, a.button, summary, nav a, a.credential, input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
    .filter(element => element.offsetParent && element.getBoundingClientRect().height < 43.5)
    .map(element => `${element.tagName} ${element.textContent.trim().slice(0, 30)} ${element.getBoundingClientRect().height}`));
  small.forEach(target => browser.problems.push(`${name}: a small target: ${target}`));
  await wide(browser, page, name);
  if(language === 'en' || language === 'ar') {
    await shoot(browser, page, input, path, language);
  }
  await page.setViewportSize(NARROW);
  await wide(browser, page, `${name} at 400%`);
  await page.setViewportSize(PHONE);
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  await wide(browser, page, `${name} with text of 200%`);
  await readable(browser, page, `${name} with text of 200%`);
  await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
  if(language === 'en') {
    for(const fault of await walk(page)) browser.problems.push(`${name}: ${fault}`);
  }
}

/** Letters below each other: lines of a longer text that are hardly wider than a few of them. */
async function readable(browser, page, name) {
  const columns = await page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for(let node = walker.nextNode(); node; node = walker.nextNode()) {
      if(node.data.trim().length < 8) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      // Where directions mix, one line is several boxes.
      const lines = {};
      for(const {width, top} of range.getClientRects()) lines[Math.round(top)] = (lines[Math.round(top)] || 0) + width;
      const letter = parseFloat(getComputedStyle(node.parentElement).fontSize);
      // Words of Chinese are two letters long; a title of half the screen can be read.
      const least = Math.min(letter * (document.documentElement.lang === 'zh' ? 2.5 : 4), innerWidth / 2);
      const isCode = /^[0-9A-Z-]+$/.test(node.data.trim());
      if(!isCode && Object.keys(lines).length > 3 && Math.max(...Object.values(lines)) < least) {
        found.push(node.data.trim().slice(0, 30));
      }
    }
    return found;
  });
  columns.forEach(text => browser.problems.push(`${name}: letters below each other: ${text}`));
}

async function wide(browser, page, name) {
  const over = await page.evaluate(() => {
    const {scrollWidth} = document.documentElement;
    if(scrollWidth <= innerWidth + 1) {
      return null;
    }
    const out = [...document.querySelectorAll('main *, header *, footer *')].filter(element => {
      const {left, right} = element.getBoundingClientRect();
      return right > innerWidth + 1 || left < -1;
    });
    const named = out.map(({tagName, id, className}) => `${tagName}#${id}.${className}`);
    return `${scrollWidth} pixels, ${named.slice(-3).join(' ')}`;
  });
  if(over) {
    browser.problems.push(`${name} is wider than its screen: ${over}`);
  }
}

/** The same in the midst of a journey, which goes on as before. */
export async function lookOnce(browser, person, input, path) {
  await look(browser, person, input, path, person.language);
  await person.page.setViewportSize(person.size);
}

/** What a page is called among the pictures. Identifiers are left out, a word behind the question mark says in which state it is. */
function called(path) {
  const [address, state = ''] = path.split('?');
  const [first = '', ...rest] = address.split('/').slice(1);
  const one = rest.some(part => /^[0-9a-f-]{20,}$/.test(part)) && first === 'officers' && rest.includes('mandates');
  const parts = [first, ...rest.filter(part => /^[a-z]+$/.test(part)), one ? 'one' : ''];
  parts.push(/^[a-z]*$/.test(state) ? state : 'link');
  return parts.filter(Boolean).join('-') || 'home';
}

async function shoot(browser, page, input, path, language) {
  const name = called(path);
  for(const [suffix, size] of [['desk', DESK], ['phone', PHONE]]) {
    await page.setViewportSize(size);
    await page.screenshot({path: join(input.shots, `${language}-${name}-${suffix}.png`), fullPage: true});
    browser.pictures += 1;
  }
  await hang(page, input.gallery, language, name);
}
