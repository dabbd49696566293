import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ContextWindow, fitContext } from '../../src/chat/context-window.ts';
import { LlmError } from '../../src/llm/llm-error.ts';
import type { Message } from '../../src/llm/message.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { ScriptedProvider, tokens } from '../support/scripted-provider.ts';
import { ask, openChat, textOf } from './open-chat.ts';

/** One token a word: as good as any tokenizer, and one can count along. */
const wordCounter = () => {
  const counter = {
    asked: 0,
    count(texts: readonly string[]) {
      counter.asked++;
      return Promise.resolve(texts.map(text => text.split(/\s+/).filter(Boolean).length));
    },
  };
  return counter;
};

const windowOf = (contextTokens: number, more: Partial<ContextWindow> = {}): ContextWindow => ({
  provider: 'openai',
  model: 'gpt-4o',
  contextTokens,
  outputTokens: 100,
  overflow: 'refuse',
  counter: wordCounter(),
  ...more,
});

const words = (count: number): string => 'word '.repeat(count);
const question = (count: number): Message => ({ role: 'user', content: words(count) });
const answer = (count: number): Message => ({ role: 'assistant', content: words(count) });
const system: Message = { role: 'system', content: 'Be brief.' };

test('what is certain to fit by its bytes is sent as it is, and nothing is counted', async () => {
  const counter = wordCounter();
  const messages = [system, question(100)];
  const { messages: sent, notice } = await fitContext(messages, [], windowOf(2000, { counter }));
  assert.equal(sent, messages);
  assert.equal(notice, undefined);
  assert.equal(counter.asked, 0);
});

test('what fits when counted is sent as it is', async () => {
  const counter = wordCounter();
  const messages = [system, question(500)];
  assert.equal((await fitContext(messages, [], windowOf(700, { counter }))).messages, messages);
  assert.equal(counter.asked, 1);
});

