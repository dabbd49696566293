import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Memento } from 'vscode';
import { KeptParameters } from '../../../src/host/kept-parameters.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { ParameterMemory } from '../../../src/llm/openai/parameter-memory.ts';
import type { ChatRequest } from '../../../src/llm/request.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createSampleTools } from '../../support/sample-tools.ts';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import { hello, key, origin, send, served } from './served-wire.ts';

const { calculator } = createSampleTools();
const tools = [calculator].map(({ name, description, parameters }) => ({ name, description, parameters }));

/** Asks and is refused by the server. */
async function refused(request: ChatRequest, config: Partial<ProviderConfig> = {}): Promise<LlmError> {
  const endpoint = `${origin}/v1`;
  const provider = createProvider({
    retry: false,
    provider: 'openai',
    model: 'gpt-4o',
    apiKey: key,
    endpoint,
    ...config,
  });
  const error: unknown = await provider.chat(request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LlmError);
  return error;
}

/** What a host may refuse, by the name it gives it, and how the next request looks. */
const cases: {
  readonly param: string;
  readonly request: Partial<ChatRequest>;
  readonly model?: string;
  readonly gone: string;
  readonly instead?: string;
}[] = [
  { param: 'max_completion_tokens', request: { maxTokens: 64 }, gone: 'max_completion_tokens', instead: 'max_tokens' },
  { param: 'temperature', request: { temperature: 0.5 }, gone: 'temperature' },
  { param: 'tools', request: { tools }, gone: 'tools' },
  { param: 'tool_choice', request: { tools, toolChoice: 'auto' }, gone: 'tool_choice' },
  { param: 'parallel_tool_calls', request: { tools, parallelToolCalls: false }, gone: 'parallel_tool_calls' },
  { param: 'stream_options', request: {}, gone: 'stream_options' },
  { param: 'stream', request: {}, gone: 'stream' },
  { param: 'reasoning_effort', request: { reasoningEffort: 'low' }, model: 'gpt-5.4', gone: 'reasoning_effort' },
];

for (const { param, request, model = 'gpt-4o', gone, instead } of cases)
  test(`a refused ${param} is told, left out when asked again, and never sent there again`, async () => {
    const parameterMemory = new ParameterMemory();
    const config = { model, parameterMemory };
    await served.control.script({
      kind: 'error',
      status: 400,
      message: `Unsupported parameter: '${param}' is not supported with this model.`,
      type: 'invalid_request_error',
      code: 'unsupported_parameter',
      param,
    });
    const first = await refused({ messages: hello, ...request }, config);
    assert.equal(first.code, 'ERR_INVALID_REQUEST');
    assert.match(first.facts.adjusted ?? '', new RegExp(`"${param}"`));
    for (let again = 0; again < 2; again++) {
      const { body } = await send({ messages: hello, ...request }, config);
      assert.equal(body[gone], undefined);
      if (instead) assert.equal(body[instead], 64);
    }
    assert.equal((await served.control.requests()).length, 3);
    // Another model on the same host is asked as before.
    const { body } = await send(
      { messages: hello, ...request },
      { ...config, model: model === 'gpt-4o' ? 'gpt-4o-mini' : 'gpt-5.2' },
    );
    assert.notEqual(body[gone], undefined);
  });

test('"developer" becomes "system" where the host does not know it', async () => {
  const parameterMemory = new ParameterMemory();
  const config = { model: 'gpt-5.4', parameterMemory };
  const messages = [{ role: 'system' as const, content: 'Be brief.' }, ...hello];
  await served.control.script({
    kind: 'error',
    status: 400,
    message: `Unsupported value: 'messages[0].role' does not support 'developer' with this model.`,
    type: 'invalid_request_error',
    code: 'unsupported_value',
    param: 'messages[0].role',
  });
  await refused({ messages }, config);
  const { body } = await send({ messages }, config);
  assert.equal((body['messages'] as { role: string }[])[0]!.role, 'system');
});

const facts = (param: string, vendorCode = 'unsupported_parameter', status = 400) => ({
  code: 'ERR_INVALID_REQUEST' as const,
  message: 'no',
  retryable: false,
  status,
  param,
  vendorCode,
});
const body = () => ({ model: 'm', messages: [], max_completion_tokens: 5, temperature: 1 });

test('only a refusal that names a parameter that was sent is learned', () => {
  const memory = new ParameterMemory();
  assert.equal(memory.learn('p', facts('top_p'), body()), undefined);
  assert.equal(memory.learn('p', facts('parallel_tool_calls'), body()), undefined);
  assert.equal(memory.learn('p', facts('temperature', 'invalid_type'), body()), undefined);
  assert.equal(memory.learn('p', facts('temperature', 'unsupported_value', 500), body()), undefined);
  assert.ok(memory.learn('p', facts('temperature', 'unsupported_value', 422), body()));
});

