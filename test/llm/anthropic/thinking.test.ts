import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, ToolDefinition } from '../../../src/llm/message.ts';
import type { ChatRequest, ReasoningEffort, ToolChoice } from '../../../src/llm/request.ts';
import { toWire } from '../../../src/llm/anthropic/to-wire.ts';
import { findModel } from '../../../src/llm/model-catalog.ts';
import { type MessagesRequest, shapeViolations } from '../../support/anthropic-server/messages-request.ts';
import { listServed } from '../../support/anthropic-server/models.ts';
import { checkRules } from '../../support/anthropic-server/request-rules.ts';
import { noticesOf, send, served } from './served-wire.ts';

const hello: readonly Message[] = [{ role: 'user', content: 'Hello' }];
const tool: ToolDefinition = { name: 'f', description: 'F.', parameters: { type: 'object', properties: {} } };
const efforts: readonly (ReasoningEffort | undefined)[] = [undefined, 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']; // prettier-ignore

const sentWith = async (model: string, more: Partial<ChatRequest>) => {
  const { body } = await send({ messages: hello, maxTokens: 20_000, ...more }, { model });
  const { thinking, output_config: output, temperature, tool_choice: choice } = body;
  return { thinking, effort: output?.effort, temperature, choice };
};

test('no model refuses any mixture of effort, temperature, limit and choice of tool', () => {
  const choices: readonly (ToolChoice | undefined)[] = [undefined, 'auto', 'none', 'required', { name: 'f' }];
  let mixtures = 0;
  for (const served of listServed())
    for (const reasoningEffort of efforts)
      for (const toolChoice of choices)
        for (const temperature of [undefined, 0, 0.3, 1, 1.7])
          for (const maxTokens of [undefined, 1, 1500, 4096, 40_000]) {
            const request: ChatRequest = {
              messages: hello,
              tools: [tool],
              ...(maxTokens !== undefined && { maxTokens }),
              ...(reasoningEffort && { reasoningEffort }),
              ...(toolChoice && { toolChoice }),
              ...(temperature !== undefined && { temperature }),
            };
            const { body } = toWire(request, { model: served.id, facts: findModel('anthropic', served.id) });
            const sent = JSON.parse(JSON.stringify(body)) as MessagesRequest;
            const told = JSON.stringify({ model: served.id, ...request });
            assert.deepEqual(shapeViolations(sent), [], told);
            assert.doesNotThrow(() => checkRules(sent, served), told);
            mixtures++;
          }
  assert.ok(mixtures > 10_000);
});

test('a model that thinks unasked shows what it thinks; one that does not is left alone', async () => {
  const adaptive = { type: 'adaptive', display: 'summarized' };
  assert.deepEqual((await sentWith('claude-sonnet-5', {})).thinking, adaptive);
  assert.equal((await sentWith('claude-opus-4-8', {})).thinking, undefined);
  assert.equal((await sentWith('claude-haiku-4-5', {})).thinking, undefined);
});

test('an effort is an effort where the model has it, and a budget where it knows only budgets', async () => {
  const adaptive = { type: 'adaptive', display: 'summarized' };
  assert.deepEqual(await sentWith('claude-opus-4-8', { reasoningEffort: 'xhigh' }), {
    thinking: adaptive,
    effort: 'xhigh',
    temperature: undefined,
    choice: undefined,
  });
  const { thinking, effort } = await sentWith('claude-haiku-4-5', { reasoningEffort: 'medium' });
  assert.deepEqual([thinking, effort], [{ type: 'enabled', budget_tokens: 8192 }, undefined]);
  const both = await sentWith('claude-opus-4-5', { reasoningEffort: 'high' });
  assert.deepEqual([both.thinking, both.effort], [{ type: 'enabled', budget_tokens: 16_384 }, 'high']);
});

test('"none" turns thinking off in each model’s way, and is told where nothing does', async () => {
  const off = async (model: string) => (await sentWith(model, { reasoningEffort: 'none' })).thinking;
  assert.deepEqual(await off('claude-sonnet-5'), { type: 'disabled' });
  assert.deepEqual(await off('claude-sonnet-5-5'), { type: 'between_tools' });
  assert.equal(await off('claude-opus-4-8'), undefined);
  assert.equal(await off('claude-haiku-4-5'), undefined);
  const [told, ...more] = await noticesOf({ messages: hello, reasoningEffort: 'none' }, { model: 'claude-opus-5-5' });
  assert.match(told ?? '', /"none" is left out: Claude Opus 5.5 does not have it/);
  assert.deepEqual(more, []);
});

test('a budget leaves room for the answer, and says so; without room there is no thinking', async () => {
  const ask = { messages: hello, reasoningEffort: 'high' } as const;
  const model = 'claude-haiku-4-5';
  assert.deepEqual((await send({ ...ask, maxTokens: 4096 }, { model })).body.thinking, {
    type: 'enabled',
    budget_tokens: 3072,
  });
  assert.match((await noticesOf({ ...ask, maxTokens: 4096 }, { model })).join(), /at most 3072 tokens/);
  assert.equal((await send({ ...ask, maxTokens: 2047 }, { model })).body.thinking, undefined);
  assert.match((await noticesOf({ ...ask, maxTokens: 2047 }, { model })).join(), /without thinking: .* at least 2048/);
});

test('temperature goes to 1 here; where a model takes none, or thinks, it is left out and told', async () => {
  const at = async (model: string, temperature: number, more: Partial<ChatRequest> = {}) => {
    const request = { messages: hello, temperature, maxTokens: 8000, ...more };
    return [(await send(request, { model })).body.temperature, (await noticesOf(request, { model })).join()];
  };
  assert.deepEqual(await at('claude-haiku-4-5', 0.3), [0.3, '']);
  assert.deepEqual(await at('claude-haiku-4-5', 1), [undefined, '']);
  assert.deepEqual(await at('claude-haiku-4-5', 1.5), [
    undefined,
    'temperature 1.5 is sent as 1, the most that Claude Haiku 4.5 (latest) takes.',
  ]);
  assert.deepEqual(await at('claude-sonnet-5', 1), [undefined, '']);
  assert.deepEqual(await at('claude-sonnet-5', 0.3), [
    undefined,
    'temperature is left out: Claude Sonnet 5 takes none.',
  ]);
  assert.deepEqual(await at('claude-sonnet-4-6', 0.3, { reasoningEffort: 'low' }), [
    undefined,
    'temperature is left out: Claude Sonnet 4.6 takes none while it thinks.',
  ]);
});

test('a call is forced where it can be, without thinking; elsewhere it is asked for and told', async () => {
  const forced = { tools: [tool], toolChoice: 'required' } as const;
  assert.deepEqual(await sentWith('claude-sonnet-5', forced), {
    thinking: { type: 'disabled' },
    effort: undefined,
    temperature: undefined,
    choice: { type: 'any' },
  });
  const { choice, thinking } = await sentWith('claude-opus-5-5', forced);
  assert.deepEqual([choice, thinking], [{ type: 'auto' }, { type: 'adaptive', display: 'summarized' }]);
  const told = await noticesOf({ messages: hello, ...forced }, { model: 'claude-opus-5-5' });
  assert.deepEqual(told, ['Claude Opus 5.5 cannot be made to call a tool: it is asked to choose by itself.']);
});

test('an answer that began without thinking goes on without where the model would refuse it', async () => {
  const messages: Message[] = [
    ...hello,
    { role: 'assistant', content: 'Looking.', toolCalls: [{ id: 'toolu_A', name: 'f', arguments: '' }] },
    { role: 'tool', toolCallId: 'toolu_A', content: 'done' },
  ];
  const request = { messages, tools: [tool], reasoningEffort: 'high', maxTokens: 8000 } as const;
  assert.deepEqual(await noticesOf(request, { model: 'claude-haiku-4-5' }), [
    'Claude Haiku 4.5 (latest) goes on without thinking: this answer began without.',
  ]);
  assert.deepEqual(await noticesOf(request, { model: 'claude-sonnet-4-6' }), []);
});

test('thinking that goes with a shortened conversation is not missed: the model goes on without', async () => {
  const model = 'claude-sonnet-4-5';
  const ask = { tools: [tool], reasoningEffort: 'low', maxTokens: 8000 } as const;
  const calls = { kind: 'reply', reasoning: { tokens: 40 }, toolCalls: [{ name: 'f', arguments: {} }] } as const;
  await served.control.script(calls, calls);
  const messages: Message[] = [...hello];
  for (const result of ['first', 'second']) {
    const { content, toolCalls, continuation } = (await send({ ...ask, messages: [...messages] }, { model })).response;
    assert.ok(continuation);
    messages.push({ role: 'assistant', content, toolCalls, continuation });
    messages.push({ role: 'tool', toolCallId: toolCalls[0]!.id, content: result });
  }
  const shortened = messages.map(message =>
    message.content === 'first' ? { ...message, content: '[Left out]' } : message,
  );
  assert.deepEqual(await noticesOf({ ...ask, messages }, { model }), []);
  assert.equal((await noticesOf({ ...ask, messages: shortened }, { model })).length, 1);
});

test('a model nobody has told us of is sent what was asked for and nothing else', async () => {
  const model = 'claude-from-the-future';
  await served.control.script({ kind: 'error', status: 500, times: 'always' });
  const sent = async (more: Partial<ChatRequest>): Promise<unknown> => {
    await assert.rejects(send({ messages: hello, ...more }, { model }));
    const { max_tokens, thinking, output_config, temperature } = (await served.control.requests()).at(-1)!.body as Record<string, unknown>; // prettier-ignore
    return { max_tokens, thinking, output_config, temperature };
  };
  const nothing = { max_tokens: 4096, thinking: undefined, output_config: undefined, temperature: undefined };
  assert.deepEqual(await sent({}), nothing);
  assert.deepEqual(await sent({ reasoningEffort: 'high', temperature: 0.5 }), {
    ...nothing,
    output_config: { effort: 'high' },
    temperature: 0.5,
  });
});
