import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chat, type ChatOptions, emptyState, type Harness } from './chat-harness.ts';

/** Makes tests with a page each; nothing may have leaked out of it at the end. */
export const chatTestIn =
  (harness: () => Harness) =>
  (name: string, options: ChatOptions, body: (chat: Chat) => Promise<void>): void => {
    test(name, async () => {
      const chat = await harness().open({ state: emptyState, ...options });
      await body(chat);
      assert.deepEqual(chat.leaks, []);
    });
  };
