// Our client over the loopback server's Responses API, which the official SDK has been held against: same walk, same bill, same words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf } from '../../../../src/cost/cost-of.ts';
import { createProvider, type ProviderConfig } from '../../../../src/llm/create-provider.ts';
import { LlmError } from '../../../../src/llm/llm-error.ts';
import type { Message } from '../../../../src/llm/message.ts';
import type { LlmProvider } from '../../../../src/llm/provider.ts';
import type { StreamEvent } from '../../../../src/llm/stream-event.ts';
import type { Usage } from '../../../../src/llm/usage.ts';
import { ParameterMemory } from '../../../../src/llm/openai/parameter-memory.ts';
import { defaultRetry } from '../../../../src/resilience/retry.ts';
import { unverifiedOrganization } from '../../../support/openai-server/unverified-organization.ts';
import { createSampleTools } from '../../../support/sample-tools.ts';
import { hello, key, origin, served } from '../served-wire.ts';

const { calculator } = createSampleTools();
const tools = [calculator].map(({ name, description, parameters }) => ({ name, description, parameters }));

const sol = (more: Partial<ProviderConfig> = {}): LlmProvider =>
  createProvider({
    provider: 'openai',
    model: 'gpt-6-sol',
    api: 'responses',
    apiKey: key,
    endpoint: `${origin}/v1`,
    retry: false,
    ...more,
  });

async function records() {
  const all = await served.control.requests();
  for (const { path, violations } of all) {
    assert.equal(path, '/v1/responses');
    assert.deepEqual(violations, []);
  }
  return all;
}

async function failure(provider: LlmProvider, messages = hello): Promise<{ error: LlmError; text: string }> {
  let text = '';
  try {
    for await (const event of provider.stream({ messages })) if (event.type === 'text-delta') text += event.text;
  } catch (error) {
    assert.ok(error instanceof LlmError, String(error));
    return { error, text };
  }
  return assert.fail('it succeeded');
}

