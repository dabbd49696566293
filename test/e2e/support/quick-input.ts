import type { Locator, Page } from 'playwright-core';

/** The box at the top of the window: command palette, picks, prompts. */
export class QuickInput {
  readonly widget: Locator;
  readonly field: Locator;
  readonly rows: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.widget = page.locator('.quick-input-widget');
    this.field = this.widget.locator('input.input');
    this.rows = this.widget.locator('.quick-input-list .monaco-list-row');
  }

  /** Runs a command by its full title, as the palette shows it ("Pennyloom: New Chat"); a final "…" may be left out. */
  async runCommand(title: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.openPalette();
      try {
        await this.field.fill(`>${title}`, { timeout: 4000 });
        await this.#row(title).click({ timeout: 4000 });
        return;
      } catch (error) {
        if (attempt === 4) {
          throw error;
        }
        // The list closes when the focus goes elsewhere, as it may while something else is still opening; and in a window
        // that has just loaded it may not know the command yet, nor learn of it while it is open.
        await this.cancel();
      }
    }
  }

  /** What is asked for, once a prompt is open that is not the palette: title, message and placeholder in one text. */
  async prompt(): Promise<string> {
    await this.field.waitFor({ timeout: 10_000 });
    const parts = [this.widget.locator('.quick-input-title'), this.widget.locator('.quick-input-message')];
    const texts = await Promise.all(parts.map(part => part.allTextContents()));
    return [...texts.flat(), (await this.field.getAttribute('placeholder')) ?? ''].join(' ').trim();
  }

  /** Waits until one of several questions is the one that is asked: "(2/6)" in its title. */
  async step(step: number, steps: number): Promise<void> {
    await this.widget.locator('.quick-input-title', { hasText: `(${step}/${steps})` }).waitFor({ timeout: 30_000 });
  }

  /** Answers an open prompt with a text. */
  async answer(text: string): Promise<void> {
    await this.#leavePalette();
    await this.field.fill(text);
    await this.#page.keyboard.press('Enter');
  }

  /** Picks an entry of an open list by its label. */
  async pick(label: string): Promise<void> {
    await this.#leavePalette();
    await this.#row(label).click({ timeout: 10_000 });
  }

  async cancel(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.widget.waitFor({ state: 'hidden', timeout: 10_000 });
  }

  #row(label: string): Locator {
    const literal = label.replace(/…$/, '').replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
    const exactly = new RegExp(`^\\s*${literal}…?\\s*$`);
    return this.rows.filter({ has: this.#page.locator('.label-name', { hasText: exactly }) }).first();
  }

  /** Emptied of its ">" it finds files. */
  async openPalette(): Promise<void> {
    // The key is lost when it comes while the window is still arranging itself, so it is pressed until the box is there.
    for (let attempt = 1; attempt <= 5; attempt++) {
      await this.#page.keyboard.press('F1');
      try {
        await this.field.waitFor({ timeout: 3000 });
        return;
      } catch {
        continue;
      }
    }
    throw new Error('the command palette does not open');
  }

  /** A command's own prompt takes the palette's place; typing before it has would go into the palette. */
  async #leavePalette(): Promise<void> {
    for (let looks = 0; (await this.#isPalette()) && looks < 100; looks++) {
      await this.#page.waitForTimeout(100);
    }
  }

  async #isPalette(): Promise<boolean> {
    return !(await this.field.isVisible()) || (await this.field.inputValue()).startsWith('>');
  }
}
