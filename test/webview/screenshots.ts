import { mkdirSync } from 'node:fs';
import type { ChatViewState } from '../../src/protocol/chat-view-state.ts';
import { emptyState, startHarness } from './chat-harness.ts';
import { refusedQuestions } from './refused-questions.ts';
import { sampleChat } from './sample-chat.ts';
import type { ThemeName } from './themes.ts';

/** Pictures of the view for a person to look at: `node test/webview/screenshots.ts`, then open out/webview. */
const folder = new URL('../../out/webview/', import.meta.url).pathname;
const scenes: Record<string, ChatViewState> = {
  chat: sampleChat,
  first: { ...emptyState, key: 'missing' },
  welcome: emptyState,
  failed: { ...sampleChat, turns: sampleChat.turns.slice(1, 2), key: 'missing' },
  ...Object.fromEntries(Object.entries(refusedQuestions).map(([name, state]) => [`budget-${name}`, state])),
};

mkdirSync(folder, { recursive: true });
const harness = await startHarness();
for (const theme of ['light', 'dark', 'hc-dark', 'hc-light'] satisfies ThemeName[])
  for (const width of [240, 400, 900])
    for (const [name, state] of Object.entries(scenes)) {
      const height = name === 'chat' ? 1500 : 640;
      const chat = await harness.open({ theme, width, height, state, highlight: true });
      if (name === 'chat') {
        await chat.page.locator('.hljs-keyword').first().waitFor();
        await chat.part('copy-code').focus();
      }
      await chat.page.screenshot({ path: `${folder}${name}-${theme}-${width}.png` });
    }
await harness.close();
