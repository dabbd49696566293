import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { validator } from '../support/openai-server/schema.ts';
import type { Json } from './ask.ts';
import { ask, chunksOf, hello, send } from './ask.ts';

describe('a streamed chat completion', () => {
  let server: InProcessServer;
  before(async () => {
    server = await openAiServerInProcess();
  });
  after(() => server.stop());
  beforeEach(() => server.control.reset());

  const stream = async (extra: Record<string, unknown> = {}): Promise<Json[]> => {
    const { text, headers } = await ask(server.baseUrl, hello({ stream: true, ...extra }));
    assert.match(headers.get('content-type') ?? '', /^text\/event-stream/);
    return chunksOf(text);
  };

  it('comes in chunks of the published shape: role first, the text token by token, then the reason', async () => {
    await server.control.script({ kind: 'reply', text: 'Hello! How can I assist you today? 👩‍💻' });
    const chunks = await stream();
    const validate = validator('CreateChatCompletionStreamResponse', 'open');
    for (const chunk of chunks) assert.ok(validate(chunk), JSON.stringify(validate.errors));
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    const deltas = chunks.slice(1, -1).map(chunk => chunk.choices[0].delta.content);
    assert.ok(deltas.length >= 10);
    assert.equal(deltas.join(''), 'Hello! How can I assist you today? 👩‍💻');
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    assert.ok(chunks.every(chunk => chunk.id === chunks[0].id && !('usage' in chunk)));
  });

  it('with include_usage ends in a chunk without choices, equal to what is not streamed', async () => {
    const chunks = await stream({ stream_options: { include_usage: true } });
    const last = chunks.pop();
    assert.deepEqual(last.choices, []);
    assert.ok(chunks.every(chunk => chunk.usage === null));
    const { json } = await ask(server.baseUrl, hello());
    assert.deepEqual(last.usage, json.usage);
    assert.equal(
      chunks
        .slice(1, -1)
        .map(chunk => chunk.choices[0].delta.content)
        .join(''),
      json.choices[0].message.content,
    );
  });

  it('sends tool calls in fragments that assemble by index', async () => {
    const toolCalls = [
      { name: 'read_file', arguments: { path: 'src/greet.ts' }, id: 'call_a' },
      { name: 'broken', arguments: '{"not json' },
    ];
    await server.control.script({ kind: 'reply', toolCalls });
    const chunks = await stream();
    const calls: Json[] = [];
    for (const fragment of chunks.flatMap(chunk => chunk.choices[0].delta.tool_calls ?? [])) {
      calls[fragment.index] ??= { ...fragment, arguments: '' };
      calls[fragment.index].arguments += fragment.function.arguments;
    }
    assert.deepEqual(
      calls.map(call => [call.function.name, call.arguments]),
      [
        ['read_file', '{"path":"src/greet.ts"}'],
        ['broken', '{"not json'],
      ],
    );
    assert.equal(calls[0].id, 'call_a');
    assert.match(calls[1].id, /^call_\w{24}$/);
    assert.ok(chunks.filter(chunk => chunk.choices[0].delta.tool_calls).length > 4);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'tool_calls');
  });

  it('keeps scripted chunks, refusal, reason, model and figures', async () => {
    await server.control.script(
      {
        kind: 'reply',
        chunks: ['a', 'bc', '\n'],
        usage: { promptTokens: 42, completionTokens: 287, cachedTokens: 10 },
        model: 'gpt-4o-2024-11-20',
      },
      { kind: 'reply', refusal: 'I cannot.', finishReason: 'content_filter' },
    );
    const chunks = await stream({ stream_options: { include_usage: true } });
    assert.deepEqual(
      chunks.slice(1, 4).map(chunk => chunk.choices[0].delta.content),
      ['a', 'bc', '\n'],
    );
    const { usage, model } = chunks.at(-1);
    assert.deepEqual(
      [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.prompt_tokens_details.cached_tokens],
      [42, 287, 329, 10],
    );
    assert.equal(model, 'gpt-4o-2024-11-20');
    const refused = await stream();
    assert.equal(refused[1].choices[0].delta.refusal, 'I cannot.');
    assert.equal(refused.at(-1).choices[0].finish_reason, 'content_filter');
  });

  it('can keep its usage to itself', async () => {
    await server.control.script({ kind: 'reply', text: 'x', usage: null });
    const chunks = await stream({ stream_options: { include_usage: true } });
    assert.ok(chunks.every(chunk => chunk.choices.length === 1));
    assert.equal((await server.control.requests())[0]?.billed?.reported, false);
  });

  it('notices a client that hangs up, and bills what was said until then', async () => {
    await server.control.script({
      kind: 'reply',
      chunks: ['one', ' two', ' three'],
      faults: { stall: { afterChunks: 3 } },
    });
    const stop = new AbortController();
    const response = await send(server.baseUrl, hello({ stream: true }), { signal: stop.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    stop.abort();
    const record = await server.control.waitForRequest();
    assert.equal(record.aborted, true);
    assert.equal(record.cut, false);
    assert.ok(record.bytesSent > 0);
    const { promptTokens, completionTokens, reported } = record.billed ?? {};
    assert.deepEqual(
      { promptTokens, completionTokens, reported },
      { promptTokens: 9, completionTokens: 3, reported: false },
    );
  });

  it('takes the time its pace says', async () => {
    await server.control.configure({ pace: 1_000 });
    await server.control.script({ kind: 'reply', text: 'a bit of text to wait for, forty letters' });
    const begun = performance.now();
    await stream();
    assert.ok(performance.now() - begun >= 30);
  });
});