test('streamed and whole have the same text, thinking, usage and cost, which is what the server bills', async () => {
  const script = { kind: 'reply', text: 'Forty-two, 👩‍💻.', reasoning: { text: 'Six by seven.', tokens: 64 } } as const;
  await served.control.script(script, script);
  const [streamed, whole] = [
    await sol().chat({ messages: hello }),
    await sol({ streaming: false }).chat({ messages: hello }),
  ];
  assert.equal(streamed.content, 'Forty-two, 👩‍💻.');
  assert.equal(whole.content, streamed.content);
  assert.deepEqual({ ...whole.usage, raw: 0 }, { ...streamed.usage, raw: 0 });
  assert.ok(streamed.usage);
  assert.equal(streamed.usage.reasoningTokens, 64);
  const price = (usage: Usage) => {
    const { money } = costOf({ provider: 'openai', model: 'gpt-6-sol', usage, at: Date.UTC(2026, 10, 22) });
    assert.ok(money && money.pico > 0n);
    return money.pico;
  };
  for (const { billed } of await records()) {
    assert.ok(billed?.reported);
    const { promptTokens, completionTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = billed;
    const usage = {
      inputTokens: promptTokens,
      outputTokens: completionTokens,
      totalTokens: promptTokens + completionTokens,
      cachedInputTokens: cachedTokens,
      cacheWriteTokens,
      reasoningTokens,
    };
    assert.equal(price(usage), price(streamed.usage));
  }
});

for (const streaming of [true, false])
  test(`what was thought is shown, and whose organization may not see it gets the answer without, ${streaming ? 'streamed' : 'whole'}`, async () => {
    const script = {
      kind: 'reply',
      text: 'Forty-two.',
      reasoning: { text: ['**Sum**\n\nSix by seven.', 'Done.'], tokens: 64 },
    } as const;
    await served.control.script(script, unverifiedOrganization, script, script);
    const parameterMemory = new ParameterMemory();
    const ask = async (provider: LlmProvider) => {
      const { content, thinking, usage } = await provider.chat({ messages: hello });
      return [content, thinking, usage?.reasoningTokens];
    };
    assert.deepEqual(await ask(sol({ streaming })), ['Forty-two.', '**Sum**\n\nSix by seven.\n\nDone.', 64]);
    const shut = sol({ streaming, parameterMemory, retry: defaultRetry });
    for (let again = 0; again < 2; again++) assert.deepEqual(await ask(shut), ['Forty-two.', undefined, 64]);
    assert.equal((await served.control.requests()).length, 4);
  });

test('what the cache gave and took is told apart, and thinking is counted once', async () => {
  const usage = { promptTokens: 3000, cachedTokens: 1024, cacheWriteTokens: 512, completionTokens: 90 };
  await served.control.script({ kind: 'reply', text: 'Yes.', usage: { ...usage, reasoningTokens: 64 } });
  const told = (await sol().chat({ messages: hello })).usage;
  assert.deepEqual(
    { ...told, raw: 0 },
    {
      inputTokens: 3000,
      outputTokens: 90,
      totalTokens: 3090,
      cachedInputTokens: 1024,
      cacheWriteTokens: 512,
      reasoningTokens: 64,
      raw: 0,
    },
  );
});

for (const streaming of [true, false])
  test(`the tool loop ${streaming ? 'streamed' : 'whole'}: parallel calls, their results by id, sealed reasoning echoed, twice over`, async () => {
    const twoCalls = (a: string, b: string) =>
      ({
        kind: 'reply',
        reasoning: { tokens: 32 },
        toolCalls: [
          { name: 'calculator', arguments: { expression: a } },
          { name: 'calculator', arguments: { expression: b } },
        ],
      }) as const;
    await served.control.script(twoCalls('6*7', '1+1'), twoCalls('2+2', '3+3'), { kind: 'reply', text: 'Done.' });
    const provider = sol({ streaming });
    const messages: Message[] = [{ role: 'user', content: 'Calculate.' }];
    for (let round = 1; round <= 2; round++) {
      const { content, toolCalls, continuation, stopReason } = await provider.chat({ messages, tools });
      assert.equal(stopReason, 'tool_use');
      assert.equal(toolCalls.length, 2);
      assert.ok(continuation);
      messages.push(
        { role: 'assistant', content, toolCalls, continuation },
        ...toolCalls.map(({ id }): Message => ({ role: 'tool', toolCallId: id, content: '42' })),
      );
    }
    const last = await provider.chat({ messages, tools });
    assert.equal(last.content, 'Done.');
    // The server refuses an echo that is missing, misplaced or forged: see its own tests.
    assert.equal((await records()).length, 3);
  });

for (const streaming of [true, false])
  test(`all thought, filtered, refused and failed: each ends by its name ${streaming ? 'streamed' : 'whole'}`, async () => {
    await served.control.script(
      { kind: 'reply', text: 'Never said.', reasoning: { tokens: 64 } },
      { kind: 'reply', text: 'Half', finishReason: 'content_filter' },
      { kind: 'reply', refusal: 'I would rather not.' },
      { kind: 'reply', text: 'Half', failure: { code: 'server_error', message: 'The model broke.' } },
    );
    const thought = await sol({ streaming, maxTokens: 32 }).chat({ messages: hello });
    assert.deepEqual([thought.stopReason, thought.content], ['max_tokens', '']);
    assert.equal(thought.usage?.reasoningTokens, 32);
    const filtered = await sol({ streaming }).chat({ messages: hello });
    assert.deepEqual([filtered.stopReason, filtered.content], ['content_filter', 'Half']);
    const refused = await sol({ streaming }).chat({ messages: hello });
    assert.deepEqual([refused.stopReason, refused.content], ['refusal', 'I would rather not.']);
    const broke = await failure(sol({ streaming }));
    assert.deepEqual([broke.error.code, broke.text], ['ERR_SERVICE_UNAVAILABLE', streaming ? 'Half' : '']);
    await records();
  });

test('an answer cut short by the limit, and an error in the middle of one, end as they do over Chat', async () => {
  await served.control.script(
    { kind: 'reply', text: 'word '.repeat(200) },
    { kind: 'reply', text: 'Half', failure: { code: 'rate_limit_exceeded', message: 'Too much.', as: 'error' } },
  );
  assert.equal((await sol({ maxTokens: 16 }).chat({ messages: hello })).stopReason, 'max_tokens');
  const limited = await failure(sol());
  assert.deepEqual([limited.error.code, limited.text], ['ERR_RATE_LIMIT', 'Half']);
  await records();
});

test('a stop ends the socket within 200 ms, and what came stays', async () => {
  await served.control.script({ kind: 'reply', text: 'word '.repeat(500), faults: { stall: { afterChunks: 40 } } });
  const stop = new AbortController();
  const seen: StreamEvent[] = [];
  let asked = 0;
  await assert.rejects(async () => {
    for await (const event of sol().stream({ messages: hello }, stop.signal)) {
      seen.push(event);
      if (event.type !== 'text-delta' || asked) continue;
      asked = performance.now();
      stop.abort(new Error('enough'));
    }
  }, /enough/);
  const record = await served.control.waitForRequest({ nth: 1 });
  assert.ok(performance.now() - asked < 200);
  assert.equal(record.state, 'done');
  assert.ok(seen.some(({ type }) => type === 'text-delta'));
});

test('a stream cut at any place is a failure that keeps what came, never a wrong answer', async () => {
  for (const cutAtByte of [0, 1, 200, 900, 2000]) {
    await served.control.script({ kind: 'reply', text: 'Hello there, how are you?', faults: { cutAtByte } });
    const { error, text } = await failure(sol());
    assert.ok(['ERR_NETWORK', 'ERR_BAD_RESPONSE'].includes(error.code), `${cutAtByte}: ${error.code}`);
    assert.ok('Hello there, how are you?'.startsWith(text), `${cutAtByte}: ${text}`);
  }
});

test('a parameter that is refused is left out from the next request on, and told', async () => {
  const refusal = {
    kind: 'error',
    status: 400,
    code: 'unsupported_parameter',
    param: 'include',
    message: 'Encrypted content is not supported with this model.',
  } as const;
  await served.control.script(refusal, { kind: 'reply', text: 'One.' }, { kind: 'reply', text: 'Two.' });
  const provider = sol({ retry: { attempts: 1, baseMs: 1, capMs: 1, jitterMs: 0 } });
  const notices: string[] = [];
  for (let question = 1; question <= 2; question++)
    for await (const event of provider.stream({ messages: hello }))
      if (event.type === 'notice' && event.notice.kind === 'adjusted') notices.push(event.notice.text);
  assert.equal(notices.length, 1);
  assert.match(notices[0]!, /"include".*from now on/);
  const sent = await served.control.requests();
  assert.deepEqual(
    sent.map(({ body }) => 'include' in (body as object)),
    [true, false, false],
  );
});
