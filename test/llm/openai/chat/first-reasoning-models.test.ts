// o1-preview and o1-mini: gone at OpenAI, alive on other hosts. No system role, no tools, no images, no streaming, no temperature.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRequest } from '../../../../src/llm/check-request.ts';
import { findModel } from '../../../../src/llm/model-catalog.ts';
import { toWire } from '../../../../src/llm/openai/chat/to-wire.ts';
import { openAi, server } from '../raw-wire.ts';
import { createSampleTools } from '../../../support/sample-tools.ts';

const { calculator } = createSampleTools();
const tools = [calculator].map(({ name, description, parameters }) => ({ name, description, parameters }));

for (const model of ['o1-preview', 'o1-mini']) {
  const facts = findModel('openai', model)!;

  test(`${model}: instructions go in front of the first question, temperature is left out`, () => {
    const body = toWire(
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Why?' },
        ],
        temperature: 1,
        maxTokens: 100,
      },
      { model, facts, effort: undefined, streaming: false },
    );
    assert.deepEqual(body, {
      model,
      messages: [{ role: 'user', content: 'Be brief.\n\nWhy?' }],
      max_completion_tokens: 100,
    });
  });

  test(`${model}: tools and images are refused before sending, with a message`, () => {
    assert.throws(() => checkRequest({ messages: [], tools }, model, facts), /cannot call tools/);
    const image = { type: 'image', url: 'data:image/png;base64,AAAA' } as const;
    assert.throws(
      () => checkRequest({ messages: [{ role: 'user', content: [image] }] }, model, facts),
      /cannot see images/,
    );
  });

  test(`${model}: the answer is asked for at once even where streaming is on`, async () => {
    server.answer({
      status: 200,
      headers: { 'content-type': 'application/json' },
      steps: [{ write: '{"choices":[{"message":{"content":"Because."},"finish_reason":"stop"}]}' }],
    });
    const { content } = await openAi({ model, streaming: true }).chat({
      messages: [{ role: 'user', content: 'Why?' }],
    });
    assert.equal(content, 'Because.');
    assert.equal((JSON.parse(server.requests.at(-1)!.body) as { stream?: boolean }).stream, undefined);
  });
}
