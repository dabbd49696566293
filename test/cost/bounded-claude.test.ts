// Claude's bills against what was reserved for them: hidden instructions, cache writes, thinking sent back, pictures.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { Money } from '../../src/core/money.ts';
import { estimateInput } from '../../src/cost/estimate.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import type { Message } from '../../src/llm/message.ts';
import type { ReasoningEffort } from '../../src/llm/request.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { anthropicServerInProcess, type AnthropicServer } from '../support/anthropic-server/server.ts';
import { Chance } from '../support/chance.ts';
import { randomQuestion, randomText, randomTools } from './random-conversation.ts';

const seed = Number(process.env['PENNYLOOM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const models = ['claude-sonnet-5', 'claude-opus-5-5', 'claude-haiku-4-5', 'claude-haiku-5-5', 'claude-sonnet-4-5'];
const efforts: readonly (ReasoningEffort | undefined)[] = [undefined, 'none', 'low', 'high'];

const db = openDatabase(':memory:', schema);
const ledger = ledgerIn(db, systemClock);
let served: AnthropicServer;
before(async () => {
  served = await anthropicServerInProcess();
});
after(() => served.stop());

interface Bill {
  readonly model: string;
  readonly cost: Money;
  readonly bound: Money;
}

async function converse(chance: Chance, number: number): Promise<Bill[]> {
  const model = chance.oneOf(...models);
  const reasoningEffort = chance.oneOf(...efforts);
  const tools = randomTools(chance);
  const messages: Message[] = [{ role: 'system', content: `Conversation ${number}. ${randomText(chance, 3000)}` }];
  const bills: Bill[] = [];
  for (let question = 0; question < 4; question++) {
    if (messages.at(-1)?.role !== 'tool') messages.push(randomQuestion(chance, true));
    const maxTokens = chance.oneOf(1, 300, 4000);
    const calls = tools
      .slice(0, chance.below(3))
      .map(({ name }) => ({ name, arguments: { q: randomText(chance, 80) } }));
    const reasoning = { tokens: chance.oneOf(1, 64, 700) };
    await served.control.script({ kind: 'reply', text: randomText(chance, 1200), toolCalls: calls, reasoning });
    const turn = `${number}-${question}`;
    const facts = { session: 's', conversation: 'c', turn, feature: 'chat', workspace: '' } as const;
    const provider = createProvider({
      provider: 'anthropic',
      retry: false,
      apiKey: 'sk-ant-api03-0123456789abcdefghij',
      endpoint: served.url,
      model,
      streaming: number % 2 === 0,
      eachAttempt: wire => metered(wire, { ledger, clock: systemClock, maxTokens: 4096, facts }),
    });
    const request = { messages: [...messages], maxTokens, ...(tools.length > 0 && { tools }), ...(reasoningEffort && { reasoningEffort }) }; // prettier-ignore
    const { likely, most } = estimateInput(request, 'anthropic', model);
    const { content, toolCalls, continuation, usage } = await provider.chat(request);
    assert.ok(likely <= most! && usage!.inputTokens <= most!, `${usage!.inputTokens} of at most ${most}`);
    const [row] = db.all('SELECT state, cost, bound FROM calls WHERE turn = ?', turn);
    assert.equal(row!['state'], 'reported');
    bills.push({ model, cost: new Money(row!['cost'] as bigint), bound: new Money(row!['bound'] as bigint) });
    const carried = continuation && { continuation };
    messages.push({ role: 'assistant', content, ...(toolCalls.length > 0 && { toolCalls }), ...carried });
    for (const { id } of toolCalls) messages.push({ role: 'tool', toolCallId: id, content: randomText(chance, 2000) });
  }
  return bills;
}

test(`of several hundred bills of Claude’s none passes its bound (seed ${seed})`, async () => {
  const chance = new Chance(seed);
  const bills: Bill[] = [];
  for (let number = 0; number < 80; number++) bills.push(...(await converse(chance, number)));
  const passed = bills.filter(({ cost, bound }) => cost.compare(bound) > 0);
  assert.deepEqual(passed.map(({ model, cost, bound }) => `${model}: ${cost.toString()} > ${bound.toString()}`), []); // prettier-ignore
  assert.ok(bills.some(({ cost }) => cost.pico > 0n));
  for (const { violations } of await served.control.requests()) assert.deepEqual(violations, []);
});
