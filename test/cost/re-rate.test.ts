import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { always } from '../../src/cost/call-archive.ts';
import type { CallSettlement } from '../../src/cost/call-store.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { planReRate } from '../../src/cost/re-rate.ts';
import { tokens } from '../support/scripted-provider.ts';
import { bothArchives, type RandomCall } from './random-calls.ts';

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
  assert.equal(kept.reprice(plan.costs), 4);
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
    archive.reprice((await planReRate(archive)).costs);
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
  kept.reprice((await planReRate(kept)).costs);
  for (const id of ['cut off', 'no price then']) {
    assert.equal(kept.find(id)?.state, 'estimated');
    assert.ok(kept.find(id)?.cost?.equals(exact()));
  }
  db.close();
});
