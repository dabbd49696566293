import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { after, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { Money } from '../../src/core/money.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { type DrainLimits, Drains } from '../../src/cost/drains.ts';
import { type Ledger, ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { SqliteCallArchive } from '../../src/cost/sqlite-call-archive.ts';
import { PromptCounter } from '../../src/cost/prompt-counter.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import type { StreamEvent } from '../../src/llm/stream-event.ts';
import { O200kCounter } from '../../src/llm/tokenizer/o200k.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcessServer, openAiServerInProcess } from '../support/openai-server/in-process.ts';
import type { BilledUsage } from '../support/loopback/request-log.ts';
import { Hold, ScriptedProvider, tokens } from '../support/scripted-provider.ts';

const model = 'gpt-4o';
const words = Array.from({ length: 60 }, (_, at) => `word${at} `);
const o200k = new O200kCounter();
const counter = new PromptCounter({ count: texts => Promise.resolve(texts.map(text => o200k.count(text))) });
const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '' };

let served: InProcessServer;
before(async () => {
  served = await openAiServerInProcess();
});
after(() => served.stop());

let db: Database;
let ledger: Ledger;
let drains: Drains;
let limits: DrainLimits | undefined;
beforeEach(async () => {
  await served.control.reset();
  db = openDatabase(':memory:', schema);
  ledger = ledgerIn(db, systemClock);
  limits = { ms: 60_000, bytes: 100_000 };
  drains = new Drains(systemClock, () => limits);
});

const asked = (): LlmProvider =>
  createProvider({
    provider: 'openai',
    model,
    retry: false,
    apiKey: 'sk-test-0123456789abcdefghij',
    endpoint: served.baseUrl,
    eachAttempt: wire => metered(wire, { ledger, clock: systemClock, maxTokens: 4096, counter, drains, facts }),
  });

/** Asks, and stops at the third word. */
async function stopped(provider: LlmProvider, stop = new AbortController()): Promise<string> {
  let text = '';
  const request = { messages: [{ role: 'user', content: 'Count the words.' }] as const };
  const reason = new Error('stopped');
  await assert.rejects(async () => {
    for await (const event of provider.stream(request, stop.signal)) {
      if (event.type !== 'text-delta') continue;
      text += event.text;
      if (text.includes('word2')) stop.abort(reason);
    }
  }, reason);
  return text;
}

const row = (): { state: string; cost: bigint; bound: bigint } =>
  db.get('SELECT state, cost, bound FROM calls')! as unknown as { state: string; cost: bigint; bound: bigint };

const billOf = ({ promptTokens, completionTokens, cachedTokens }: BilledUsage): bigint =>
  costOf({
    provider: 'openai',
    model,
    usage: { ...tokens(promptTokens, completionTokens), cachedInputTokens: cachedTokens },
  }).money!.pico;

/** Resolves when the ledger has settled the call. */
const settledRow = (): Promise<void> =>
  new Promise(resolve => {
    const look = (): void => {
      if (row().state === 'reserved') return;
      listening.dispose();
      resolve();
    };
    const listening = ledger.onDidChange(look);
    look();
  });

test('by default a stop ends the request: the server sees it, and its bill lies between the bounds that are told', async () => {
  limits = undefined;
  await served.control.script({ kind: 'reply', chunks: words, faults: { stall: { afterChunks: 12 } } });
  await stopped(asked());
  const { aborted, billed } = await served.control.waitForRequest();
  assert.equal(aborted, true);
  const { interval, money, estimatedCalls } = ledger.total({ turn: 't' });
  assert.equal(estimatedCalls, 1);
  const bill = new Money(billOf(billed!));
  const told = `${interval!.least.toString()} ≤ ${bill.toString()} ≤ ${interval!.most!.toString()}`;
  assert.ok(interval!.least.compare(bill) <= 0 && bill.compare(interval!.most!) <= 0, told);
  assert.ok(interval!.least.compare(money) <= 0 && money.compare(interval!.most!) <= 0);
  assert.equal(interval!.most!.pico, row().bound);
  assert.ok(interval!.least.pico > 0n);
});

test('what was thought is mostly told as a summary: it is estimated, and of the least an answer cost it is no part', async () => {
  /** Asks, and leaves with the last event. */
  const leftAfter = async (...events: StreamEvent[]) => {
    const turn = events.map(({ type }) => type).join();
    const inner = new ScriptedProvider().enqueue(...events, new Hold());
    const own = { ...facts, turn };
    const provider = metered(inner, { ledger, clock: systemClock, maxTokens: 4096, counter, facts: own });
    let left = events.length;
    for await (const _ of provider.stream({ messages: [{ role: 'user', content: 'Hi' }] })) if (--left === 0) break;
    const { money, interval } = ledger.total({ turn });
    return { likely: money.pico, least: interval!.least.pico };
  };
  const thought: StreamEvent = { type: 'thinking-delta', text: 'A long summary. '.repeat(50) };
  const said: StreamEvent = { type: 'text-delta', text: 'Yes, that is it.' };
  const plain = await leftAfter(said);
  const both = await leftAfter(thought, said);
  assert.equal(both.least, plain.least);
  assert.ok(both.likely > plain.likely * 5n);
  const alone = await leftAfter(thought);
  assert.ok(alone.least > 0n && alone.least < plain.least);
  // Both were counted, and not by the rule of thumb.
  const per = (tokens: number): bigint => BigInt(tokens) * 10_000_000n;
  assert.equal(both.likely - plain.likely, per(o200k.count(thought.text)));
});

test('what a stop left between bounds is still between them after a restart', async () => {
  limits = undefined;
  await served.control.script({ kind: 'reply', chunks: words, faults: { stall: { afterChunks: 12 } } });
  await stopped(asked());
  const { interval } = ledger.total({ turn: 't' });
  const again = ledgerIn(db, systemClock).total({ turn: 't' });
  assert.deepEqual(again.interval, interval);
  assert.equal(new SqliteCallArchive(db).find(String(db.get('SELECT id FROM calls')!['id']))!.least!.pico, interval!.least.pico);
}); // prettier-ignore

test('a stream that runs for some seconds leaves what it has cost at least, one that is short writes nothing more', async () => {
  const clock = new FakeClock();
  const own = ledgerIn(db, clock);
  const hold = new Hold();
  const text: StreamEvent = { type: 'text-delta', text: 'A word and another. '.repeat(20) };
  const usage: StreamEvent = { type: 'usage', usage: tokens(8, 100) };
  const inner = new ScriptedProvider().enqueue(text, hold, usage);
  const provider = metered(inner, { ledger: own, clock, maxTokens: 100, facts });
  const done = provider.chat({ messages: [{ role: 'user', content: 'Hi' }] });
  await hold.reached;
  const least = (): unknown => db.get('SELECT least FROM calls')!['least'];
  await clock.advance(2999);
  await setImmediate();
  assert.equal(least(), null);
  await clock.advance(1);
  await setImmediate();
  assert.ok((least() as bigint) > 0n && (least() as bigint) < row().bound);
  hold.release();
  await done;
  assert.deepEqual([least(), row().state], [null, 'reported']);
  assert.equal(clock.pending, 0);
});

test('read on, a stopped answer costs exactly what the server bills, while the next question is asked already', async () => {
  await served.control.script(
    { kind: 'reply', chunks: words, faults: { stall: { afterChunks: 12 } } },
    { kind: 'reply', text: 'Next.' },
  );
  const provider = asked();
  const text = await stopped(provider);
  assert.ok(!text.includes('word50'), 'what comes after the stop is not heard');
  assert.equal(drains.running, 1);
  assert.ok(ledger.total({}).running, 'it is said to be running');
  assert.equal((await provider.chat({ messages: [{ role: 'user', content: 'And?' }] })).content, 'Next.');
  await served.control.release();
  await settledRow();
  const { aborted, billed } = (await served.control.requests())[0]!;
  assert.equal(aborted, false);
  const first = db.all('SELECT state, cost FROM calls ORDER BY started, id')[0]!;
  assert.equal(first['state'], 'reported');
  assert.equal(first['cost'], billOf(billed!));
  assert.equal(ledger.total({}).running, undefined);
  assert.equal(drains.running, 0);
});

test('a reader who just leaves is a stop too', async () => {
  await served.control.script({ kind: 'reply', chunks: words });
  for await (const event of asked().stream({ messages: [{ role: 'user', content: 'Count.' }] }))
    if (event.type === 'text-delta') break;
  await settledRow();
  assert.equal(row().state, 'reported');
  assert.equal(row().cost, billOf((await served.control.requests())[0]!.billed!));
});

test('past so many bytes the rest is not waited for: an estimate, and the bill within its bounds', async () => {
  limits = { ms: 60_000, bytes: 40 };
  await served.control.script({ kind: 'reply', chunks: words, faults: { stall: { afterChunks: 30 } } });
  await stopped(asked());
  await settledRow();
  assert.equal(row().state, 'estimated');
  const { aborted, billed } = await served.control.waitForRequest();
  assert.equal(aborted, true);
  const bill = billOf(billed!);
  const { interval } = ledger.total({ turn: 't' });
  assert.ok(interval!.least.pico <= bill && bill <= interval!.most!.pico);
});

test('past the time it is an estimate, and nothing of it runs on', async () => {
  const clock = new FakeClock();
  const hold = new Hold();
  const text: StreamEvent = { type: 'text-delta', text: '12345678' };
  const inner = new ScriptedProvider().enqueue(text, hold, text);
  const timed = new Drains(clock, () => ({ ms: 5000, bytes: 1000 }));
  const own = ledgerIn(db, clock);
  const provider = metered(inner, { ledger: own, clock, maxTokens: 100, drains: timed, facts });
  const stop = new AbortController();
  const reason = new Error('stopped');
  const done = (async () => {
    for await (const _ of provider.stream({ messages: [{ role: 'user', content: 'Hi' }] }, stop.signal));
  })();
  await hold.reached;
  stop.abort(reason);
  await assert.rejects(done, reason);
  await clock.advance(4999);
  assert.equal(row().state, 'reserved');
  await clock.advance(1);
  assert.equal(row().state, 'estimated');
  assert.equal(inner.open, 0);
  assert.equal(clock.pending, 0);
});

test('what is still read on when the window closes is settled with our own count', async () => {
  await served.control.script({ kind: 'reply', chunks: words, faults: { stall: { afterChunks: 12 } } });
  await stopped(asked());
  drains.dispose();
  ledger.total({});
  assert.equal(row().state, 'estimated');
  assert.equal((await served.control.waitForRequest()).aborted, true);
});
