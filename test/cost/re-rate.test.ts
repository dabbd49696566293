import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { Money } from '../../src/core/money.ts';
import { always } from '../../src/cost/call-archive.ts';
import type { CallSettlement } from '../../src/cost/call-store.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { planReRate } from '../../src/cost/re-rate.ts';
import { SqliteCallArchive } from '../../src/cost/sqlite-call-archive.ts';
import { SqliteCallStore } from '../../src/cost/sqlite-call-store.ts';
import { tokens } from '../support/scripted-provider.ts';
import { bothArchives, type RandomCall, repriced } from './random-calls.ts';

const started = Date.UTC(2026, 10, 20);
const raw = {
  prompt_tokens: 1000,
  completion_tokens: 100,
  total_tokens: 1100,
  prompt_tokens_details: { cached_tokens: 400 },
};
const counted = { ...tokens(1000, 100), cachedInputTokens: 400 };

function call(id: string, over: Partial<CallSettlement>, model = 'gpt-4o'): RandomCall {
  const facts = {
    session: 's',
    conversation: 'c',
    turn: 't',
    feature: 'chat',
    workspace: '',
    provider: 'openai',
    model,
  };
  return {
    row: { ...facts, id, started, bound: undefined },
    settlement: {
      state: 'reported', settled: started, cost: Money.parse('0.5'), usage: { ...counted, raw },
      priceSource: 'an old list', priceDate: '2026-01-01', ...over,
    },
  }; // prettier-ignore
}

const exact = (tier?: string): Money =>
  costOf({ provider: 'openai', model: 'gpt-4o', usage: counted, at: started, ...(tier && { tier }) }).money!;

test('every call is priced again from the provider’s own usage, at the day it was made and in its tier; the difference is told first', async () => {
  const { db, kept } = bothArchives([
    call('too dear', {}),
    call('in a tier', { tier: 'priority' }),
    // Read wrongly then: the cached tokens were overlooked.
    call('read wrongly', { usage: { ...tokens(1000, 100), raw } }),
    call('unknown then', { state: 'unknown-price', cost: undefined, priceSource: undefined, priceDate: undefined }),
    call('right already', { cost: exact() }),
  ]);
  const plan = await planReRate(kept);
  assert.deepEqual(Object.fromEntries(plan.costs.map(({ id, cost }) => [id, cost.toString()])), {
    'too dear': exact().toString(),
    'in a tier': exact('priority').toString(),
    'read wrongly': exact().toString(),
    'unknown then': exact().toString(),
  });
  assert.equal(plan.unchanged, 1);
  const after = Money.sum([exact(), exact(), exact(), exact('priority')]);
  assert.deepEqual(plan.differences, [
    { provider: 'openai', model: 'gpt-4o', calls: 4, unknownBefore: 1, before: Money.parse('1.5'), after },
  ]);
  // Nothing has been written.
  assert.equal(
    (await kept.sums('model', [always]))[0]![0]!.money.toString(),
    Money.parse('1.5').add(exact()).toString(),
  );
  assert.equal(await repriced(kept, plan.costs), 4);
  assert.equal((await kept.sums('model', [always]))[0]![0]!.money.toString(), after.add(exact()).toString());
  const { priceSource, priceDate, state, usage } = kept.find('read wrongly')!;
  const { source } = costOf({ provider: 'openai', model: 'gpt-4o', usage: counted, at: started });
  assert.deepEqual([priceSource, priceDate, usage?.cachedInputTokens], [source!.name, source!.dataDate, 400]);
  assert.equal(state, 'reported');
  assert.equal(kept.find('unknown then')?.state, 'reported');
  assert.deepEqual((await planReRate(kept)).costs, []);
  db.close();
});

test('calls without counts, without a price today, not billed, or priced by the provider itself stay as they are', async () => {
  const { db, kept } = bothArchives([
    call('lost', { state: 'lost', cost: undefined, usage: undefined }),
    call('rejected', { state: 'rejected', cost: Money.zero, usage: undefined }),
    call('no price today', {}, 'house-model-7'),
    call('told', { priceSource: 'provider' }),
    { ...call('running', {}), settlement: undefined },
  ]);
  assert.deepEqual(await planReRate(kept), { costs: [], differences: [], unchanged: 5 });
  db.close();
});

