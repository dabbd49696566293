import type { Locator } from 'playwright-core';

/** The part used here of what the page has and Node has not; functions given to `evaluate` run over there. */
declare const document: { hasFocus(): boolean; activeElement: unknown };

/**
 * Real keystrokes into a text field, replacing what is in it. After a palette command or a reload the workbench moves the
 * focus once more, and keys typed meanwhile are lost: so type only when the field was seen focused twice, 150 ms apart, and
 * look whether it arrived. (`fill()` has no such race, and fires no key events.)
 */
export async function typeInto(field: Locator, text: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await settleFocus(field);
    // Not Ctrl+A: the window hears that key, too, and tells the webview to select everything, by when we are typing.
    await field.fill('');
    // One character at a time, as the keyboard does; a line break in a field that sends on Enter is Shift+Enter.
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) {
        await field.page().keyboard.press('Shift+Enter');
      }
      await field.page().keyboard.type(line);
    }
    const arrived = await field.inputValue();
    if (arrived === text) {
      return;
    }
    if (attempt === 3) {
      throw new Error(`typed ${JSON.stringify(text)} three times, and the field holds ${JSON.stringify(arrived)}`);
    }
  }
}

/** Clicks the field until it holds the focus for good. */
export async function settleFocus(field: Locator): Promise<void> {
  for (let seen = 0, looks = 0; seen < 2; looks++) {
    if (looks > 60) {
      throw new Error('the field does not keep the focus');
    }
    const focused = await field.evaluate(element => document.hasFocus() && document.activeElement === element);
    seen = focused ? seen + 1 : 0;
    if (!focused) {
      await field.click();
    }
    if (seen < 2) {
      await field.page().waitForTimeout(150);
    }
  }
}
