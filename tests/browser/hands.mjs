// What a person does on a page, with a pointer or without: the same four acts. By keyboard everything is reached with Tab, and
// its focus is seen.
import assert from 'node:assert/strict';

/** Presses of Tab after which something is out of reach: more than there are stops on the longest page. */
const STOPS = 120;
const PATIENCE_MS = 30_000;

const found = (page, target) => (typeof target === 'string' ? page.locator(target) : target).first();

export class Pointer {
  constructor(page) {
    this.page = page;
  }

  /** A button, a link, or what opens and closes. */
  async press(target) {
    await found(this.page, target).click();
  }

  async write(target, text) {
    await found(this.page, target).fill(text);
  }

  /** A box or one of several choices. */
  async tick(target) {
    await found(this.page, target).check();
  }

  async attach(target, files) {
    await found(this.page, target).setInputFiles(files);
  }
}

export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  async press(target) {
    await this.reach(target);
    await this.page.keyboard.press('Enter');
  }

  async write(target, text) {
    const field = await this.reach(target);
    if(await field.getAttribute('type') === 'date') {
      // In which order a date is typed is the browser's own matter.
      await field.fill(text);
      return;
    }
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
  }

  /** Of several choices Tab reaches one, and the arrows lead to the others. */
  async tick(target) {
    const wanted = found(this.page, target);
    await wanted.waitFor();
    const group = await wanted.evaluate(({type, name}) => type === 'radio' ? name : null);
    await this.reach(group ? this.page.locator(`input[type=radio][name="${group}"]`) : target, {any: group !== null});
    for(let arrows = 0; group && arrows < 10 && !await focused(wanted); arrows += 1) {
      await this.page.keyboard.press('ArrowDown');
    }
    if(!await wanted.isChecked()) {
      await this.page.keyboard.press('Space');
    }
    assert(await wanted.isChecked(), `${target} is chosen by keyboard`);
  }

  async attach(target, files) {
    await this.reach(target);
    const opened = this.page.waitForEvent('filechooser');
    // By now the browser knows that it is not to show its own.
    await this.page.evaluate(() => {});
    await this.page.keyboard.press('Space');
    await (await opened).setFiles(files);
  }

  /** Goes on with Tab until the focus is there, where it must be seen. */
  async reach(target, {any = false} = {}) {
    const all = typeof target === 'string' ? this.page.locator(target) : target;
    const wanted = any ? all : all.first();
    await usable(all.first(), target);
    for(let stops = 0; !await focused(wanted); stops += 1) {
      if(stops === STOPS) {
        throw new Error(`${target} is out of the keyboard's reach on ${this.page.url()}`);
      }
      await this.page.keyboard.press('Tab');
    }
    assert.equal(await this.page.evaluate(hidden), null, `the focus on ${target} is seen on ${this.page.url()}`);
    return all.first();
  }
}

/** Until it is there and may be used, as a pointer waits as well. */
async function usable(element, target) {
  await element.waitFor();
  for(const began = Date.now(); ; await new Promise(done => setTimeout(done, 20))) {
    const idle = await element.evaluate(one => !one.disabled && one.getAttribute('aria-busy') !== 'true').catch(() => false);
    if(idle) return;
    assert(Date.now() - began < PATIENCE_MS, `${target} stays disabled`);
  }
}

const focused = locator => locator.evaluateAll(elements => elements.includes(document.activeElement));

/** Goes through a whole page with Tab: what is passed over, and where the focus cannot be seen. */
export async function walk(page) {
  const faults = [];
  await page.evaluate(() => { window.stops = []; });
  for(let stops = 0; stops < STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    const {name, round, fault} = await page.evaluate(`(${met})(${hidden})`);
    if(round) break;
    if(fault) faults.push(`the focus on ${name} is not seen: ${fault}`);
  }
  const over = await page.evaluate(passed);
  await page.evaluate(() => { document.activeElement.blur(); });
  return faults.concat(over.map(name => `${name} is out of the keyboard's reach`));
}

/** Runs in the page: what the focus is on, why it cannot be seen, and whether the round is over. Between two rounds the body has it. */
function met(why) {
  const element = document.activeElement;
  if(element === document.body) return {};
  // A date has several stops inside.
  const round = window.stops.includes(element) && window.stops[window.stops.length - 1] !== element;
  window.stops.push(element);
  return {name: `${element.tagName} ${element.id} ${element.textContent.trim().slice(0, 40)}`, round, fault: why()};
}

/** Runs in the page: what can be used, and was not met. Of several choices one is met. */
function passed() {
  const been = window.stops;
  const groups = new Set(been.filter(({type}) => type === 'radio').map(({name}) => name));
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(one => !been.includes(one) && !one.disabled && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}))
    .filter(({type, name}) => type !== 'radio' || !groups.has(name))
    .map(({tagName, id, textContent}) => `${tagName} ${id} ${textContent.trim().slice(0, 40)}`);
}

/** Runs in the page: why the focus cannot be seen, or nothing. A hidden box is marked by the label around it. */
function hidden() {
  const element = document.activeElement;
  const marked = [element, element.closest('label')].filter(Boolean).filter(one => {
    const {outlineStyle, outlineWidth} = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  });
  if(marked.length === 0) return 'nothing marks it';
  const shown = marked.some(one => {
    const {left, right, top, bottom} = one.getBoundingClientRect();
    const across = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const down = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    const there = document.elementFromPoint(across, down);
    return there !== null && (one.contains(there) || there.contains(one));
  });
  return shown ? null : 'something covers it';
}
