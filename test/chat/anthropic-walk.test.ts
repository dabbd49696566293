// The whole way with Claude: a real chat session, meter and ledger over the real wire to a server that checks signatures, keeps a prompt
// cache and bills.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { Money } from '../../src/core/money.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import type { ReasoningEffort } from '../../src/llm/request.ts';
import type { MessagesRequest } from '../support/anthropic-server/messages-request.ts';
import { anthropicServerInProcess, type AnthropicServer } from '../support/anthropic-server/server.ts';
import type { RequestRecord } from '../support/loopback/request-log.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { png } from '../support-server/pictures.ts';
import { ask, askAbout, openChat, type OpenChat, type OpenChatOptions, textOf } from './open-chat.ts';

interface Walk {
  readonly server: AnthropicServer;
  readonly chat: OpenChat;
  /** The model of the next turn, and how hard it thinks. */
  model: string;
  effort: ReasoningEffort | undefined;
  requests(): Promise<RequestRecord[]>;
}

async function open(test: TestContext, options: Omit<OpenChatOptions, 'provider'> = {}): Promise<Walk> {
  const server = await anthropicServerInProcess();
  test.after(() => server.stop());
  const settings = { model: 'claude-opus-5-5', effort: undefined as ReasoningEffort | undefined };
  const provider = () =>
    createProvider({
      retry: false,
      provider: 'anthropic',
      model: settings.model,
      endpoint: server.url,
      apiKey: 'sk-ant-api03-0123456789abcdefghij',
      maxTokens: 4000,
      ...(settings.effort && { reasoningEffort: settings.effort }),
    });
  const chat = await openChat(test, { ...options, provider });
  const requests = async (): Promise<RequestRecord[]> => {
    const all = await server.control.requests();
    assert.deepEqual(all.map(({ status, violations }) => [status, violations]), all.map(() => [200, []])); // prettier-ignore
    return all;
  };
  return Object.assign(settings, { server, chat, requests });
}

/** Dollars per million tokens, as Anthropic's price list has them (2026-11): worked out by hand, so that price list and ledger are on trial. */
const opus55 = { input: 4_000_000, cached: 200_000, write: 5_000_000, output: 20_000_000 };

function bill(requests: readonly RequestRecord[], rates: typeof opus55): string {
  const pico = requests.map(({ billed }) => {
    const { promptTokens, cachedTokens, cacheWriteTokens, completionTokens } = billed!;
    const fresh = promptTokens - cachedTokens - cacheWriteTokens;
    return fresh * rates.input + cachedTokens * rates.cached + cacheWriteTokens * rates.write + completionTokens * rates.output; // prettier-ignore
  });
  return new Money(BigInt(pico.reduce((sum, each) => sum + each, 0))).toString();
}

const kinds = (record: RequestRecord): string[][] =>
  (record.body as MessagesRequest).messages.map(({ content }) =>
    typeof content === 'string' ? ['text'] : content.map(({ type }) => type),
  );

const weather = { name: 'get_weather', arguments: { city: 'Oslo' } };
const time = { name: 'get_time', arguments: { timezone: 'CET' } };
const long = 'The weather of every town on the way, please. '.repeat(100);

test('thinking, two rounds of tools and a picture: the ledger is the server’s bill to the last digit, cache and all', async test => {
  const { getWeather, getTime } = createSampleTools();
  const walk = await open(test, { tools: [getWeather, getTime] });
  const { server, chat } = walk;
  await server.control.script(
    {
      kind: 'reply',
      reasoning: { text: 'First the weather.', tokens: 120 },
      text: 'Looking.',
      toolCalls: [weather, time],
    },
    { kind: 'reply', reasoning: { text: 'Then the time.', tokens: 70 }, toolCalls: [time] },
    { kind: 'reply', reasoning: { tokens: 30 }, text: 'Sunny, noon.' },
    { kind: 'reply', text: 'Still here.' },
  );
  await chat.session.send(askAbout(long, png(300, 200)));
  assert.deepEqual([chat.turn(0).ending?.status, chat.turn(0).ending?.failure], ['done', undefined]);
  assert.equal(textOf(chat.turn(0)), 'Looking.|Sunny, noon.');
  await chat.session.send(ask('Are you there?'));
  const requests = await walk.requests();
  assert.equal(requests.length, 4);
  // What each request repeats is read from the cache, and only what is new is written to it.
  const billed = requests.map(({ billed }) => billed!);
  assert.equal(billed[0]!.cachedTokens, 0);
  for (const [at, { cachedTokens, cacheWriteTokens, promptTokens }] of billed.entries()) {
    assert.ok(cacheWriteTokens > 0, `request ${at} wrote nothing`);
    if (at > 0) assert.equal(cachedTokens, billed[at - 1]!.cachedTokens + billed[at - 1]!.cacheWriteTokens);
    assert.equal(promptTokens, cachedTokens + cacheWriteTokens, 'all of it is marked, to its last block');
  }
  const { money, calls, unknownCalls, estimatedCalls } = chat.ledger.total({});
  assert.equal(money.toString(), bill(requests, opus55));
  assert.deepEqual([calls, unknownCalls, estimatedCalls], [4, 0, 0]);
  const rows = chat.db.all('SELECT cached, cache_write AS written, reasoning AS thought FROM calls ORDER BY cached'); // prettier-ignore
  assert.deepEqual(
    rows.map(row => Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)]))),
    billed.map(({ cachedTokens, cacheWriteTokens, reasoningTokens }) => ({
      cached: cachedTokens,
      written: cacheWriteTokens,
      thought: reasoningTokens,
    })),
  );
  assert.deepEqual(kinds(requests[3]!), [
    ['text', 'image'],
    ['thinking', 'text', 'tool_use', 'tool_use'],
    ['tool_result', 'tool_result'],
    ['thinking', 'tool_use'],
    ['tool_result'],
    ['thinking', 'text'],
    ['text'],
  ]);
});

