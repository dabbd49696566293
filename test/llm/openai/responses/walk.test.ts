// The whole way over HTTP: routed, sent, read, and sent back with what the vendor wants back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createProvider } from '../../../../src/llm/create-provider.ts';
import type { Message } from '../../../../src/llm/message.ts';
import { validator } from '../../../support/openai-server/schema.ts';
import { type RawServer, startRawServer } from '../../../support/raw-server.ts';
import { createSampleTools } from '../../../support/sample-tools.ts';
import { answerOf, call, message, reasoning } from './recorded-responses.ts';

let server: RawServer;
before(async () => {
  server = await startRawServer();
});
after(() => server.close());

const { calculator } = createSampleTools();
const tools = [calculator].map(({ name, description, parameters }) => ({ name, description, parameters }));
const question: Message = { role: 'user', content: '2+2?' };
const asked = answerOf([reasoning('rs_1', 'Arithmetic.'), call('calculator', '{"expression":"2+2"}', 'call_a')]);
const answered = answerOf([message('It is 4.')]);

for (const streaming of [true, false])
  test(`a reasoning model with tools, ${streaming ? 'streamed' : 'at once'}: two requests, paired, with its reasoning echoed`, async () => {
    const type = streaming ? 'text/event-stream' : 'application/json';
    const form = (made: typeof asked) => ({
      status: 200,
      headers: { 'content-type': type },
      steps: [{ write: streaming ? made.stream : made.whole }],
    });
    server.requests.length = 0;
    server.answer(form(asked), form(answered));
    const provider = createProvider({
      retry: false,
      provider: 'openai',
      model: 'gpt-6-sol',
      apiKey: 'sk-test-0123456789abcdef',
      endpoint: server.endpoint,
      streaming,
    });
    const first = await provider.chat({ messages: [question], tools });
    assert.equal(first.stopReason, 'tool_use');
    assert.equal(first.thinking, 'Arithmetic.');
    assert.equal(first.usage?.reasoningTokens, 50);
    assert.ok(first.continuation);
    const second = await provider.chat({
      messages: [
        question,
        { role: 'assistant', content: first.content, toolCalls: first.toolCalls, continuation: first.continuation },
        { role: 'tool', toolCallId: 'call_a', content: '4' },
      ],
      tools,
    });
    assert.equal(second.content, 'It is 4.');
    assert.equal(second.stopReason, 'end_turn');
    const validate = validator('CreateResponse', 'strict');
    for (const { path, body } of server.requests) {
      assert.equal(path, '/v1/responses');
      assert.ok(validate(JSON.parse(body)), JSON.stringify(validate.errors?.slice(0, 3)));
    }
    const { input } = JSON.parse(server.requests[1]!.body) as { input: { type?: string }[] };
    assert.deepEqual(
      input.map(({ type }) => type ?? 'message'),
      ['message', 'reasoning', 'function_call', 'function_call_output'],
    );
  });
