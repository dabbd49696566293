import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Question, QuestionContext } from '../../src/chat/conversation.ts';
import { systemPrompt, titleOf, userMessage } from '../../src/chat/prompts.ts';

const context: QuestionContext = {
  kind: 'selection',
  path: 'src/loop.ts',
  language: 'typescript',
  startLine: 3,
  endLine: 4,
  code: 'for (;;)\n  turn();',
};
/** The words a question without images is sent as. */
function textOf(parts: Partial<Question>): string {
  const { content } = userMessage(question(parts));
  assert.ok(typeof content === 'string');
  return content;
}
const question = (parts: Partial<Question>): Question => ({ text: '', images: [], contexts: [], ...parts });
const image = {
  id: 'i1',
  name: 'shot.png',
  mediaType: 'image/png',
  width: 20,
  height: 10,
  thumbnail: 'data:image/png;base64,AA',
};

test('an explained selection is sent with its words, path, lines, language and code, and nothing else', () => {
  assert.deepEqual(userMessage(question({ text: 'Explain this code.', contexts: [context] })), {
    role: 'user',
    content: 'Explain this code.\n\nFrom src/loop.ts, lines 3-4:\n```typescript\nfor (;;)\n  turn();\n```',
  });
  const oneLine = { ...context, endLine: 3, code: 'for (;;)' };
  assert.equal(
    userMessage(question({ contexts: [oneLine] })).content,
    'From src/loop.ts, line 3:\n```typescript\nfor (;;)\n```',
  );
});

test('code cannot end its own fence', () => {
  for (const [code, fence] of [
    ['no ticks', '```'],
    ['`a` and ``b``', '```'],
    ['```js\n```', '````'],
    ['x ``````` y', '````````'],
  ] as const) {
    const content = textOf({ contexts: [{ ...context, code }] });
    assert.ok(content.endsWith(`\n${fence}typescript\n${code}\n${fence}`), content);
    assert.ok(!code.includes(fence));
  }
});

test('images come after the words, by reference, with their size; the thumbnail stays here', () => {
  assert.deepEqual(userMessage(question({ text: 'What is this?', images: [image] })), {
    role: 'user',
    content: [
      { type: 'text', text: 'What is this?' },
      { type: 'image', url: 'pennyloom-image:i1', detail: 'high', name: 'shot.png', width: 20, height: 10 },
    ],
  });
  const alone = userMessage(question({ images: [image, { ...image, id: 'i2' }] }));
  assert.deepEqual(Array.isArray(alone.content) && alone.content.map(part => part.type === 'image' && part.url), [
    'pennyloom-image:i1',
    'pennyloom-image:i2',
  ]);
});

test('half a character, as a cut may leave it, is not sent: JSON parsers refuse it', () => {
  const content = textOf({ text: 'a\ud83d', contexts: [{ ...context, code: '😀'.slice(0, 1) }] });
  assert.ok(content.isWellFormed());
});

test('the model is told that files are data, not instructions, only where it can read any', () => {
  const without = systemPrompt({ roots: ['app'], tools: false });
  const withTools = systemPrompt({ roots: ['app'], tools: true });
  assert.match(withTools, /data, not instructions/);
  assert.doesNotMatch(without, /data, not instructions|tools/);
  assert.match(without, /the folder "app" open/);
  assert.match(systemPrompt({ roots: ['app', 'lib'], tools: true }), /the folders "app", "lib" open/);
  assert.match(systemPrompt({ roots: [], tools: false }), /No folder is open/);
});

test('a conversation is named after its first question: one line of at most 60 characters, none of them cut in half', () => {
  assert.equal(titleOf(question({ text: '  What\n does   this do? ' })), 'What does this do?');
  assert.equal(titleOf(question({ text: 'x'.repeat(60) })), 'x'.repeat(60));
  assert.equal(titleOf(question({ text: 'x'.repeat(61) })), `${'x'.repeat(59)}…`);
  assert.equal(titleOf(question({ text: '😀'.repeat(61) })), `${'😀'.repeat(29)}…`);
  assert.equal(titleOf(question({ contexts: [context] })), 'src/loop.ts');
  assert.equal(titleOf(question({ images: [image] })), 'shot.png');
  assert.equal(titleOf(question({ text: ' \n ' })), 'Chat');
});
