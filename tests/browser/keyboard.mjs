// Somebody without a mouse: everything is reached with Tab, and its focus is seen.
import assert from 'node:assert/strict';

/** Tabs to an element as somebody without a mouse does; its focus must be seen. */
export async function reach(page, selector) {
  for(let tabs = 0; tabs < 80; tabs += 1) {
    await page.keyboard.press('Tab');
    const [found, seen] = await page.evaluate(wanted => {
      const {activeElement} = document;
      const style = getComputedStyle(activeElement);
      const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      return [activeElement.matches(wanted), seen];
    }, selector);
    if(found) {
      assert(seen, `the focus on ${selector} is seen`);
      return;
    }
  }
  throw new Error(`${selector} is out of the keyboard's reach on ${page.url()}`);
}

export async function press(page, selector) {
  await reach(page, selector);
  await page.keyboard.press('Enter');
}
