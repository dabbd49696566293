import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ChatViewState } from '../../src/protocol/chat-view-state.ts';
import { type Chat, emptyState, type Harness, model, startHarness, turn } from './chat-harness.ts';
import { refusedQuestions } from './refused-questions.ts';
import { sampleChat } from './sample-chat.ts';
import { type ThemeName, themes } from './themes.ts';

let harness: Harness;
before(async () => {
  harness = await startHarness();
});
after(() => harness.close());

const scenes: Record<string, ChatViewState> = {
  'a conversation with everything in it': sampleChat,
  'the welcome without a key': { ...emptyState, key: 'missing' },
  'the welcome with a key': { ...emptyState, model: { ...model, vision: false } },
  'a conversation without a key': { ...emptyState, key: 'missing', turns: [turn('t1', { status: 'stopped' })] },
  'a question that a budget refused': refusedQuestions.day,
  'a question that there is room for again': refusedQuestions.room,
};

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe-core finds, with its best practices, apart from what the frame around a webview is responsible for. */
function violations(chat: Chat): Promise<string[]> {
  return chat.page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    const { violations: found } = await axe.run({
      resultTypes: ['violations'],
      rules: { 'page-has-heading-one': { enabled: false } },
    });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
    );
  });
}

for (const theme of Object.keys(themes) as ThemeName[])
  for (const [name, state] of Object.entries(scenes))
    test(`axe finds nothing in ${name}, ${theme}`, async () => {
      const chat = await harness.open({ theme, state, highlight: true, axe: true, height: 1500 });
      if (state === sampleChat) {
        await chat.page.locator('.hljs-keyword').first().waitFor();
        // Everything that is folded is opened, and every quiet button shown.
        await chat.page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true;
        });
        await chat.part('copy-code').focus();
        await chat.send({
          type: 'send-refused',
          reason: 'shot.gif was not attached. Animated GIF images cannot be sent.',
        });
      }
      assert.deepEqual(await violations(chat), []);
    });

test('every control has a visible focus ring in every theme', async () => {
  for (const theme of Object.keys(themes) as ThemeName[]) {
    const chat = await harness.open({ theme, state: { ...sampleChat, turns: sampleChat.turns.slice(0, 2) } });
    const without: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      await chat.page.keyboard.press('Tab');
      const bare = await chat.page.evaluate(() => {
        const focused = document.activeElement;
        if (!focused || focused === document.body) return undefined;
        const ringed = focused instanceof HTMLTextAreaElement ? focused.closest('.composer-box') : focused;
        if (!ringed) return focused.outerHTML;
        const { outlineStyle, outlineWidth, borderColor } = getComputedStyle(ringed);
        const wanted = getComputedStyle(document.documentElement)
          .getPropertyValue('--vscode-focusBorder')
          .trim()
          .toLowerCase();
        const hex = `#${(borderColor.match(/\d+/g) ?? [])
          .slice(0, 3)
          .map(part => Number(part).toString(16).padStart(2, '0'))
          .join('')}`;
        const visible = ringed === focused ? outlineStyle === 'solid' && outlineWidth === '1px' : hex === wanted;
        return visible ? undefined : focused.outerHTML;
      });
      if (bare) without.push(bare);
    }
    assert.deepEqual(without, [], theme);
  }
});

test('nothing is wider than the narrowest side bar', async () => {
  for (const state of Object.values(scenes)) {
    const chat = await harness.open({ width: 240, state });
    const tooWide = await chat.page.evaluate(() =>
      [...document.querySelectorAll('#root *')]
        .filter(
          element =>
            element.getBoundingClientRect().right > 241 && !element.closest('pre, .table-scroll, .visually-hidden'),
        )
        .map(({ className }) => className),
    );
    assert.deepEqual(tooWide, []);
  }
});

test('nothing moves for those who asked for less motion', async () => {
  const chat = await harness.open({ state: sampleChat });
  const animations = await chat.page.evaluate(() => document.getAnimations().length);
  assert.equal(animations, 0);
  await chat.page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.ok((await chat.page.evaluate(() => document.getAnimations().length)) > 0, 'the spinner spins for others');
  await chat.page.emulateMedia({ reducedMotion: 'reduce' });
});
