import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { Money } from '../../src/core/money.ts';
import { estimateInput, likelyCost } from '../../src/cost/estimate.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { promptTexts } from '../../src/cost/measured-prompt.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { PromptCounter } from '../../src/cost/prompt-counter.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import type { Message } from '../../src/llm/message.ts';
import { findModel } from '../../src/llm/model-catalog.ts';
import type { ChatRequest } from '../../src/llm/request.ts';
import { O200kCounter } from '../../src/llm/tokenizer/o200k.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { Chance } from '../support/chance.ts';
import { type InProcessServer, openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { randomQuestion, randomText, randomTools } from './random-conversation.ts';

const seed = Number(process.env['PENNYLOOM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Tiles and patches, cache writes and none, reasoning and none, both APIs. */
const models = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1-mini', 'gpt-5.1', 'gpt-5.4', 'gpt-5.4-mini', 'gpt-5.6-luna', 'o3'];
const conversations = 270;
const questions = 4;

const db = openDatabase(':memory:', schema);
const ledger = ledgerIn(db, systemClock);
// What the worker runs, without the worker: a machine that is busy must not turn exact counts into rules of thumb here.
const o200k = new O200kCounter();
const prompts = new PromptCounter({ count: texts => Promise.resolve(texts.map(text => o200k.count(text))) });
let served: InProcessServer;
before(async () => {
  // A thousand long prompts in some seconds are more than an account's limits allow; those are not what this is about.
  const limits = { requestsPerMinute: 1e9, tokensPerMinute: 1e12, refusedCount: false };
  served = await openAiServerInProcess({ cache: { enabled: true }, limits });
});
after(() => served.stop());

interface Outcome {
  readonly model: string;
  readonly bound: Money;
  readonly cost: Money;
  /** |likely − actual| ÷ actual: of the money, told how long the answer is; of the input tokens. */
  readonly moneyError: number;
  readonly inputError: number;
  readonly likely: Money;
}

async function converse(chance: Chance, number: number): Promise<Outcome[]> {
  const model = chance.oneOf(...models);
  const sees = findModel('openai', model)!.imageTokens !== undefined;
  const api = chance.oneOf('auto', 'chat', 'responses' as const);
  const tools = api === 'chat' ? [] : randomTools(chance);
  const messages: Message[] = [{ role: 'system', content: `Conversation ${number}. ${randomText(chance, 1500)}` }];
  const outcomes: Outcome[] = [];
  let seenMessages = 0;
  for (let question = 0; question < questions; question++) {
    const asksAgain = messages.at(-1)?.role === 'tool';
    if (!asksAgain) messages.push(randomQuestion(chance, sees));
    // A handful of pictures fills a small model's window: what does not fit is refused, and no bill. It goes on without what was said.
    if (estimateInput({ messages }, 'openai', model).likely > 0.75 * findModel('openai', model)!.contextWindow!) {
      messages.splice(1, Infinity, randomQuestion(chance, false));
      seenMessages = 0;
    }
    const maxTokens = chance.oneOf(1, 16, 300, 4000);
    const streaming = number % 9 === 0;
    const request: ChatRequest = { messages: [...messages], maxTokens, streaming, ...(tools.length > 0 && { tools }) };
    const calls = tools
      .slice(0, chance.below(3))
      .map(({ name }) => ({ name, arguments: { q: randomText(chance, 80) } }));
    const text = randomText(chance, 1200);
    const reasoning = { tokens: chance.oneOf(0, 64, 700) };
    await served.control.script({
      kind: 'reply',
      text,
      toolCalls: calls,
      ...(findModel('openai', model)!.reasoning && { reasoning }),
    });
    const { outcome, content, toolCalls, continuation } = await ask(request, model, api, seenMessages);
    outcomes.push(outcome);
    seenMessages = messages.length;
    messages.push({
      role: 'assistant',
      content,
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(continuation && { continuation }),
    });
    for (const { id } of toolCalls) messages.push({ role: 'tool', toolCallId: id, content: randomText(chance, 2000) });
  }
  return outcomes;
}

async function ask(request: ChatRequest, model: string, api: 'auto' | 'chat' | 'responses', seenMessages: number) {
  await prompts.learn(promptTexts(request, 'openai'));
  const { likely: inputTokens, most } = estimateInput(request, 'openai', model, prompts.count);
  assert.ok(inputTokens <= most!);
  const seen = { ...request, messages: request.messages.slice(0, seenMessages) };
  const seenTokens = seenMessages > 0 ? estimateInput(seen, 'openai', model, prompts.count).likely : 0;
  const turn = `${seenMessages}-${Math.random()}`;
  const provider = createProvider({
    provider: 'openai',
    retry: false,
    apiKey: 'sk-test-0123456789abcdefghij',
    endpoint: served.baseUrl,
    model,
    api,
    eachAttempt: wire =>
      metered(wire, {
        ledger,
        clock: systemClock,
        maxTokens: 4096,
        facts: { session: 's', conversation: 'c', turn, feature: 'chat', workspace: '' },
      }),
  });
  const response = await provider.chat(request);
  const { usage, content, toolCalls, continuation } = response;
  const [row] = db.all('SELECT state, cost, bound FROM calls WHERE turn = ?', turn);
  assert.equal(row!['state'], 'reported');
  const cost = new Money(row!['cost'] as bigint);
  const at = systemClock.now();
  const likely = likelyCost({
    provider: 'openai',
    model,
    inputTokens,
    outputTokens: usage!.outputTokens,
    seenTokens,
    at,
  })!;
  const outcome: Outcome = {
    model,
    cost,
    likely,
    bound: new Money(row!['bound'] as bigint),
    moneyError: Math.abs(Number(likely.pico - cost.pico)) / Number(cost.pico),
    inputError: Math.abs(inputTokens - usage!.inputTokens) / usage!.inputTokens,
  };
  return { outcome, content, toolCalls, continuation };
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

test(`over more than 1,000 bills of the server none passes its bound, and likely is within 15 % at p90 (seed ${seed})`, async t => {
  const chance = new Chance(seed);
  const outcomes: Outcome[] = [];
  for (let number = 0; number < conversations; number++) outcomes.push(...(await converse(chance, number)));
  assert.ok(outcomes.length >= 1000);
  const passed = outcomes.filter(({ cost, bound }) => cost.compare(bound) > 0);
  const above = outcomes.filter(({ likely, bound }) => likely.compare(bound) > 0);
  const money = outcomes.map(({ moneyError }) => moneyError);
  const input = outcomes.map(({ inputError }) => inputError);
  const loose = outcomes.map(({ cost, bound }) => Number(bound.pico) / Number(cost.pico));
  t.diagnostic(
    `${outcomes.length} bills: ${passed.length} above the bound; likely off by ${percent(quantile(money, 0.5))} at the median, ` +
      `${percent(quantile(money, 0.9))} at p90, ${percent(quantile(money, 1))} at most; input tokens off by ` +
      `${percent(quantile(input, 0.9))} at p90, ${percent(quantile(input, 1))} at most; bound ÷ bill ${quantile(loose, 0.5).toFixed(1)} at the median`,
  );
  const told = (some: readonly Outcome[]): string => some.map(({ model, cost, bound }) => `${model}: ${cost.toString()} > ${bound.toString()}`).join('; '); // prettier-ignore
  assert.deepEqual(told(passed), '');
  assert.equal(above.length, 0);
  assert.ok(quantile(money, 0.9) <= 0.15, percent(quantile(money, 0.9)));
  for (const { violations } of await served.control.requests()) assert.deepEqual(violations, []);
});