async function refused(messages: readonly Message[], window: ContextWindow): Promise<LlmError> {
  const error: unknown = await fitContext(messages, [], window).then(
    () => assert.fail('it fitted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LlmError);
  assert.deepEqual([error.code, error.facts.notSent, error.retryable], ['ERR_CONTEXT_LENGTH_EXCEEDED', true, false]);
  return error;
}

test('question, history and answer together over the context are refused with the figures, before anything is sent', async () => {
  const error = await refused([system, question(1000)], windowOf(1050));
  assert.match(
    error.message,
    /^About 1,010 tokens of question and history and 100 for the answer are more than the 1,050 that gpt-4o reads/,
  );
  assert.deepEqual(error.facts.figures, { limit: 1050, requested: 1110 });
});

test('a limit of the input alone is told as that', async () => {
  const error = await refused([question(1000)], windowOf(5000, { maxInputTokens: 900 }));
  assert.match(error.message, /^About 1,004 tokens of question and history are more than the 900 that gpt-4o takes/);
});

test('where counting is not to be had, the bytes decide', async () => {
  const counter = { count: () => Promise.resolve(undefined) };
  await refused([question(1000)], windowOf(3000, { counter }));
});

test('sliding leaves out the oldest turns, whole, and says how many messages', async () => {
  const messages = [system, question(400), answer(400), question(300), answer(300), question(50)];
  const { messages: sent, notice } = await fitContext(messages, [], windowOf(900, { overflow: 'slide' }));
  assert.deepEqual(sent, [system, ...messages.slice(3)]);
  assert.equal(notice, '2 earlier messages were left out, so that the question fits.');
});

test('a running turn that alone is too long loses the texts of its older tool results, never those of the last', async () => {
  const call = (id: string): Message => ({
    role: 'assistant',
    content: '',
    toolCalls: [{ id, name: 'f', arguments: '{}' }],
  });
  const result = (id: string, count: number): Message => ({ role: 'tool', toolCallId: id, content: words(count) });
  const messages = [system, question(10), call('a'), result('a', 900), call('b'), result('b', 500)];
  const { messages: sent, notice } = await fitContext(messages, [], windowOf(900, { overflow: 'slide' }));
  assert.equal(notice, 'Older tool results were cut short.');
  assert.match(JSON.stringify(sent[3]!.content), /^"\[Left out to make room/);
  assert.equal(sent[5], messages[5]);
  assert.equal(sent.length, messages.length);
});

test('a question that is too long by itself is refused even when sliding', async () => {
  await refused([system, question(10), answer(10), question(2000)], windowOf(900, { overflow: 'slide' }));
});

test('whatever is left out: the instructions and the last question stay, no call is without its results, and it fits', async () => {
  const round = fc.record({ call: fc.nat(40), result: fc.nat(300) });
  const turn = fc.record({
    asked: fc.integer({ min: 1, max: 200 }),
    rounds: fc.array(round, { maxLength: 3 }),
    answered: fc.nat(200),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(turn, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 150, max: 2500 }),
      async (turns, context) => {
        let id = 0;
        const messages: Message[] = [system];
        for (const [at, { asked, rounds, answered }] of turns.entries()) {
          messages.push(question(asked));
          for (const { call, result } of rounds) {
            const toolCalls = [0, 1].map(() => ({ id: `c${id++}`, name: 'f', arguments: words(call) }));
            messages.push({ role: 'assistant', content: '', toolCalls });
            for (const one of toolCalls) messages.push({ role: 'tool', toolCallId: one.id, content: words(result) });
          }
          if (at < turns.length - 1) messages.push(answer(answered));
        }
        const window = windowOf(context, { overflow: 'slide' });
        let sent: readonly Message[];
        try {
          ({ messages: sent } = await fitContext(messages, [], window));
        } catch (error) {
          return assert.ok(error instanceof LlmError && error.code === 'ERR_CONTEXT_LENGTH_EXCEEDED');
        }
        assert.equal(sent[0], system);
        assert.equal(
          sent.findLast(({ role }) => role === 'user'),
          messages.findLast(({ role }) => role === 'user'),
        );
        assert.notEqual(sent[1]?.role, 'tool');
        const calls = sent
          .flatMap(message => (message.role === 'assistant' ? (message.toolCalls ?? []) : []))
          .map(call => call.id);
        const results = sent.flatMap(message => (message.role === 'tool' ? message.toolCallId : []));
        assert.deepEqual(results, calls);
        // What is sent fits, judged by the same rule as before.
        await fitContext(sent, [], { ...window, overflow: 'refuse' });
      },
    ),
    { numRuns: 500 },
  );
});

test('in a chat: nothing is asked, the way out leaves out old messages, and the conversation goes on like that', async test => {
  const provider = new ScriptedProvider().enqueueText(words(600)).enqueueText('Short.').enqueueText('Shorter.');
  const { session, turn } = await openChat(test, { provider, window: windowOf(900) });
  await session.send(ask(words(200)));
  await session.send(ask(words(100)));
  const { failure, cost } = turn(1).ending!;
  assert.equal(failure?.code, 'ERR_CONTEXT_LENGTH_EXCEEDED');
  assert.equal(failure?.hasEarlier, true);
  assert.equal(cost.calls, 0);
  assert.equal(provider.history.length, 1);
  await session.retry(turn(1).id, { shorten: true });
  assert.equal(textOf(turn(1)), 'Short.');
  assert.ok(
    turn(1).entries.some(entry => entry.type === 'notice' && /2 earlier messages were left out/.test(entry.text)),
  );
  await session.send(ask(words(100)));
  assert.equal(textOf(turn(2)), 'Shorter.');
});

test('a context that only the server knows is learned from its refusal', async test => {
  const refusal = new LlmError({
    code: 'ERR_CONTEXT_LENGTH_EXCEEDED',
    message: 'too long',
    status: 400,
    retryable: false,
    figures: { limit: 900, requested: 1000 },
  });
  const provider = new ScriptedProvider().enqueueText(words(600)).enqueue(refusal).enqueueText('Fine.');
  const { session, turn } = await openChat(test, { provider, window: windowOf(Infinity) });
  await session.send(ask(words(200)));
  await session.send(ask(words(100)));
  await session.retry(turn(1).id, { shorten: true });
  assert.equal(textOf(turn(1)), 'Fine.');
  assert.equal(provider.history[2]!.messages.length, 2);
});

test('results of tools that outgrow the context end the turn in words, with what was said so far', async test => {
  const { calculator } = createSampleTools();
  const wordy = { ...calculator, run: () => Promise.resolve({ text: words(2000), truncated: false }) };
  const provider = new ScriptedProvider().enqueueToolCalls(
    [{ id: 'a', name: 'calculator', arguments: '{"expression":"1"}' }],
    tokens(1, 1),
  );
  const { session, turn } = await openChat(test, { provider, tools: [wordy], window: windowOf(900) });
  await session.send(ask('Go'));
  assert.equal(turn(0).ending?.failure?.code, 'ERR_CONTEXT_LENGTH_EXCEEDED');
  assert.equal(provider.history.length, 1);
});
