import { SqliteCallArchive } from '../../src/cost/sqlite-call-archive.ts';
import type { CallFacts } from '../../src/cost/call-store.ts';
import { type Ledger, ledgerIn } from '../../src/cost/ledger.ts';
import { Money } from '../../src/core/money.ts';
import { CostReport } from '../../src/host/cost-report.ts';
import { type CostQuery, type CostViewState, firstQuery } from '../../src/protocol/cost-view-state.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tokens } from '../support/scripted-provider.ts';

export const now = Date.UTC(2026, 10, 28, 15, 30);
const dayMs = 86_400_000;
const models = ['gpt-5.4', 'gpt-5.4-mini', 'gpt-4o', 'house-model-7', 'gpt-5.4-nano', 'o3', 'gpt-4.1', 'gpt-4.1-mini'];

/** A month of somebody's work in a real ledger, and what the host makes of it. */
export async function sampleReport(): Promise<{ readonly report: CostReport; readonly ledger: Ledger }> {
  const clock = new FakeClock(now - 27 * dayMs);
  const db = openDatabase(':memory:', schema);
  const ledger = ledgerIn(db, clock);
  for (const [id, title] of [['c0', 'Why does this loop never end?'], ['c1', 'A name for <b>this</b> function']])
    db.run('INSERT INTO conversations (id, title, workspace, created, updated) VALUES (?, ?, ?, 0, 0)', id!, title!, '');
  for (let call = 0; call < 140; call++) {
    const facts: CallFacts = {
      session: call > 130 ? 'now' : `s${call % 9}`,
      conversation: `c${call % 3}`,
      turn: `t${call}`,
      feature: call % 5 === 0 ? 'explain' : 'chat',
      workspace: ['shop', 'api', ''][call % 3]!,
      provider: 'openai',
      model: models[(call * 3 + (call % 5)) % models.length]!,
    };
    const usage = tokens(1000 + ((call * 7919) % 20_000), 50 + ((call * 104_729) % 3000));
    const raw = { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens };
    const reservation = ledger.reserve({ ...facts, bound: Money.parse('0.5') });
    await clock.advance(2100);
    reservation.settle(call % 17 === 0 ? { estimated: usage } : call % 23 === 0 ? 'lost' : { ...usage, cachedInputTokens: 512, raw });
    await clock.advance(Math.floor((27 * dayMs) / 140) - 2100);
  }
  await clock.advance(now - clock.now());
  const today = Date.UTC(2026, 10, 28);
  const report = new CostReport({
    ledger,
    archive: new SqliteCallArchive(db),
    clock,
    locale: 'en',
    unavailable: undefined,
    periods: () => ({ session: { session: 'now' }, today: { since: today }, month: { since: Date.UTC(2026, 10, 1) } }),
    caps: () => [{ name: 'month', limit: Money.parse('20'), filter: { since: Date.UTC(2026, 10, 1) } }],
  });
  return { report, ledger };
} // prettier-ignore

export async function sampleState(over: Partial<CostQuery> = {}): Promise<CostViewState> {
  const { report } = await sampleReport();
  const query = { ...firstQuery, ...over };
  const { signal } = new AbortController();
  const requests = await report.requests(query, signal);
  return {
    query,
    ...report.summary(),
    ...(await report.chart(query, signal)),
    requests,
    facts: report.facts(requests.requests.find(({ state }) => state === 'reported')?.id ?? ''),
    others: await report.others('session', query, signal),
  };
}

export const emptyCosts: CostViewState = {
  query: firstQuery,
  periods: ['This session', 'Today', 'This month'].map(name => ({
    name,
    cost: { text: '$0.00', exact: '$0.000000' },
    calls: 0,
  })),
  budgets: [],
  notices: ['Costs cannot be kept beyond this window (this VS Code has no SQLite built in): only this window’s requests are shown.'],
  chart: { series: [], axis: [], bars: [{ from: 0, label: 'Nov 28', cost: { text: '$0.00', exact: '$0' }, calls: 0, parts: [] }] },
  groups: [],
  requests: { requests: [], offset: 0, more: false },
  facts: undefined,
  others: undefined,
}; // prettier-ignore
