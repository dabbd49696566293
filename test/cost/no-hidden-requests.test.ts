// The whole road against the loopback server, feature by feature: what the server saw and what the ledger says are the same, one to one.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ChatSession } from '../../src/chat/chat-session.ts';
import { ForgetfulHistory } from '../../src/chat/history.ts';
import type { TurnFacts } from '../../src/chat/turn-setup.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { Money } from '../../src/core/money.ts';
import type { Cap } from '../../src/cost/call-store.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { type Ledger, ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { testConnection } from '../../src/host/connection-test.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { createToolRegistry } from '../../src/tools/tool-registry.ts';
import { ask } from '../chat/open-chat.ts';
import { createInMemoryWorkspace } from '../support/in-memory-workspace.ts';
import type { RequestRecord } from '../support/loopback/request-log.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import type { OpenAiControl } from '../support/openai-server/server.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let last = 0;
/** No two moments alike, so that rows lie in the order of their requests. */
const clock: Clock = { ...systemClock, now: () => (last = Math.max(last + 1, Date.now())) };

interface House {
  readonly control: OpenAiControl;
  readonly session: ChatSession;
  readonly ledger: Ledger;
  readonly db: Database;
  providerFor(facts: TurnFacts): LlmProvider;
}

/** Session, tools, policies, meter, ledger and wire, as the extension puts them together. */
async function build(t: TestContext, caps: () => readonly Cap[] = () => []): Promise<House> {
  const server = await openAiServerInProcess();
  const db = openDatabase(join(await temporaryFolder(t), 'ledger.db'), schema);
  const ledger = ledgerIn(db, clock, () => db.close());
  const providerFor = ({ model = 'gpt-4o', ...facts }: TurnFacts): LlmProvider =>
    createProvider({
      provider: 'openai',
      model,
      apiKey: 'sk-test-0123456789abcdef',
      endpoint: server.baseUrl,
      maxTokens: 100,
      retry: { attempts: 2, baseMs: 1, capMs: 1, jitterMs: 0 },
      eachAttempt: wire =>
        metered(wire, { ledger, clock, facts: { ...facts, session: 's', workspace: 'w' }, maxTokens: 100, caps }),
    });
  const { calculator } = createSampleTools();
  const session = new ChatSession({
    setUp: async facts => ({
      provider: providerFor(facts),
      tools: createToolRegistry([calculator]),
      fallback: { model: 'gpt-4o-mini', automatic: false },
    }),
    ledger,
    history: new ForgetfulHistory(),
    workspace: createInMemoryWorkspace({}),
    workspaceName: 'w',
    clock,
    newId: () => crypto.randomUUID(),
    log: silentLog,
  });
  t.after(async () => {
    session.dispose();
    ledger.dispose();
    await server.stop();
  });
  return { control: server.control, session, ledger, db, providerFor };
}

const sum = { name: 'calculator', arguments: { expression: '6*7' } };
const overloaded = { kind: 'error', status: 503, message: 'overloaded' } as const;

/** The request as the ledger should tell it. */
function told({ billed, status, body }: RequestRecord): unknown {
  const { model } = body as { model: string };
  if (!billed || status !== 200) return { model, state: 'rejected', cost: 0n };
  const { promptTokens: inputTokens, completionTokens: outputTokens } = billed;
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  return { model, state: 'reported', cost: costOf({ provider: 'openai', model, usage }).money!.pico };
}

test('each request of each feature is one row at the server’s own price, and the features add up to the total', async t => {
  const { control, session, ledger, db, providerFor } = await build(t);
  await control.script(
    { kind: 'reply', toolCalls: [sum] },
    { kind: 'reply', text: '42.' },
    { kind: 'reply', text: 'It multiplies.' },
    overloaded,
    { kind: 'reply', text: 'After a second try.' },
    overloaded,
    overloaded,
    { kind: 'reply', text: 'From another model.' },
    { kind: 'reply', text: 'Hello.' },
  );
  await session.send(ask('What is 6*7?'));
  await session.send({ ...ask('Explain this.'), feature: 'explain' });
  await session.send(ask('Are you busy?'));
  await session.send(ask('And now?'));
  await session.retry(session.conversation.turns.at(-1)!.id, { fallback: true });
  const turn = crypto.randomUUID();
  const report = await testConnection(providerFor({ conversation: '', turn, feature: 'test' }), ledger, turn, clock, 'en', silentLog);
  assert.ok(report.ok);

  const requests = await control.requests();
  assert.deepEqual(requests.map(({ status }) => status), [200, 200, 200, 503, 200, 503, 503, 200, 200]); // prettier-ignore
  assert.deepEqual(requests.flatMap(({ violations }) => violations), []); // prettier-ignore
  const rows = db.all('SELECT feature, model, state, cost FROM calls ORDER BY id');
  assert.deepEqual(
    rows.map(({ model, state, cost }) => ({ model, state, cost })),
    requests.map(told),
  );
  assert.deepEqual(
    rows.map(({ feature }) => feature),
    ['chat', 'chat', 'explain', 'chat', 'chat', 'chat', 'chat', 'chat', 'test'],
  );
  const moneyOf = (feature?: string): bigint => ledger.total(feature === undefined ? {} : { feature }).money.pico;
  const features = new Set(rows.map(({ feature }) => String(feature)));
  assert.equal([...features].reduce((all, feature) => all + moneyOf(feature), 0n), moneyOf()); // prettier-ignore
  assert.ok(moneyOf() > 0n);
  assert.equal((await control.status()).scripts, 0);
}); // prettier-ignore

test('a budget ends a tool loop, a retry and an explanation before they are sent', async t => {
  let limit = Money.zero;
  const { control, session, ledger } = await build(t, () => [{ name: 'day', limit, filter: {} }]);
  const ends = (): unknown => session.conversation.turns.at(-1)!.ending?.failure?.code;
  const sent = async (): Promise<number> => (await control.requests()).length;
  await session.send({ ...ask('Explain this.'), feature: 'explain' });
  assert.deepEqual([ends(), await sent()], ['ERR_BUDGET_EXCEEDED', 0]);

  limit = Money.parse('1');
  // What the first step cost, and no more, is what there is from then on.
  const closing = ledger.onDidChange(() => {
    if (ledger.total({}).calls > 0) limit = ledger.total({}).money;
  });
  await control.script({ kind: 'reply', toolCalls: [sum] });
  await session.send(ask('What is 6*7?'));
  assert.deepEqual([ends(), await sent()], ['ERR_BUDGET_EXCEEDED', 1]);
  closing.dispose();

  limit = Money.parse('1');
  const failing = ledger.onDidChange(() => (limit = Money.zero));
  await control.script(overloaded);
  await session.send(ask('Are you busy?'));
  assert.deepEqual([ends(), await sent()], ['ERR_BUDGET_EXCEEDED', 2]);
  failing.dispose();
});
