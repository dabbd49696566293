import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Message } from '../../src/llm/message.ts';
import { LlmError } from '../../src/llm/llm-error.ts';
import { settled } from '../support/fake-clock.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { Hold, ScriptedProvider, tokens, unavailable } from '../support/scripted-provider.ts';
import { ask, askAbout, openChat, reopened, textOf } from './open-chat.ts';

const words = (messages: readonly Message[]): string[] =>
  messages.slice(1).map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : '[parts]'}`);

test('a turn tells its beginning, its progress and its end, in this order', async test => {
  const provider = new ScriptedProvider().enqueueText('Hello.');
  const { session, events, turn } = await openChat(test, { provider });
  await session.send(ask('Hi'));
  assert.deepEqual(
    events.map(event => (event.type === 'turn-progressed' ? event.event.type : event.type)),
    ['turn-started', 'text', 'messages', 'turn-finished'],
  );
  assert.equal(turn(0).ending?.status, 'done');
  assert.equal(turn(0).ending?.model, 'gpt-4o');
  assert.equal(session.conversation.title, 'Hi');
  assert.equal(session.busy, false);
});

test('a question asked while another is answered waits its turn, and then knows the answer', async test => {
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue({ type: 'text-delta', text: 'One.' }, hold).enqueueText('Two.');
  const { session } = await openChat(test, { provider });
  const first = session.send(ask('first'));
  const second = session.send(ask('second'));
  await hold.reached;
  await settled();
  assert.equal(provider.history.length, 1);
  assert.equal(session.conversation.turns.length, 1);
  hold.release();
  await Promise.all([first, second]);
  assert.deepEqual(words(provider.history[1]!.messages), ['user: first', 'assistant: One.', 'user: second']);
});

test('a stop ends only the running answer; the question that waited is asked', async test => {
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue({ type: 'text-delta', text: 'On' }, hold).enqueueText('Two.');
  const { session, turn } = await openChat(test, { provider });
  const first = session.send(ask('first'));
  const second = session.send(ask('second'));
  await hold.reached;
  session.stop();
  await Promise.all([first, second]);
  assert.deepEqual([turn(0).ending?.status, textOf(turn(0))], ['stopped', 'On']);
  assert.equal(turn(0).ending?.failure, undefined);
  assert.deepEqual([turn(1).ending?.status, textOf(turn(1))], ['done', 'Two.']);
});

test('a stop while the turn is being set up asks nothing, costs nothing and is no failure', async test => {
  const provider = new ScriptedProvider();
  const { session, turn, ledger, events } = await openChat(test, { provider });
  session.onEvent(event => event.type === 'turn-started' && session.stop());
  await session.send(ask('Hi'));
  assert.equal(turn(0).ending?.status, 'stopped');
  assert.equal(provider.history.length, 0);
  assert.equal(ledger.total({}).calls, 0);
  assert.equal(events.at(-1)?.type, 'turn-finished');
});

test('settings are read anew for every turn', async test => {
  const models = ['gpt-4o', 'gpt-4.1'];
  const used: ScriptedProvider[] = [];
  const { session, setUps, turn } = await openChat(test, {
    provider: () => {
      const provider = new ScriptedProvider({ model: models[used.length]! }).enqueueText('Yes.');
      used.push(provider);
      return provider;
    },
  });
  await session.send(ask('one'));
  await session.send({ ...ask('two'), feature: 'explain' });
  assert.deepEqual([turn(0).ending?.model, turn(1).ending?.model], models);
  const { id } = session.conversation;
  assert.deepEqual(setUps, [
    { conversation: id, turn: turn(0).id, feature: 'chat' },
    { conversation: id, turn: turn(1).id, feature: 'explain' },
  ]);
});

test('a turn that cannot be set up fails in words, and the next one works', async test => {
  let broken = true;
  const provider = new ScriptedProvider().enqueueText('Here I am.');
  const { session, turn, logged } = await openChat(test, {
    provider: () => {
      if (broken)
        throw new LlmError({ code: 'ERR_REFUSED_LOCALLY', message: 'The endpoint is none.', retryable: false });
      return provider;
    },
  });
  await session.send(ask('Hi'));
  assert.deepEqual(turn(0).ending?.failure, {
    code: 'ERR_REFUSED_LOCALLY',
    message: 'The endpoint is none.',
    retryable: false,
  });
  broken = false;
  await session.send(ask('And now?'));
  assert.equal(turn(1).ending?.status, 'done');
  assert.deepEqual(words(provider.history[0]!.messages), ['user: Hi', 'user: And now?']);
  assert.deepEqual(logged, []);
});

test('a bug of ours ends the turn like any failure, says nothing of itself to the person and everything to the log', async test => {
  const provider = new ScriptedProvider().enqueue(new TypeError('x is not a function')).enqueueText('Fine.');
  const { session, turn, logged } = await openChat(test, { provider });
  await session.send(ask('Hi'));
  const { failure } = turn(0).ending!;
  assert.equal(failure?.code, 'ERR_BAD_RESPONSE');
  assert.doesNotMatch(failure.message, /not a function/);
  assert.match(logged.join(), /error: Unexpected: TypeError: x is not a function/);
  await session.send(ask('Hi again'));
  assert.equal(turn(1).ending?.status, 'done');
});

test('a failed turn keeps its words and loses its images for what follows', async test => {
  const provider = new ScriptedProvider().enqueue(unavailable()).enqueueText('Which picture?');
  const { session, turn, history } = await openChat(test, { provider });
  await session.send(askAbout('What is this?', Buffer.from('not really a PNG')));
  assert.match(JSON.stringify(provider.history[0]), /"type":"image","url":"data:image\/png;base64,bm90/);
  assert.equal(turn(0).ending?.status, 'failed');
  await session.send(ask('Go on'));
  assert.doesNotMatch(JSON.stringify(provider.history[1]), /"type":"image"/);
  assert.match(JSON.stringify(provider.history[1]), /What is this\?.*an image was attached here/);
  // Still there for "Try Again".
  assert.ok(history.loadImage(turn(0).id, 'image-1'));
});

test('trying again replaces the failed turn, images and all', async test => {
  const provider = new ScriptedProvider().enqueueText('One.').enqueue(unavailable()).enqueueText('A cat.');
  const { session, turn, folder } = await openChat(test, { provider });
  await session.send(ask('first'));
  await session.send(askAbout('What is this?', Buffer.from('picture')));
  const failed = turn(1).id;
  await session.retry(failed);
  assert.equal(session.conversation.turns.length, 2);
  assert.notEqual(turn(1).id, failed);
  assert.deepEqual([turn(1).ending?.status, textOf(turn(1))], ['done', 'A cat.']);
  assert.deepEqual(turn(1).question.images.length, 1);
  assert.deepEqual(provider.history[2]?.messages, provider.history[1]?.messages);
  assert.deepEqual(
    reopened(folder, session.conversation.id)?.turns.map(({ id }) => id),
    [turn(0).id, turn(1).id],
  );
});

test('only the last turn can be tried again, and only when nothing runs', async test => {
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue(unavailable()).enqueueText('Two.').enqueue(hold).enqueueText('never');
  const { session, turn } = await openChat(test, { provider });
  await session.send(ask('one'));
  await session.send(ask('two'));
  await session.retry(turn(0).id);
  await session.retry('nobody');
  const third = session.send(ask('three'));
  await hold.reached;
  await session.retry(turn(2).id);
  hold.release();
  await third;
  assert.deepEqual([provider.history.length, session.conversation.turns.length, provider.waiting], [3, 3, 1]);
});

test('pressing "Try Again" twice asks once', async test => {
  const provider = new ScriptedProvider().enqueue(unavailable()).enqueueText('Yes.').enqueueText('never');
  const { session, turn } = await openChat(test, { provider });
  await session.send(ask('one'));
  const { id } = turn(0);
  await Promise.all([session.retry(id), session.retry(id)]);
  assert.deepEqual([provider.history.length, session.conversation.turns.length], [2, 1]);
});

test('New Chat during an answer ends it, keeps what had arrived, and begins empty', async test => {
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue({ type: 'text-delta', text: 'Half' }, hold).enqueueText('New.');
  const { session, folder } = await openChat(test, { provider });
  const running = session.send(ask('old question'));
  const waiting = session.send(ask('asked in the old chat'));
  await hold.reached;
  const old = session.conversation;
  session.newChat();
  await Promise.all([running, waiting]);
  assert.notEqual(session.conversation.id, old.id);
  assert.deepEqual(session.conversation.turns, []);
  const kept = reopened(folder, old.id)!;
  assert.deepEqual([kept.turns.length, kept.turns[0]?.ending?.status, textOf(kept.turns[0]!)], [1, 'stopped', 'Half']);
  await session.send(ask('new question'));
  assert.deepEqual(words(provider.history[1]!.messages), ['user: new question']);
});

test("a turn's cost is the sum over its calls, and of no other turn's", async test => {
  const { calculator } = createSampleTools();
  const call = { id: 'call_1', name: 'calculator', arguments: '{"expression":"6*7"}' };
  const provider = new ScriptedProvider()
    .enqueueText('Before.', tokens(1_000_000, 0))
    .enqueueToolCalls([call], tokens(100, 20))
    .enqueueToolCalls([call], tokens(150, 30))
    .enqueueText('42', tokens(200, 1));
  const { session, turn } = await openChat(test, { provider, tools: [calculator] });
  await session.send(ask('before'));
  await session.send(ask('6*7?'));
  const { cost } = turn(1).ending!;
  // gpt-4o: $2.50 in and $10 out per million tokens (OpenAI's price list, 2026-11).
  assert.equal(cost.money.toString(), '0.001635');
  assert.deepEqual(
    { calls: cost.calls, in: cost.inputTokens, out: cost.outputTokens, unknown: cost.unknownCalls },
    { calls: 3, in: 450, out: 51, unknown: 0 },
  );
});

test('what the rate limit leaves is told, and is not part of the answer', async test => {
  const headroom = { tokens: { limit: 100, remaining: 40 } };
  const provider = new ScriptedProvider().enqueue(
    { type: 'notice', notice: { kind: 'rate-limit', headroom } },
    { type: 'text-delta', text: 'Hi' },
  );
  const { session, events, turn } = await openChat(test, { provider });
  await session.send(ask('Hi'));
  assert.deepEqual(
    events.find(({ type }) => type === 'headroom-changed'),
    { type: 'headroom-changed', headroom },
  );
  assert.deepEqual(turn(0).entries, [{ type: 'text', text: 'Hi' }]);
});

test('a disposed session ends its answer and asks nothing more; that its storage is closed by then breaks nothing', async test => {
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue({ type: 'text-delta', text: 'Half' }, hold).enqueueText('never');
  const { session, closeStorage, turn, logged } = await openChat(test, { provider });
  const running = session.send(ask('Hi'));
  const waiting = session.send(ask('And then?'));
  await hold.reached;
  session.dispose();
  closeStorage();
  await Promise.all([running, waiting]);
  assert.equal(turn(0).ending?.status, 'stopped');
  assert.equal(turn(0).ending?.cost.unknownCalls, 1);
  assert.equal(provider.history.length, 1);
  assert.deepEqual(
    logged.filter(line => !/^warn: The (conversation|cost) could not be/.test(line)),
    [],
  );
});
