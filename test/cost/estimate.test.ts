import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { atMost, costOf } from '../../src/cost/cost-of.ts';
import { boundOf, estimatedUsage, estimateInput, likelyTokens } from '../../src/cost/estimate.ts';
import { imageTokens } from '../../src/llm/image-tokens.ts';
import type { Message, ToolDefinition } from '../../src/llm/message.ts';
import { findModel } from '../../src/llm/model-catalog.ts';

const at = Date.UTC(2026, 10, 22);
const ask = (content: string): { messages: Message[] } => ({ messages: [{ role: 'user', content }] });

test('text never has more tokens than `most` says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.lorem()), { maxLength: 5 }),
      texts => {
        const messages = texts.map(content => ({ role: 'user', content }) as const);
        const { most } = estimateInput({ messages }, 'openai', 'gpt-4o');
        const counted = texts.reduce((sum, text) => sum + countTokens(text) + 4, 3);
        assert.ok(most! >= counted, `${most} < ${counted}`);
      },
    ),
    { numRuns: 500 },
  );
});

test('every part of a request makes the estimate larger: system, calls, results, tools, an answer’s schema', () => {
  const most = (request: Parameters<typeof estimateInput>[0]): number =>
    estimateInput(request, 'openai', 'gpt-4o').most!;
  const tool: ToolDefinition = {
    name: 'get_weather',
    description: 'Weather',
    parameters: { type: 'object', properties: {} },
  };
  const base = ask('Hello');
  const steps: readonly Message[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{"city":"Bern"}' }] },
    { role: 'tool', toolCallId: 'a', content: 'Sunny' },
  ];
  for (const message of steps) assert.ok(most({ messages: [...base.messages, message] }) > most(base) + 5);
  assert.ok(most({ ...base, tools: [tool] }) >= most(base) + JSON.stringify(tool).length);
  const schema = { type: 'object', properties: { answer: { type: 'string', description: 'x'.repeat(500) } } };
  const format = { type: 'json-schema', name: 'answer', schema } as const;
  assert.ok(most({ ...base, responseFormat: format }) >= most(base) + JSON.stringify(schema).length);
});

test('an image counts by the model’s own rule', () => {
  const size = { width: 1024, height: 768 };
  const image = { type: 'image', url: 'data:image/png;base64,AAAA', ...size } as const;
  const tokens = imageTokens(findModel('openai', 'gpt-4o')!.imageTokens!, size, 'auto');
  const without = estimateInput({ messages: [{ role: 'user', content: [] }] }, 'openai', 'gpt-4o');
  const withImage = estimateInput({ messages: [{ role: 'user', content: [image] }] }, 'openai', 'gpt-4o');
  assert.equal(withImage.most! - without.most!, tokens);
  assert.equal(withImage.likely - without.likely, tokens);
});

test('an image whose size or rule nobody knows leaves `most` unknown, and with it the bound', () => {
  const sized = { type: 'image', url: 'https://example.com/a.png' } as const;
  const request = { messages: [{ role: 'user', content: [sized] }] } as const;
  assert.equal(estimateInput(request, 'openai', 'gpt-4o').most, undefined);
  assert.equal(boundOf(request, 'openai', 'gpt-4o', 100, at), undefined);
  const measured = { messages: [{ role: 'user', content: [{ ...sized, width: 10, height: 10 }] }] } as const;
  assert.equal(estimateInput(measured, 'openai', 'nobody-knows').most, undefined);
});

test('a bound takes the output cap in force, or the model’s own maximum', () => {
  const { maxOutputTokens } = findModel('openai', 'gpt-4o')!;
  const bound = (maxTokens: number | undefined): bigint =>
    boundOf(ask('Hello'), 'openai', 'gpt-4o', maxTokens, at)!.pico;
  assert.ok(bound(100) < bound(101));
  assert.equal(bound(undefined), bound(maxOutputTokens));
  assert.equal(boundOf(ask('Hello'), 'openai', 'nobody-knows', 100, at), undefined);
  const most = estimateInput(ask('Hello'), 'openai', 'gpt-4o').most!;
  assert.ok(
    bound(100) >= atMost({ provider: 'openai', model: 'gpt-4o', inputTokens: most, maxOutputTokens: 100, at })!.pico,
  );
});

test('what a call with so many tokens costs never passes its bound', () => {
  const request = ask('word '.repeat(300));
  for (const model of ['gpt-4o', 'gpt-5.4', 'gpt-5.4-mini', 'gpt-4.1']) {
    const bound = boundOf(request, 'openai', model, 500, at)!;
    const usage = {
      inputTokens: countTokens(request.messages[0]!.content as string) + 7,
      outputTokens: 500,
      totalTokens: 0,
    };
    assert.ok(costOf({ provider: 'openai', model, usage, at }).money!.compare(bound) <= 0, model);
  }
});

test('the rule of thumb is four bytes a token, rounded up', () => {
  assert.deepEqual([0, 1, 4, 5].map(likelyTokens), [0, 1, 1, 2]);
  assert.deepEqual(estimatedUsage(10, 9), { inputTokens: 10, outputTokens: 3, totalTokens: 13 });
});