test('thinking goes back where nothing before it changed, and stays away where tools or model did', async test => {
  const { getWeather, getTime } = createSampleTools();
  const first = await open(test, { tools: [getWeather, getTime] });
  const say = async ({ server, chat }: Walk, text: string): Promise<void> => {
    await server.control.script({ kind: 'reply', text: 'Yes.', reasoning: { tokens: 50 } });
    await chat.session.send(ask(text));
    assert.equal(chat.turn(-1).ending?.status, 'done', chat.turn(-1).ending?.failure?.message);
  };
  await say(first, 'One?');
  await say(first, 'Two?');
  const lastOf = async (walk: Walk): Promise<string[][]> => kinds((await walk.requests()).at(-1)!);
  assert.deepEqual(await lastOf(first), [['text'], ['thinking', 'text'], ['text']]);
  // Opened again with another set of tools: the same words, and none of the thinking.
  first.chat.session.dispose();
  first.chat.closeStorage();
  const { folder, session } = first.chat;
  const second = await open(test, { tools: [getTime], folder, conversationId: session.conversation.id });
  await say(second, 'Three?');
  assert.deepEqual(await lastOf(second), [['text'], ['text'], ['text'], ['text'], ['text']]);
  // What it thinks from here on is carried on again.
  await say(second, 'Four?');
  assert.deepEqual((await lastOf(second)).slice(4), [['text'], ['thinking', 'text'], ['text']]);
  second.model = 'claude-opus-4-8';
  await say(second, 'Five?');
  assert.ok((await lastOf(second)).every(turn => !turn.includes('thinking')));
});

test('a model that thinks by a budget carries on as well, through tools', async test => {
  const { getTime } = createSampleTools();
  const walk = await open(test, { tools: [getTime] });
  walk.model = 'claude-sonnet-4-5';
  walk.effort = 'low';
  await walk.server.control.script(
    { kind: 'reply', reasoning: { text: 'The time.', tokens: 40 }, toolCalls: [time] },
    { kind: 'reply', text: 'Noon.' },
  );
  await walk.chat.session.send(ask('What time is it?'));
  assert.equal(walk.chat.turn(0).ending?.status, 'done', walk.chat.turn(0).ending?.failure?.message);
  const [, last] = await walk.requests();
  assert.deepEqual(kinds(last!), [['text'], ['thinking', 'tool_use'], ['tool_result']]);
  assert.deepEqual((last!.body as MessagesRequest).thinking, { type: 'enabled', budget_tokens: 2048 });
});

test('a busy Claude is tried again; a stream it breaks off is not, and its words stay', async test => {
  const walk = await open(test);
  await walk.server.control.script({
    kind: 'reply',
    chunks: ['Half ', 'an answer'],
    failure: { code: 'overloaded_error', message: 'Overloaded' },
  });
  await walk.chat.session.send(ask('Hi'));
  const { ending } = walk.chat.turn(0);
  assert.deepEqual([ending?.status, ending?.failure?.code], ['failed', 'ERR_SERVICE_UNAVAILABLE']);
  assert.equal(textOf(walk.chat.turn(0)), 'Half an answer');
  assert.equal(ending?.cost.estimatedCalls, 1);
});
