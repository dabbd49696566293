import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LlmError } from '../../src/llm/llm-error.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { ScriptedProvider, unavailable } from '../support/scripted-provider.ts';
import { ask, openChat, textOf } from './open-chat.ts';

/** The first question goes to one model, every further one to the other. */
async function twoModels(test: TestContext, { automatic, first }: { automatic: boolean; first: ScriptedProvider }) {
  const other = new ScriptedProvider({ model: 'gpt-4o-mini' });
  const models: LlmProvider[] = [first];
  const fallback = { model: 'gpt-4o-mini', automatic };
  const chat = await openChat(test, { provider: () => models.shift() ?? other, fallback });
  return { ...chat, other };
}

test('a fallback model is offered, and asked only when the person says so; the answer says who gave it', async test => {
  const first = new ScriptedProvider().enqueue(unavailable());
  const { session, other, setUps } = await twoModels(test, { automatic: false, first });
  other.enqueueText('Here I am.');
  await session.send(ask('Anybody there?'));
  const failed = session.conversation.turns.at(-1)!;
  assert.equal(failed.ending?.failure?.fallback, 'gpt-4o-mini');
  assert.equal(other.history.length, 0);
  await session.retry(failed.id, { fallback: true });
  const [answered, ...more] = session.conversation.turns;
  assert.equal(more.length, 0);
  assert.equal(setUps.at(-1)?.model, 'gpt-4o-mini');
  assert.equal(answered!.ending?.model, 'gpt-4o-mini');
  assert.equal(textOf(answered!), 'Here I am.');
  assert.ok(
    answered!.entries.some(entry => entry.type === 'notice' && entry.text === 'gpt-4o-mini answers instead of gpt-4o.'),
  );
});

test('where the person said so it is asked at once, and only once', async test => {
  const first = new ScriptedProvider().enqueue(unavailable());
  const { session, other } = await twoModels(test, { automatic: true, first });
  other.enqueue(unavailable());
  const ended = new Promise<void>(resolve => {
    let ends = 0;
    session.onEvent(event => event.type === 'turn-finished' && ++ends === 2 && resolve());
  });
  await session.send(ask('Anybody there?'));
  await ended;
  assert.equal(other.history.length, 1);
  const { failure } = session.conversation.turns.at(-1)!.ending!;
  assert.equal(failure?.code, 'ERR_SERVICE_UNAVAILABLE');
  assert.equal(failure?.fallback, undefined);
});

test('an answer that had begun is not thrown away for another', async test => {
  const first = new ScriptedProvider().enqueue({ type: 'text-delta', text: 'Half' }, unavailable());
  const { session, other, turn } = await twoModels(test, { automatic: true, first });
  await session.send(ask('Anybody there?'));
  assert.equal(other.history.length, 0);
  assert.equal(textOf(turn(0)), 'Half');
  assert.equal(turn(0).ending?.failure?.fallback, 'gpt-4o-mini');
});

test('another model is no help against a bad key or a refusal', async test => {
  for (const code of ['ERR_INVALID_API_KEY', 'ERR_CONTENT_FILTER', 'ERR_BUDGET_EXCEEDED'] as const) {
    const first = new ScriptedProvider().enqueue(new LlmError({ code, message: 'no', retryable: false }));
    const { session, turn, other } = await twoModels(test, { automatic: true, first });
    await session.send(ask('Hi'));
    assert.equal(turn(0).ending?.failure?.fallback, undefined, code);
    assert.equal(other.history.length, 0, code);
  }
});

test('a model that is gone names since when, and live ones of its class', async test => {
  const gone = new LlmError({ code: 'ERR_MODEL_NOT_FOUND', message: 'no such model', retryable: false });
  const provider = new ScriptedProvider({ model: 'gpt-4' }).enqueue(gone);
  const { session, turn } = await openChat(test, { provider });
  await session.send(ask('Hi'));
  const { shutdown, alternatives = [] } = turn(0).ending!.failure!;
  assert.equal(shutdown, '2026-10-23');
  assert.ok(alternatives.length >= 2 && !alternatives.includes('gpt-4'), alternatives.join());
});

test('the limits of the tool loop are those of the settings', async test => {
  const { calculator } = createSampleTools();
  const call = (id: string) => ({ id, name: 'calculator', arguments: '{"expression":"1+1"}' });
  const provider = new ScriptedProvider().enqueueToolCalls([call('a')]).enqueueToolCalls([call('b')]);
  const { session, turn } = await openChat(test, { provider, tools: [calculator], limits: { steps: 2, calls: 50 } });
  await session.send(ask('Add'));
  assert.equal(turn(0).ending?.stopReason, 'tool-limit');
  assert.equal(provider.history.length, 2);
});
