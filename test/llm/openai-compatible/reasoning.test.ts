import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, ToolDefinition } from '../../../src/llm/message.ts';
import { hello, send, served } from './served-host.ts';

const deepSeek = { endpoint: 'https://api.deepseek.com', model: 'deepseek-v4-flash' };
const read: ToolDefinition = {
  name: 'read_file',
  description: 'Reads.',
  parameters: { type: 'object', properties: {} },
};
const thinks = { kind: 'reply', reasoning: { text: ['First this, ', 'then that.'] } } as const;

for (const habit of ['plain', 'openrouter', 'groq', 'deepseek'] as const)
  for (const streaming of [true, false])
    test(`what a model thinks is heard apart from what it says (${habit}, ${streaming ? 'streamed' : 'whole'})`, async () => {
      await served.control.configure({ habit });
      await served.control.script({ ...thinks, text: 'So.', usage: { promptTokens: 7, completionTokens: 5 } });
      const { response } = await send({ messages: hello, streaming });
      assert.deepEqual([response.thinking, response.content], ['First this, then that.', 'So.']);
      // Groq tells it in a place of its own.
      assert.deepEqual([response.usage?.inputTokens, response.usage?.outputTokens], [7, 5]);
      // Most hosts refuse a field they do not know: nothing is kept to be sent back.
      assert.equal(response.continuation, habit === 'deepseek' ? response.continuation : undefined);
    });

test('DeepSeek gets back what it thought where it called tools, and "" for another vendor’s calls', async () => {
  await served.control.configure({ habit: 'deepseek' });
  await served.control.script({ ...thinks, toolCalls: [{ name: 'read_file', arguments: {} }] });
  const { response } = await send({ messages: hello, tools: [read] }, deepSeek);
  const own: Message = {
    role: 'assistant',
    content: response.content,
    toolCalls: response.toolCalls,
    continuation: response.continuation!,
  };
  const foreign: Message = {
    role: 'assistant',
    content: '',
    toolCalls: [{ id: 'call_9', name: 'read_file', arguments: '' }],
  };
  const messages: Message[] = [
    ...hello,
    foreign,
    { role: 'tool', toolCallId: 'call_9', content: 'a' },
    own,
    { role: 'tool', toolCallId: response.toolCalls[0]!.id, content: 'b' },
  ];
  const { body } = await send({ messages, tools: [read] }, deepSeek);
  assert.deepEqual(
    body.messages.filter(({ role }) => role === 'assistant').map(message => message['reasoning_content']),
    ['', 'First this, then that.'],
  );
  // On a host that does not ask for it the field would be refused.
  await served.control.configure({ habit: 'plain' });
  const elsewhere = await send({ messages, tools: [read] });
  assert.ok(!JSON.stringify(elsewhere.body).includes('First this'));
});
