import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import type { Cap } from '../../src/cost/call-store.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { type Ledger, ledgerIn } from '../../src/cost/ledger.ts';
import { metered, type MeterOptions } from '../../src/cost/metered-provider.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import { LlmError, type LlmErrorFacts } from '../../src/llm/llm-error.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import type { ChatRequest } from '../../src/llm/request.ts';
import type { StreamEvent } from '../../src/llm/stream-event.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createOpenAiServer, type OpenAiServer } from '../support/openai-server/server.ts';
import { Hold, ScriptedProvider, tokens, unavailable } from '../support/scripted-provider.ts';

const request: ChatRequest = { messages: [{ role: 'user', content: 'What is a ledger?' }], maxTokens: 100 };
const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: 'w' };
const text = (words: string): StreamEvent => ({ type: 'text-delta', text: words });

let clock: FakeClock;
let db: Database;
let ledger: Ledger;
beforeEach(() => {
  clock = new FakeClock();
  db = openDatabase(':memory:', schema);
  ledger = ledgerIn(db, clock);
});

function meter(inner: LlmProvider, more: Partial<MeterOptions> = {}): LlmProvider {
  return metered(inner, { ledger, clock, facts, maxTokens: 4096, ...more });
}

async function drain(events: AsyncIterable<StreamEvent>): Promise<unknown> {
  try {
    for await (const _ of events);
    return undefined;
  } catch (error) {
    return error;
  }
}

function rows(): { state: string; input: number | undefined; output: number | undefined; cost: bigint | undefined }[] {
  const number = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
  return db.all('SELECT state, input, output, cost FROM calls').map(({ state, input, output, cost }) => ({
    state: String(state),
    input: number(input),
    output: number(output),
    cost: cost === null ? undefined : (cost as bigint),
  }));
}

