import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atMost, costOf } from '../../../src/cost/cost-of.ts';
import type { Message, ToolDefinition } from '../../../src/llm/message.ts';
import { blocksOf, type MessagesRequest } from '../../support/anthropic-server/messages-request.ts';
import { anthropicServerInProcess } from '../../support/anthropic-server/server.ts';
import { claude, send } from './served-wire.ts';

const tools: ToolDefinition[] = [{ name: 'f', description: 'F.', parameters: { type: 'object', properties: {} } }];
const instructions: Message = { role: 'system', content: 'Follow these rules. '.repeat(400) };
const question: Message = { role: 'user', content: 'How are you?' };
const answer: Message = { role: 'assistant', content: 'Well.' };

/** How the marked blocks begin, instructions first. */
function marksIn({ tools: offered = [], system = [], messages }: MessagesRequest): string[] {
  const blocks = [...offered, ...(typeof system === 'string' ? [] : system), ...messages.flatMap(blocksOf)];
  return blocks.flatMap(block => {
    if (!('cache_control' in block)) return [];
    assert.deepEqual(block.cache_control, { type: 'ephemeral' });
    return 'text' in block ? block.text.slice(0, 12) : 'tool_use_id' in block ? block.tool_use_id : 'another block';
  });
}

test('a conversation is marked after its instructions, at the last question and at the one before', async () => {
  const messages: Message[] = [instructions, question, answer, { role: 'user', content: 'And now?' }];
  const { body } = await send({ messages, tools });
  assert.deepEqual(marksIn(body), ['Follow these', 'How are you?', 'And now?']);
});

test('in a round of tools the marks are on what the tools brought', async () => {
  const messages: Message[] = [instructions, question];
  for (const id of ['a', 'b', 'c'])
    messages.push(
      { role: 'assistant', content: '', toolCalls: [{ id, name: 'f', arguments: '' }] },
      { role: 'tool', toolCallId: id, content: `${id} done` },
    );
  const { body } = await send({ messages, tools });
  assert.deepEqual(marksIn(body), ['Follow these', 'b', 'c']);
});

test('what is asked once is not marked: writing to the cache would cost more and bring nothing', async () => {
  assert.deepEqual(marksIn((await send({ messages: [instructions, question] })).body), []);
});

test('what is certainly too short to be kept is not marked', async () => {
  const { body } = await send({ messages: [question, answer, question], tools });
  assert.deepEqual(marksIn(body), []);
});

test('a repeated beginning is read at a tenth, what is new is written, and both are in the cost to the last digit', async () => {
  const first = await send({ messages: [instructions, question], tools });
  const { usage: wrote } = first.response;
  const { usage: read } = (await send({ messages: [instructions, question, answer, question], tools })).response;
  assert.ok(wrote && read && wrote.cacheWriteTokens! > 1000);
  assert.deepEqual([wrote.cachedInputTokens, wrote.cacheWrite1hTokens], [0, 0]);
  assert.equal(read.cachedInputTokens, wrote.cacheWriteTokens);
  // Sonnet 5: $2 in, $0.20 read, $2.50 written, $10 out per million (2026-11).
  for (const usage of [wrote, read]) {
    const { inputTokens, cachedInputTokens = 0, cacheWriteTokens = 0, outputTokens } = usage;
    const pico =
      (inputTokens - cachedInputTokens - cacheWriteTokens) * 2_000_000 +
      cachedInputTokens * 200_000 +
      cacheWriteTokens * 2_500_000 +
      outputTokens * 10_000_000;
    const { money } = costOf({ provider: 'anthropic', model: 'claude-sonnet-5', usage, at: Date.UTC(2026, 10, 28) });
    assert.equal(money?.pico, BigInt(pico));
  }
});

test('what is kept for an hour has its own price, should a server count any', () => {
  const usage = { inputTokens: 1000, outputTokens: 0, totalTokens: 1000, cachedInputTokens: 0, cacheWriteTokens: 1000 };
  const at = Date.UTC(2026, 10, 28);
  const cost = (cacheWrite1hTokens: number) =>
    costOf({
      provider: 'anthropic',
      model: 'claude-sonnet-5',
      usage: { ...usage, cacheWrite1hTokens },
      at,
    }).money?.toString();
  assert.deepEqual([cost(0), cost(400), cost(1000)], ['0.002500', '0.003100', '0.004000']);
});

test('the bound holds also where all of a request is written to the cache', async () => {
  const { usage } = (await send({ messages: [instructions, question], tools, maxTokens: 2000 })).response;
  const at = Date.UTC(2026, 10, 28);
  const facts = { provider: 'anthropic', model: 'claude-sonnet-5', at };
  const bound = atMost({ ...facts, inputTokens: usage!.inputTokens, maxOutputTokens: 2000 })!;
  assert.ok(costOf({ ...facts, usage: usage! }).money!.compare(bound) <= 0);
});

test('five minutes after it was last read, it is written anew', async () => {
  let now = Date.UTC(2026, 10, 28);
  await using own = await anthropicServerInProcess({}, { now: () => now });
  const provider = claude({ endpoint: own.url });
  const written = async (): Promise<boolean> => {
    const { usage } = await provider.chat({ messages: [instructions, question], tools });
    return (usage?.cacheWriteTokens ?? 0) > 0;
  };
  const seen = [await written()];
  for (const minutes of [4, 4, 6]) {
    now += minutes * 60_000;
    seen.push(await written());
  }
  assert.deepEqual(seen, [true, false, false, true]);
});

test('above 200,000 tokens Sonnet 4.5 costs more for all of it, and what came from the cache counts towards them', () => {
  const at = Date.UTC(2026, 10, 28);
  const cost = (cachedInputTokens: number, cacheWriteTokens: number, fresh: number) => {
    const inputTokens = cachedInputTokens + cacheWriteTokens + fresh;
    const usage = {
      inputTokens,
      outputTokens: 1000,
      totalTokens: inputTokens + 1000,
      cachedInputTokens,
      cacheWriteTokens,
    };
    return costOf({ provider: 'anthropic', model: 'claude-sonnet-4-5', usage, at }).money?.toString();
  };
  // $3 in, $0.30 read, $3.75 written, $15 out per million; above, $6, $0.60, $7.50 and $22.50.
  assert.equal(cost(150_000, 40_000, 10_000), '0.240000');
  assert.equal(cost(150_000, 40_000, 10_001), '0.472506');
});
