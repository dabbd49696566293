import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ledgerIn, type Ledger } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { reconcile, utcDays } from '../../src/cost/reconcile.ts';
import { SqliteCallArchive } from '../../src/cost/sqlite-call-archive.ts';
import { reconcileReport } from '../../src/host/reconcile-report.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import { LlmError } from '../../src/llm/llm-error.ts';
import { organizationCosts, organizationUsage } from '../../src/llm/openai/organization.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcessServer, openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { validator } from '../support/openai-server/schema.ts';

const key = 'sk-admin-0123456789abcdefghij';
const dayMs = 86_400_000;

let served: InProcessServer;
let clock: FakeClock;
let db: Database;
let ledger: Ledger;
before(async () => {
  served = await openAiServerInProcess({}, { now: () => clock.now() });
});
after(() => served.stop());
beforeEach(async () => {
  clock = new FakeClock(Date.UTC(2026, 10, 20, 22));
  await served.control.reset();
  db = openDatabase(':memory:', schema);
  ledger = ledgerIn(db, clock);
});

async function ask(model: string): Promise<void> {
  const provider = createProvider({
    provider: 'openai',
    model,
    api: 'chat',
    retry: false,
    apiKey: 'sk-test-0123456789abcdefghij',
    endpoint: served.baseUrl,
    eachAttempt: wire =>
      metered(wire, {
        ledger,
        clock,
        maxTokens: 100,
        facts: { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '' },
      }),
  });
  await provider.chat({ messages: [{ role: 'user', content: 'Hello' }] });
}

async function compare(count: number) {
  const days = utcDays(count, clock.now());
  const access = { endpoint: served.baseUrl, key, clock };
  const [from, to] = [new Date(days[0]!.span.from), new Date(days.at(-1)!.span.to)];
  const usage = await organizationUsage(access, from, to);
  const costs = await organizationCosts(access, from, to);
  return reconcile({ archive: new SqliteCallArchive(db), provider: 'openai', days, usage, costs });
}

test('what both sides counted alike has no drift, day by day in UTC and model by model', async () => {
  await ask('gpt-4o');
  await ask('gpt-4o');
  await clock.advance(4 * 3_600_000);
  await ask('gpt-5.4');
  const drifts = await compare(31);
  assert.deepEqual(
    drifts.map(({ day, model, ledger: { calls }, provider }) => [day, model, calls, provider.calls]),
    [
      ['2026-11-21', 'gpt-5.4', 1, 1],
      ['2026-11-20', 'gpt-4o', 2, 2],
    ],
  );
  for (const { ledger: here, provider: there } of drifts) {
    assert.deepEqual([here.inputTokens, here.outputTokens], [there.inputTokens, there.outputTokens]);
    assert.equal(here.money!.format(), there.money!.format());
  }
  const report = reconcileReport(drifts, 31, 'en');
  assert.equal(report.match(/\| none \|/g)?.length, 2);
});

test('calls that others made, and calls whose row is missing, are drift', async () => {
  await ask('gpt-4o');
  db.run('DELETE FROM calls');
  await ask('gpt-4o');
  const [row] = await compare(2);
  assert.deepEqual([row!.ledger.calls, row!.provider.calls], [1, 2]);
  const there = row!.provider.money!;
  assert.equal(there.subtract(row!.ledger.money!).format('en'), row!.ledger.money!.format('en'));
  assert.match(reconcileReport([row!], 2, 'en'), /\| \+\$0\.\d+ \|/);
});

test('more days than a page holds come page by page; the answers fit the published schema, and none of it is billed', async () => {
  await ask('gpt-4o');
  await clock.advance(60 * dayMs);
  const drifts = await compare(90);
  assert.equal(drifts.length, 1);
  const asked = (await served.control.requests()).filter(({ path }) => path.includes('/organization/'));
  assert.equal(asked.length, 6);
  for (const { billed, violations } of asked) assert.deepEqual([billed, violations], [undefined, []]);
  const page = await fetch(`${served.baseUrl}/organization/costs?start_time=${Date.UTC(2026, 10, 20) / 1000}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const validate = validator('UsageResponse', 'open');
  assert.ok(validate(await page.json()), JSON.stringify(validate.errors));
  assert.equal(db.all('SELECT id FROM calls').length, 1);
});

test('an ordinary key is refused, and the refusal holds no key', async () => {
  const access = { endpoint: served.baseUrl, key: 'sk-test-0123456789abcdefghij', clock };
  const error = await organizationUsage(access, new Date(0), new Date(dayMs)).catch((reason: unknown) => reason);
  assert.ok(error instanceof LlmError);
  assert.equal(error.code, 'ERR_PERMISSION_DENIED');
  assert.ok(!JSON.stringify([error.message, error.facts]).includes('0123456789'));
});

test('an answer that is no page is told as such', async () => {
  await served.control.script({
    kind: 'raw',
    match: { path: '/v1/organization/usage/completions' },
    body: '<html>sign in</html>',
  });
  const error = await organizationUsage({ endpoint: served.baseUrl, key, clock }, new Date(0), new Date(dayMs)).catch(
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LlmError);
  assert.equal(error.code, 'ERR_BAD_RESPONSE');
});

test('days are UTC days, today last', () => {
  const days = utcDays(2, Date.UTC(2026, 10, 20, 23, 59));
  assert.deepEqual(days, [
    { day: '2026-11-19', span: { from: Date.UTC(2026, 10, 19), to: Date.UTC(2026, 10, 20) } },
    { day: '2026-11-20', span: { from: Date.UTC(2026, 10, 20), to: Date.UTC(2026, 10, 21) } },
  ]);
});