function onlyRow(): ReturnType<typeof rows>[number] {
  const all = rows();
  assert.equal(
    all.length,
    1,
    JSON.stringify(all, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  );
  assert.equal(ledger.total({}).running, undefined);
  return all[0]!;
}

const price = (input: number, output: number): bigint =>
  costOf({ provider: 'openai', model: 'gpt-4o', usage: tokens(input, output), at: clock.now() }).money!.pico;

test('a call that finishes is one row with the reported counts and their exact cost', async () => {
  const provider = meter(new ScriptedProvider().enqueueText('A book.', tokens(12, 3)));
  assert.equal(await drain(provider.stream(request)), undefined);
  assert.deepEqual(onlyRow(), { state: 'reported', input: 12, output: 3, cost: price(12, 3) });
});

test('chat gives the same row, and the cost with the usage', async () => {
  const response = await meter(new ScriptedProvider().enqueueText('A book.', tokens(12, 3))).chat(request);
  assert.equal(response.content, 'A book.');
  assert.equal(response.usage!.cost!.pico, price(12, 3));
  assert.deepEqual(onlyRow(), { state: 'reported', input: 12, output: 3, cost: price(12, 3) });
});

test('the row is there, reserved at its bound, before the first event', async () => {
  const hold = new Hold();
  const provider = meter(new ScriptedProvider().enqueue(hold, text('late')));
  const done = drain(provider.stream(request));
  await hold.reached;
  const [row] = db.all('SELECT state, bound FROM calls');
  assert.equal(row!['state'], 'reserved');
  assert.ok((row!['bound'] as bigint) >= price(17, 100));
  hold.release();
  await done;
});

test('a moving name is settled at the price of the model that answered', async () => {
  const wire = new ScriptedProvider({ name: 'mistral', model: 'mistral-medium-latest' }).enqueue(
    { type: 'usage', usage: tokens(1_000_000, 0) },
    { type: 'finish', reason: 'end_turn', metadata: { model: 'mistral-medium-2508' } },
  );
  await drain(meter(wire).stream(request));
  assert.equal(onlyRow().cost, 400_000_000_000n);
});

test('a stream that nobody begins is no row', () => {
  meter(new ScriptedProvider().enqueueText('x')).stream(request);
  assert.deepEqual(rows(), []);
});

test('a call that finishes without counts is estimated from what was sent and seen', async () => {
  await drain(meter(new ScriptedProvider().enqueue(text('four'.repeat(10)))).stream(request));
  const row = onlyRow();
  assert.equal(row.state, 'estimated');
  assert.equal(row.output, 10);
  assert.ok(row.input! >= 5 && row.input! < 30);
  assert.equal(row.cost, price(row.input!, 10));
});

describe('a call that fails', () => {
  const failure = (more: Partial<LlmErrorFacts>): LlmError =>
    new LlmError({ code: 'ERR_NETWORK', message: 'gone', retryable: true, ...more });
  const notice: StreamEvent = { type: 'notice', notice: { kind: 'rate-limit', headroom: {} } };

  for (const [what, error, state] of [
    ['with 401', failure({ code: 'ERR_INVALID_API_KEY', status: 401 }), 'rejected'],
    ['with 429', failure({ code: 'ERR_RATE_LIMIT', status: 429 }), 'rejected'],
    ['with 400', failure({ code: 'ERR_CONTEXT_LENGTH_EXCEEDED', status: 400 }), 'rejected'],
    ['with 503', unavailable(), 'rejected'],
    ['by silence', failure({ code: 'ERR_TIMEOUT' }), 'lost'],
    ['by a dead connection', failure({}), 'lost'],
    ['by an answer that is none', failure({ code: 'ERR_BAD_RESPONSE' }), 'lost'],
  ] as const) {
    test(`${what} before its first word is one row: ${state}`, async () => {
      assert.equal(await drain(meter(new ScriptedProvider().enqueue(error)).stream(request)), error);
      assert.equal(onlyRow().state, state);
      assert.equal(onlyRow().cost, state === 'rejected' ? 0n : undefined);
    });

    test(`${what} after the rate-limit headers alone is the same: ${state}`, async () => {
      await drain(meter(new ScriptedProvider().enqueue(notice, error)).stream(request));
      assert.equal(onlyRow().state, state);
    });

    test(`${what} after some words is estimated`, async () => {
      await drain(meter(new ScriptedProvider().enqueue(text('12345678'), error)).stream(request));
      assert.equal(onlyRow().state, 'estimated');
      assert.equal(onlyRow().output, 2);
    });
  }

  for (const code of ['ERR_KEY_REQUIRED', 'ERR_REFUSED_LOCALLY', 'ERR_NETWORK'] as const)
    test(`before anything was sent (${code}) leaves no row`, async () => {
      await drain(meter(new ScriptedProvider().enqueue(failure({ code, notSent: true }))).stream(request));
      assert.deepEqual(rows(), []);
    });

  test('after its counts came keeps them', async () => {
    const events = [text('a'), { type: 'usage', usage: tokens(12, 3) } as const, failure({})];
    await drain(meter(new ScriptedProvider().enqueue(...events)).stream(request));
    assert.deepEqual(onlyRow(), { state: 'reported', input: 12, output: 3, cost: price(12, 3) });
  });

  test('with an error that is none of ours is estimated, never forgotten', async () => {
    const odd = new TypeError('a bug');
    assert.equal(await drain(meter(new ScriptedProvider().enqueue(odd)).stream(request)), odd);
    assert.equal(onlyRow().state, 'estimated');
  });
});

describe('a call that is stopped', () => {
  const reason = new Error('stopped');

  test('in the middle is one row, estimated', async () => {
    const hold = new Hold();
    const stop = new AbortController();
    const done = drain(meter(new ScriptedProvider().enqueue(text('12345678'), hold)).stream(request, stop.signal));
    await hold.reached;
    stop.abort(reason);
    assert.equal(await done, reason);
    assert.equal(onlyRow().state, 'estimated');
    assert.equal(onlyRow().output, 2);
  });

  test('before it begins is no row and no call', async () => {
    const inner = new ScriptedProvider().enqueueText('x');
    assert.equal(await drain(meter(inner).stream(request, AbortSignal.abort(reason))), reason);
    assert.deepEqual(rows(), []);
    assert.equal(inner.history.length, 0);
  });

  test('by a reader who leaves is one row, and the inner stream ends', async () => {
    const inner = new ScriptedProvider().enqueue(text('12345678'), text('more'), text('more'));
    for await (const _ of meter(inner).stream(request)) break;
    assert.equal(onlyRow().state, 'estimated');
    assert.equal(onlyRow().output, 2);
    assert.equal(inner.open, 0);
  });

  test('by a reader who leaves at the last event is reported', async () => {
    for await (const event of meter(new ScriptedProvider().enqueueText('x', tokens(1, 2))).stream(request))
      if (event.type === 'finish') break;
    assert.equal(onlyRow().state, 'reported');
  });
});

test('while text streams the running cost grows, told at most five times a second', async () => {
  const holds = Array.from({ length: 10 }, () => new Hold());
  const provider = meter(new ScriptedProvider().enqueue(...holds.flatMap(hold => [hold, text('word '.repeat(20))])));
  const done = drain(provider.stream(request));
  const seen: bigint[] = [];
  let told = 0;
  ledger.onDidChange(() => told++);
  for (const hold of holds) {
    await hold.reached;
    await clock.advance(100);
    hold.release();
    await clock.advance(0);
    seen.push(ledger.total({}).running?.pico ?? -1n);
  }
  await done;
  assert.ok(told <= 7, String(told));
  assert.ok(seen.at(-2)! > seen[2]! && seen[2]! > 0n);
  assert.deepEqual(
    seen.slice(0, -1).sort((a, b) => (a < b ? -1 : 1)),
    seen.slice(0, -1),
  );
});

test('a call that could pass the budget is refused before anything is sent, with what is left', async () => {
  const inner = new ScriptedProvider().enqueueText('x');
  const caps = (): Cap[] => [{ name: 'day', limit: Money.parse('0.0001'), filter: {} }];
  const error = await drain(meter(inner, { caps }).stream(request));
  assert.ok(error instanceof LlmError);
  assert.equal(error.code, 'ERR_BUDGET_EXCEEDED');
  assert.equal(error.message, 'The day budget of $0.00010 has $0.00010 left, and this request could cost more.');
  assert.equal(error.facts.notSent, true);
  assert.equal(inner.history.length, 0);
  assert.deepEqual(rows(), []);
});

test('under a budget a model without a price is refused, and told so', async () => {
  const inner = new ScriptedProvider({ model: 'nobody-knows' }).enqueueText('x');
  const caps = (): Cap[] => [{ name: 'day', limit: Money.parse('5'), filter: {}, setting: 'budget.day', until: 7 }];
  const error = await drain(meter(inner, { caps }).stream(request));
  assert.ok(error instanceof LlmError);
  assert.equal(error.message, 'The price of nobody-knows is unknown, so it cannot be held to the day budget of $5.00.');
  assert.deepEqual(error.facts.budget, { setting: 'budget.day', until: 7, unknown: 'price' });
  assert.equal(inner.history.length, 0);
});

test('a changed budget holds at the next call', async () => {
  let limit = '0';
  const provider = meter(new ScriptedProvider().enqueueText('x'), {
    caps: () => [{ name: 'day', limit: Money.parse(limit), filter: {} }],
  });
  assert.ok((await drain(provider.stream(request))) instanceof LlmError);
  limit = '1';
  assert.equal(await drain(provider.stream(request)), undefined);
});

test('what cannot be entered in the ledger is not sent', async () => {
  const inner = new ScriptedProvider().enqueueText('x');
  db.close();
  const error = await drain(meter(inner).stream(request));
  assert.ok(error instanceof LlmError);
  assert.equal(error.code, 'ERR_REFUSED_LOCALLY');
  assert.match(error.message, /could not be entered in the ledger, so it was not sent/);
  assert.equal(inner.history.length, 0);
});

describe('against the vendor’s own bill', () => {
  let served: OpenAiServer;
  let endpoint: string;
  before(async () => {
    served = createOpenAiServer();
    await new Promise<void>(resolve => served.server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(served.server.address() as AddressInfo).port}/v1`;
  });
  after(() => {
    served.server.closeAllConnections();
    served.server.close();
  });
  beforeEach(() => served.control.reset());

  for (const streaming of [true, false])
    test(`costs equal what the server billed, cached tokens too (${streaming ? 'streamed' : 'whole'})`, async () => {
      const model = 'gpt-4o';
      const provider = meter(
        createProvider({ retry: false, provider: 'openai', model, apiKey: 'sk-test-0123456789abcdef', endpoint }),
      );
      await served.control.script(
        { kind: 'reply', text: 'One.' },
        { kind: 'reply', text: 'Two.', usage: { promptTokens: 3000, cachedTokens: 2048, completionTokens: 77 } },
        { kind: 'error', status: 503 },
        { kind: 'reply', text: 'Three.', usage: { reasoningTokens: 5, completionTokens: 60 } },
      );
      for (let call = 0; call < 4; call++) await provider.chat({ ...request, streaming }).catch(() => {});
      let expected = Money.zero;
      for (const { billed } of await served.control.requests()) {
        if (!billed) continue;
        const { promptTokens: inputTokens, completionTokens: outputTokens, cachedTokens: cachedInputTokens } = billed;
        const usage = { ...tokens(inputTokens, outputTokens), cachedInputTokens };
        expected = expected.add(costOf({ provider: 'openai', model, usage, at: clock.now() }).money!);
      }
      assert.ok(expected.pico > 0n);
      const { money, calls, unknownCalls, estimatedCalls } = ledger.total({});
      assert.equal(money.pico, expected.pico);
      assert.deepEqual([calls, unknownCalls, estimatedCalls], [3, 0, 0]);
      assert.deepEqual(
        rows()
          .map(({ state }) => state)
          .sort(),
        ['rejected', 'reported', 'reported', 'reported'],
      );
    });

  test('no call costs more than the bound it was reserved at', async () => {
    for (const model of ['gpt-4o', 'gpt-5.4', 'gpt-4.1-mini', 'gpt-5.6-luna']) {
      const provider = meter(
        createProvider({ retry: false, provider: 'openai', model, apiKey: 'sk-test-0123456789abcdef', endpoint }),
      );
      for (const content of ['', 'Hi', '漢字 👩‍👩‍👧‍👦 '.repeat(50), 'word '.repeat(2000)])
        await provider.chat({
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: content || '.' },
          ],
          maxTokens: 64,
        });
    }
    const all = db.all('SELECT bound, cost, model FROM calls');
    assert.equal(all.length, 16);
    for (const { bound, cost, model } of all)
      assert.ok((cost as bigint) > 0n && (cost as bigint) <= (bound as bigint), String(model));
  });
});