test('what a stopped call cost at least never stands above what its new cost leaves of it', async () => {
  const stopped = (id: string, cost: string) => call(id, { state: 'estimated', usage: counted, cost: Money.parse(cost), least: Money.parse('0.001') }); // prettier-ignore
  const { db, kept, counted: inMemory } = bothArchives([stopped('too dear', '0.5'), stopped('too cheap', '0.002')]);
  for (const archive of [kept, inMemory]) {
    await repriced(archive, (await planReRate(archive)).costs);
    const least = (id: string): bigint => archive.find(id)!.least!.pico;
    assert.equal(least('too dear'), (Money.parse('0.001').pico * exact().pico) / Money.parse('0.5').pico);
    assert.equal(least('too cheap'), Money.parse('0.001').pico);
  }
  db.close();
});

test('counts of our own stay an estimate', async () => {
  const { db, kept } = bothArchives([
    call('cut off', { state: 'estimated', usage: counted }),
    call('no price then', { state: 'unknown-price', cost: undefined, usage: counted }),
  ]);
  await repriced(kept, (await planReRate(kept)).costs);
  for (const id of ['cut off', 'no price then']) {
    assert.equal(kept.find(id)?.state, 'estimated');
    assert.ok(kept.find(id)?.cost?.equals(exact()));
  }
  db.close();
});

/** Every look at it is so many milliseconds after the one before. */
const slow = (ms: number): Clock => {
  let at = 0;
  return { ...systemClock, monotonic: () => (at += ms) };
};

const turnsDuring = async (work: () => Promise<void>): Promise<number> => {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return turns;
};

const many = 400;
const manyCalls = (): RandomCall[] =>
  Array.from({ length: many }, (_, at) => {
    const { row, settlement } = call(`call-${String(at).padStart(3, '0')}`, {});
    return { row: { ...row, started: started + at }, settlement };
  });

test('while calls are priced, and while costs are replaced, others get their turn', async () => {
  const { db } = bothArchives(manyCalls());
  const archive = new SqliteCallArchive(db, slow(60));
  let costs = (await planReRate(archive)).costs;
  const planned = await turnsDuring(async () => void ({ costs } = await planReRate(archive, undefined, slow(1))));
  assert.equal(costs.length, many);
  assert.ok(planned >= many / 7, `${planned} turns`);
  const written = await turnsDuring(async () => void (await repriced(archive, costs)));
  assert.ok(written >= many / 16 - 1, `${written} turns`);
  db.close();
});

test('between two slices every sum is exact, and one that is interrupted leaves every call whole and says how far it is', async () => {
  const { db } = bothArchives(manyCalls());
  const archive = new SqliteCallArchive(db, slow(60));
  const { costs } = await planReRate(archive);
  const truth = (): Money => Money.sum(db.all('SELECT cost FROM calls').map(({ cost }) => new Money(cost as bigint)));
  let last = { done: 0, replaced: 0 };
  for await (const so of archive.reprice(costs)) {
    const all = truth();
    assert.ok((await archive.sums('model', [always]))[0]![0]!.money.equals(all));
    assert.ok(new SqliteCallStore(db).committed({}).equals(all));
    const newRows = db.all(`SELECT cost, price_source FROM calls WHERE price_source <> 'an old list'`);
    assert.ok(newRows.every(({ cost }) => cost === exact().pico));
    assert.equal(newRows.length, so.replaced);
    assert.ok(so.done > last.done);
    last = so;
    if (so.done > many / 2) break;
  }
  assert.ok(last.done < many && last.replaced === last.done);
  assert.equal(await repriced(archive, (await planReRate(archive)).costs), many - last.done);
  assert.ok(truth().equals(new Money(exact().pico * BigInt(many))));
  db.close();
});
