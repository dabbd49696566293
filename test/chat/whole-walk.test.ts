import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { defaultLimits } from '../../src/chat/run-turn.ts';
import { allTools } from '../../src/tools/tool-registry.ts';
import { createInMemoryWorkspace } from '../support/in-memory-workspace.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { Hold } from '../support/scripted-provider.ts';
import { ask, askAbout, openChat, type OpenChat, type OpenChatOptions, textOf } from './open-chat.ts';
import { apiKey, type OpenAiWalk, priceOfGpt4o, startWalk } from './openai-walk.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
  'base64',
);
const weather = { name: 'get_weather', arguments: { city: 'Oslo' } };
const time = { name: 'get_time', arguments: { timezone: 'CET' } };

async function open(
  test: TestContext,
  options: Omit<OpenChatOptions, 'provider'> = {},
): Promise<{ walk: OpenAiWalk; chat: OpenChat }> {
  const walk = await startWalk(test);
  return { walk, chat: await openChat(test, { ...options, provider: walk.provider }) };
}

/** The conversation goes on: the next question is a request the vendor's own rules accept, and is answered. */
async function assertGoesOn({ control, requests }: OpenAiWalk, { session, turn }: OpenChat): Promise<unknown> {
  await control.script({ kind: 'reply', text: 'Still here.' });
  await session.send(ask('Are you there?'));
  assert.deepEqual(
    [turn(-1).ending?.status, textOf(turn(-1))],
    ['done', 'Still here.'],
    turn(-1).ending?.failure?.message,
  );
  const last = (await requests()).at(-1)!;
  assert.deepEqual([last.status, last.violations], [200, []]);
  return last.body;
}

test('a turn with tools costs what the vendor bills for its calls, to the last digit', async test => {
  const { getWeather, getTime } = createSampleTools();
  const { walk, chat } = await open(test, { tools: [getWeather, getTime] });
  await walk.control.script(
    { kind: 'reply', text: 'Let me look.', toolCalls: [weather, time] },
    { kind: 'reply', toolCalls: [time], usage: { promptTokens: 4001, cachedTokens: 3072 } },
    { kind: 'reply', text: 'Sunny, noon.' },
  );
  await chat.session.send(ask('How is it there?'));
  const requests = await walk.requests();
  assert.deepEqual(requests.map(({ status, violations }) => [status, violations]), [[200, []], [200, []], [200, []]]); // prettier-ignore
  const { cost } = chat.turn(0).ending!;
  assert.equal(cost.money.toString(), priceOfGpt4o(requests.map(({ billed }) => billed)).toString());
  assert.deepEqual([cost.calls, cost.cachedTokens, cost.estimatedCalls, cost.unknownCalls], [3, 3072, 0, 0]);
  await assertGoesOn(walk, chat);
});

test('chats side by side lose no call, and each turn knows its own cost', async test => {
  const walk = await startWalk(test);
  const first = await openChat(test, { provider: walk.provider });
  const second = await openChat(test, { provider: walk.provider, folder: first.folder });
  await Promise.all(
    [0, 1, 2].flatMap(index => [
      first.session.send(ask(`a${'!'.repeat(index)}`)),
      second.session.send(ask(`b${' b'.repeat(40 * index)}`)),
    ]),
  );
  const billed = (await walk.requests()).map(record => record.billed);
  assert.equal(billed.length, 6);
  const all = first.ledger.total({});
  assert.deepEqual([all.calls, all.money.toString()], [6, priceOfGpt4o(billed).toString()]);
  const turns = [...first.session.conversation.turns, ...second.session.conversation.turns];
  assert.equal(
    turns.reduce((sum, { ending }) => sum + ending!.cost.money.pico, 0n),
    all.money.pico,
  );
});