test('a host that takes neither name of the token limit is not asked in circles', () => {
  const memory = new ParameterMemory();
  const first = body();
  assert.ok(memory.learn('p', facts('max_completion_tokens'), first));
  assert.deepEqual(first, { model: 'm', messages: [], temperature: 1, max_tokens: 5 });
  assert.equal(memory.learn('p', facts('max_tokens'), first), undefined);
});

test('the same thing is learned once', () => {
  const memory = new ParameterMemory();
  assert.ok(memory.learn('p', facts('temperature'), body()));
  assert.equal(memory.learn('p', facts('temperature'), body()), undefined);
});

const responsesBody = (reasoning: object) => ({ model: 'm', input: [], store: false as const, reasoning });

test('of what is said of reasoning only what was refused is left out', () => {
  for (const [param, left] of [
    ['reasoning.summary', { reasoning: { effort: 'low' } }],
    ['reasoning.effort', { reasoning: { summary: 'auto' } }],
    ['reasoning', {}],
  ] as const) {
    const sent = responsesBody({ effort: 'low', summary: 'auto' });
    assert.match(new ParameterMemory().learn('p', facts(param), sent) ?? '', new RegExp(`"${param}"`));
    assert.deepEqual(sent, { model: 'm', input: [], store: false, ...left });
  }
  const alone = responsesBody({ summary: 'auto' });
  assert.ok(new ParameterMemory().learn('p', facts('reasoning.summary'), alone));
  assert.ok(!('reasoning' in alone));
  assert.equal(
    new ParameterMemory().learn('p', facts('reasoning.summary'), responsesBody({ effort: 'low' })),
    undefined,
  );
});

describe('that no thinking is shown', () => {
  const day = 24 * 3_600_000;
  const unverified = facts('reasoning.summary', 'unsupported_value');
  const place = 'https://api.openai.com/v1/responses?key=hunter2 m';

  /** What `learn` and `apply` make of a body in each window that opens. */
  function windows() {
    const state = new Map<string, unknown>();
    const clock = new FakeClock();
    const memento = {
      get: (key: string) => structuredClone(state.get(key)),
      update: (key: string, value: unknown) => Promise.resolve(void state.set(key, structuredClone(value))),
    } as unknown as Memento;
    const open = () => new ParameterMemory({ store: new KeptParameters(memento), clock });
    const asks = (memory: ParameterMemory, at = place) => {
      const sent = responsesBody({ summary: 'auto' });
      memory.apply(at, sent);
      return 'reasoning' in sent;
    };
    return { clock, state, open, asks };
  }
  test('holds in the next window for a week, for this host and model', async () => {
    const { clock, open, asks } = windows();
    assert.ok(open().learn(place, unverified, responsesBody({ summary: 'auto' })));
    const next = open();
    assert.equal(asks(next), false);
    assert.equal(asks(next, 'https://api.openai.com/v1/responses n'), true);
    await clock.advance(7 * day - 1);
    assert.equal(asks(next), false);
    assert.equal(next.learn(place, unverified, responsesBody({ summary: 'auto' })), undefined);
    await clock.advance(1);
    assert.equal(asks(next), true);
    assert.equal(asks(open()), true);
    assert.ok(next.learn(place, unverified, responsesBody({ summary: 'auto' })));
    assert.equal(asks(open()), false);
  });

  test('is kept without the address, and nothing else is kept that was learned', () => {
    const { state, open, asks } = windows();
    const first = open();
    assert.ok(first.learn(place, facts('temperature'), body()));
    assert.equal(state.size, 0);
    assert.ok(first.learn(place, unverified, responsesBody({ summary: 'auto' })));
    assert.equal(state.size, 1);
    const kept = JSON.stringify([...state]);
    assert.doesNotMatch(kept, /openai|hunter2|temperature/);
    assert.match(kept, /summary/);
    const warm = body();
    open().apply(place, warm);
    assert.equal(warm.temperature, 1);
    assert.equal(asks(open()), false);
  });

  test('is asked as before where what is kept is something else', () => {
    const { state, open, asks } = windows();
    assert.ok(open().learn(place, unverified, responsesBody({ summary: 'auto' })));
    const [key] = state.keys();
    for (const other of [null, 7, 'x', [], { summary: 'today' }, { constructor: 1, temperature: 9e15 }]) {
      state.set(key!, other);
      assert.equal(asks(open()), true, JSON.stringify(other));
      const warm = body();
      open().apply(place, warm);
      assert.equal(warm.temperature, 1);
    }
  });
});

test('the failure is an LlmError like any other', async () => {
  await served.control.script({ kind: 'error', status: 400, code: 'unsupported_parameter', param: 'temperature' });
  const error = await refused({ messages: hello, temperature: 0 });
  assert.ok(error instanceof LlmError);
  assert.equal(error.retryable, false);
});
