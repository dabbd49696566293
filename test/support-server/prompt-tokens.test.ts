import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { promptTokens } from '../support/openai-server/prompt-tokens.ts';
import { loadTokenizer } from '../support/openai-server/tokenizer.ts';
import { hello, tool, user } from './ask.ts';

describe('the tokens of a prompt', () => {
  it('are three for each message, its role and content, and three for the answer', async () => {
    const tokenizer = await loadTokenizer();
    const count = (messages: unknown[], extra = {}): number =>
      promptTokens(hello({ messages, ...extra }), tokenizer, () => 0).total;
    // "Hello!" is two tokens: 3 + 1 + 2 + 3.
    assert.equal(count([user('Hello!')]), 9);
    assert.equal(count([user('Hello!'), user('Hello!')]), 15);
    assert.equal(count([{ ...user('Hello!'), name: 'Ada' }]), 11);
    assert.equal(count([user([{ type: 'text', text: 'Hello!' }])]), 9);
  });

  it('follow the worked example of the cookbook for a function', async () => {
    const tokenizer = await loadTokenizer();
    const weather = {
      type: 'function',
      function: {
        name: 'get_current_weather',
        description: 'Get the current weather in a given location',
        parameters: {
          type: 'object',
          properties: {
            location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
            unit: { type: 'string', description: 'The unit of temperature to return', enum: ['celsius', 'fahrenheit'] },
          },
          required: ['location'],
        },
      },
    };
    const messages = [
      { role: 'system', content: 'You are a helpful assistant that can answer to questions about the weather.' },
      user("What's the weather like in San Francisco?"),
    ];
    assert.equal(promptTokens(hello({ messages, tools: [weather] }), tokenizer, () => 0).total, 101);
  });

  it('count special tokens as text, hold images apart, and do not choke on one long run', async () => {
    const tokenizer = await loadTokenizer();
    assert.ok(tokenizer.count('<|endoftext|>') > 1);
    assert.ok(tokenizer.count('a'.repeat(100_000)) >= 12_000);
    const { total, image, byMessage } = promptTokens(hello({ tools: [tool('x')] }), tokenizer, () => 85);
    assert.equal(image, 85);
    assert.equal(byMessage.reduce((sum, part) => sum + part, 0) + 3, total);
  });
});
