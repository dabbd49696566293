import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { settleFocus, typeInto } from './type-into.ts';

/** The part used here of what the page has and Node has not; functions given to `evaluate` run over there. */
declare const navigator: { clipboard: { write(items: readonly object[]): Promise<void> } };
declare const ClipboardItem: new (content: Readonly<Record<string, Blob>>) => object;
declare const DataTransfer: new () => { readonly items: { add(file: File): void } };
declare const ClipboardEvent: new (
  type: string,
  how: { clipboardData: object; bubbles: boolean; cancelable: boolean },
) => Event;

const MIME: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/** Our chat in the side bar. Its elements are found by data-testid, which the webview keeps stable for tests. */
export class ChatView {
  /** The document inside the webview. */
  readonly frame: FrameLocator;
  readonly composer: Locator;
  readonly sendButton: Locator;
  readonly stopButton: Locator;
  readonly attachments: Locator;
  /** Why something was not attached. */
  readonly refusal: Locator;
  readonly turns: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    // A view that was hidden and shown again loses the purpose in its address; ours is made before any panel of ours.
    const view = 'iframe.webview.ready[src*="extensionId=pennyloom.pennyloom"]';
    this.frame = page.frameLocator(view).first().frameLocator('iframe#active-frame');
    this.composer = this.frame.getByTestId('composer');
    this.sendButton = this.frame.getByTestId('send');
    this.stopButton = this.frame.getByTestId('stop');
    this.attachments = this.frame.getByTestId('attachment');
    this.refusal = this.frame.getByTestId('refusal');
    this.turns = this.frame.getByTestId('turn');
  }

  /** Shows the chat, by its icon in the activity bar unless it is shown already. */
  async open(): Promise<void> {
    const icon = this.#page.locator('.activitybar .action-item', {
      has: this.#page.locator('a.action-label[aria-label^="Pennyloom"]'),
    });
    await icon.waitFor({ timeout: 30_000 });
    for (let attempt = 1; ; attempt++) {
      // Clicking the icon of what is shown hides it, and a window that was just loaded may be about to show it again.
      const shown = await appears(this.composer, attempt === 1 ? 1500 : 10_000);
      if (shown) {
        return;
      }
      if (attempt > 3) {
        throw new Error('the chat does not open');
      }
      if (!((await icon.getAttribute('class')) ?? '').includes('checked')) {
        await icon.locator('a.action-label').click();
      }
    }
  }

  /** Types a question with real keys, sends it with the button, and returns the new turn. */
  async ask(question: string): Promise<Turn> {
    await typeInto(this.composer, question);
    // Not by counting: a chat that was just begun anew may still be showing the old turns, and drop them meanwhile.
    await this.turns.evaluateAll(turns => turns.forEach(turn => turn.toggleAttribute('data-seen', true)));
    await this.sendButton.click();
    await this.frame.locator('[data-testid=turn]:not([data-seen])').last().waitFor({ timeout: 15_000 });
    return this.turn((await this.turns.count()) - 1);
  }

  /** A turn by its place, the oldest being 0. */
  turn(index: number): Turn {
    return new Turn(this.turns.nth(index));
  }

  lastTurn(): Turn {
    return new Turn(this.turns.last());
  }

  /**
   * Copies a picture to the clipboard and pastes it into the composer; returns when it is attached for good.
   * @throws Error with the view's own words when it is refused
   */
  async pasteImage(file: string): Promise<void> {
    const before = await this.attachments.count();
    await this.pasteFile(file, MIME[extname(file).toLowerCase()] ?? 'application/octet-stream');
    // It is drawn at once, and busy until it was checked and priced.
    const attached = this.attachments.and(this.frame.locator(':not([aria-busy=true])')).nth(before);
    await attached
      .or(this.refusal.filter({ visible: true }))
      .first()
      .waitFor({ timeout: 15_000 });
    if (await this.refusal.isVisible()) {
      throw new Error((await this.refusal.innerText()).trim());
    }
  }

  /** The same for any file said to be of a type, without expecting it to be taken. */
  async pasteFile(file: string, mime: string): Promise<void> {
    const base64 = (await readFile(file)).toString('base64');
    await settleFocus(this.composer);
    if (mime === 'image/png' && (await this.#copy(base64))) {
      await this.#page.keyboard.press('ControlOrMeta+V');
      return;
    }
    // A browser lets a script put only (sound) PNGs on the clipboard: others come as the event that a paste makes.
    await this.composer.evaluate(
      (field, given) => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(given.base64), character => character.charCodeAt(0));
        data.items.add(new File([bytes], 'pasted', { type: given.mime }));
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      },
      { base64, mime },
    );
  }

  /** Run in the page, not in the webview: the page may write to the clipboard, and the focus stays where it is. */
  async #copy(base64: string): Promise<boolean> {
    return this.#page.evaluate(async given => {
      const bytes = Uint8Array.from(atob(given), character => character.charCodeAt(0));
      try {
        const image = new Blob([bytes], { type: 'image/png' });
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': image })]);
        return true;
      } catch {
        return false;
      }
    }, base64);
  }
}

function appears(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

/** One question and what became of it. */
export class Turn {
  readonly root: Locator;
  readonly question: Locator;
  readonly answer: Locator;
  readonly toolCalls: Locator;
  /** "gpt-5.4 · 1,520 → 384 · $0.0069 · 2.1 s" */
  readonly facts: Locator;
  readonly failure: Locator;

  constructor(root: Locator) {
    this.root = root;
    this.question = root.getByTestId('question');
    this.answer = root.getByTestId('answer');
    this.toolCalls = root.getByTestId('tool-call');
    this.facts = root.getByTestId('facts');
    this.failure = root.getByTestId('failure');
  }

  async status(): Promise<string> {
    return (await this.root.getAttribute('data-status')) ?? '';
  }

  /** Waits for the turn's end and says which one it was: done, stopped or failed. */
  async finished(timeoutMs = 60_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const status = await this.status();
      if (status !== '' && status !== 'running') {
        return status;
      }
      if (Date.now() > deadline) {
        throw new Error(`the answer did not end within ${timeoutMs / 1000} s`);
      }
      await this.root.page().waitForTimeout(50);
    }
  }

  async answerText(): Promise<string> {
    return (await this.answer.allInnerTexts()).join('\n').trim();
  }

  async failureText(): Promise<string> {
    return (await this.failure.allInnerTexts()).join('\n').trim();
  }

  async factsText(): Promise<string> {
    return (await this.facts.allInnerTexts()).join('\n').trim();
  }

  async toolCallList(): Promise<{ name: string; status: string; text: string }[]> {
    const calls = await this.toolCalls.all();
    return Promise.all(
      calls.map(async call => ({
        name: (await call.getAttribute('data-name')) ?? '',
        status: (await call.getAttribute('data-status')) ?? '',
        text: (await call.innerText()).trim(),
      })),
    );
  }
}