test('a stream that is cut keeps its text at an estimated cost, and the conversation goes on', async test => {
  const { walk, chat } = await open(test);
  await walk.control.script({
    kind: 'reply',
    chunks: Array.from({ length: 40 }, () => 'word '),
    faults: { cutAtByte: 4000 },
  });
  await chat.session.send(ask('Tell me a lot'));
  const { ending } = chat.turn(0);
  assert.equal(ending?.status, 'failed');
  assert.equal(ending.failure?.code, 'ERR_NETWORK');
  assert.match(textOf(chat.turn(0)), /^(word ){3,39}(word)?$/);
  assert.deepEqual([ending.cost.estimatedCalls, ending.cost.calls], [1, 1]);
  assert.ok(ending.cost.money.pico > 0n && ending.cost.outputTokens! > 0);
  const body = await assertGoesOn(walk, chat);
  assert.match(JSON.stringify(body), /"role":"assistant","content":"word word/);
});

test('a stop during text closes the connection, keeps what had arrived, and the conversation goes on', async test => {
  const { walk, chat } = await open(test);
  await walk.control.script({ kind: 'reply', text: 'Half an answer', faults: { stall: { afterChunks: 3 } } });
  const begun = chat.nextEvent(({ type }) => type === 'text');
  const running = chat.session.send(ask('Hi'));
  await begun;
  const pressed = performance.now();
  chat.session.stop();
  await running;
  const record = await walk.control.waitForRequest();
  assert.ok(performance.now() - pressed < 200);
  assert.equal(record.aborted, true);
  const { ending } = chat.turn(0);
  assert.deepEqual([ending?.status, ending?.failure, ending?.cost.estimatedCalls], ['stopped', undefined, 1]);
  assert.ok(textOf(chat.turn(0)).length > 0);
  await assertGoesOn(walk, chat);
});

test('a stop before the first byte leaves only the question, and the conversation goes on', async test => {
  const { walk, chat } = await open(test);
  await walk.control.script({ kind: 'reply', text: 'never', faults: { stall: 'before-headers' } });
  const running = chat.session.send(ask('Hi'));
  await walk.control.waitForRequest({ state: 'receiving' });
  while ((await walk.control.status()).stalled === 0) await new Promise(resolve => setImmediate(resolve));
  chat.session.stop();
  await running;
  assert.deepEqual([chat.turn(0).ending?.status, chat.turn(0).entries], ['stopped', []]);
  assert.equal((await walk.control.waitForRequest()).aborted, true);
  await assertGoesOn(walk, chat);
});

test('a stop while tools run leaves every call answered, and the conversation goes on', async test => {
  const running = new Hold();
  const { getWeather, getTime } = createSampleTools((name, signal) =>
    name === 'get_weather' ? running.wait(signal) : Promise.resolve(),
  );
  const { walk, chat } = await open(test, { tools: [getWeather, getTime] });
  await walk.control.script({ kind: 'reply', toolCalls: [weather, time] });
  const timeTold = chat.nextEvent(({ type }) => type === 'tool-finished');
  const sent = chat.session.send(ask('How is it there?'));
  await Promise.all([running.reached, timeTold]);
  chat.session.stop();
  await sent;
  assert.deepEqual(
    chat.turn(0).entries.map(entry => entry.type === 'tool' && [entry.call.name, entry.call.status]),
    [
      ['get_weather', 'not-run'],
      ['get_time', 'done'],
    ],
  );
  // Reported by the vendor before the tools began: nothing is estimated.
  assert.deepEqual([chat.turn(0).ending?.status, chat.turn(0).ending?.cost.estimatedCalls], ['stopped', 0]);
  await assertGoesOn(walk, chat);
});

test('a turn that reached its limit goes on', async test => {
  const { getTime } = createSampleTools();
  const { walk, chat } = await open(test, { tools: [getTime] });
  await walk.control.script({ kind: 'reply', toolCalls: Array.from({ length: defaultLimits.calls + 1 }, () => time) });
  await chat.session.send(ask('What time is it everywhere?'));
  assert.equal(chat.turn(0).ending?.stopReason, 'tool-limit');
  await assertGoesOn(walk, chat);
});

test('whatever a model calls, the conversation goes on', async test => {
  const { calculator } = createSampleTools();
  const { walk, chat } = await open(test, { tools: [calculator] });
  await walk.control.script(
    {
      kind: 'reply',
      toolCalls: [
        { name: 'calculator', arguments: '{"expression":' },
        { name: 'functions.calculator', arguments: {} },
        { name: 'calculator', arguments: '' },
        { name: 'calculator', arguments: { expression: '6*7' } },
      ],
    },
    { kind: 'reply', text: '42' },
  );
  await chat.session.send(ask('6*7?'));
  assert.deepEqual(
    chat.turn(0).entries.map(entry => (entry.type === 'tool' ? entry.call.status : entry.type)),
    ['failed', 'failed', 'failed', 'done', 'text'],
  );
  await assertGoesOn(walk, chat);
});

test('no answer that is none breaks the conversation', async test => {
  const { walk, chat } = await open(test);
  const answers = [
    [{ kind: 'raw', contentType: 'text/html', body: '<!doctype html><title>Log in</title>' }, 'ERR_BAD_RESPONSE'],
    [{ kind: 'raw', body: { id: 'x', object: 'chat.completion', choices: [] } }, 'ERR_BAD_RESPONSE'],
    [
      { kind: 'raw', contentType: 'text/event-stream', body: 'data: {"choices":[]}\n\ndata: [DONE]\n\n' },
      'ERR_BAD_RESPONSE',
    ],
    [{ kind: 'raw' }, 'ERR_BAD_RESPONSE'],
    [{ kind: 'error', status: 503 }, 'ERR_SERVICE_UNAVAILABLE'],
    [{ kind: 'error', status: 429 }, 'ERR_RATE_LIMIT'],
  ] as const;
  for (const [script, code] of answers) {
    await walk.control.script(script);
    await chat.session.send(ask('Hi'));
    assert.equal(chat.turn(-1).ending?.failure?.code, code);
    await assertGoesOn(walk, chat);
  }
});

test('an image the vendor rejects does not poison what follows', async test => {
  const { walk, chat } = await open(test);
  // Refused by the loopback server by itself, as the vendor does: it says PNG and is none.
  await chat.session.send(askAbout('What is this?', Buffer.from('no image at all')));
  assert.equal(chat.turn(0).ending?.failure?.code, 'ERR_INVALID_REQUEST');
  const body = JSON.stringify(await assertGoesOn(walk, chat));
  assert.doesNotMatch(body, /image_url/);
  assert.match(body, /What is this\?/);
});

test('an image from before stays out of sight of a model that cannot see; a new one is refused before anything is sent', async test => {
  const { walk, chat } = await open(test);
  await walk.control.script({ kind: 'reply', text: 'Four pixels.' });
  await chat.session.send(askAbout('What is this?', png));
  assert.equal(chat.turn(0).ending?.status, 'done', chat.turn(0).ending?.failure?.message);

  // The last models without eyes were shut down in autumn 2026.
  await walk.control.configure({ today: '2026-06-01' });
  walk.model = 'gpt-3.5-turbo';
  const body = JSON.stringify(await assertGoesOn(walk, chat));
  assert.doesNotMatch(body, /image_url/);
  assert.match(body, /an image that this model cannot see/);

  const before = (await walk.requests()).length;
  await chat.session.send(askAbout('And this?', png));
  assert.equal(chat.turn(-1).ending?.failure?.code, 'ERR_REFUSED_LOCALLY');
  assert.equal((await walk.requests()).length, before);
  assert.equal(chat.turn(-1).ending?.cost.calls, 0);

  walk.model = 'gpt-4o';
  // The picture that was seen is seen again; the refused one is gone.
  assert.equal(JSON.stringify(await assertGoesOn(walk, chat)).split('image_url"').length - 1, 2);
});

test('a chat opened again sends its image byte for byte', async test => {
  const { walk, chat } = await open(test);
  await walk.control.script({ kind: 'reply', text: 'Four pixels.' });
  await chat.session.send(askAbout('What is this?', png));
  chat.session.dispose();
  chat.closeStorage();
  const conversationId = chat.session.conversation.id;
  const again = await openChat(test, { provider: walk.provider, folder: chat.folder, conversationId });
  const body = JSON.stringify(await assertGoesOn(walk, again));
  assert.ok(body.includes(`data:image/png;base64,${png.toString('base64')}`));
});

test('a key that the server repeats in its refusal is in no event, no record and no log', async test => {
  const { walk, chat } = await open(test);
  await walk.control.script(
    {
      kind: 'error',
      status: 401,
      message: `Incorrect API key provided: ${apiKey}. Header: Bearer ${apiKey}`,
      code: apiKey,
    },
    { kind: 'raw', status: 500, contentType: 'text/plain', body: `upstream refused ${apiKey}` },
    { kind: 'raw', contentType: 'text/html', body: `<html>${apiKey}</html>` },
  );
  for (const code of ['ERR_INVALID_API_KEY', 'ERR_SERVICE_UNAVAILABLE', 'ERR_BAD_RESPONSE']) {
    await chat.session.send(ask('Hi'));
    assert.equal(chat.turn(-1).ending?.failure?.code, code);
  }
  const told = JSON.stringify([chat.events, chat.logged], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const kept = JSON.stringify(chat.db.all('SELECT record FROM turns'));
  for (const text of [told, kept]) assert.ok(!text.includes(apiKey.slice(8)));
});

test('an explained selection sends the code and nothing else of the workspace', async test => {
  const workspace = createInMemoryWorkspace({
    'src/loop.ts': 'const secretSauce = 1;\nfor (;;);\n',
    'other.ts': 'elsewhere',
  });
  const { walk, chat } = await open(test, { workspace, tools: allTools });
  await walk.control.script({ kind: 'reply', text: 'It loops.' });
  const code = { path: 'src/loop.ts', language: 'typescript', startLine: 2, endLine: 2, code: 'for (;;);' };
  await chat.session.send({
    feature: 'explain',
    images: [],
    question: { text: 'Explain this code.', images: [], contexts: [{ kind: 'selection', ...code }] },
  });
  const { messages } = (await walk.requests())[0]!.body as { messages: { role: string; content: string }[] };
  assert.deepEqual(messages.slice(1), [
    { role: 'user', content: 'Explain this code.\n\nFrom src/loop.ts, line 2:\n```typescript\nfor (;;);\n```' },
  ]);
  assert.doesNotMatch(messages[0]!.content, /secretSauce|elsewhere|loop\.ts/);
});
