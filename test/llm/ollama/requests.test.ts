import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Message, ToolDefinition } from '../../../src/llm/message.ts';
import { amendCatalog } from '../../../src/llm/model-catalog.ts';
import { defaultRetry } from '../../../src/resilience/retry.ts';
import { ollama } from '../../../src/llm/ollama/ollama.ts';
import { SERVED_MODELS } from '../../support/ollama-server/models.ts';
import { png } from '../../support-server/pictures.ts';
import { ask, asked, configOf, hello, refused, send, server } from './served-ollama.ts';

afterEach(() => server.stop());

const tools: readonly ToolDefinition[] = ['read_file', 'list_files'].map(name => ({
  name,
  description: name,
  parameters: { type: 'object', properties: {} },
}));
const long = (bytes: number): Message => ({ role: 'user', content: 'lorem ipsum '.repeat(bytes / 12) });

describe('the model is asked about', () => {
  test('once for each server, before the first question, and never without one', async () => {
    await send({ messages: hello });
    await send({ messages: hello });
    const paths = (await server.control.requests()).map(({ path }) => path);
    assert.deepEqual(paths, ['/api/show', '/api/chat', '/api/chat']);
  });

  test('and where the server does not tell, the question is asked all the same, and the model about again', async () => {
    await server.control.script(
      { kind: 'error', status: 500, match: { path: '/api/show' } },
      { kind: 'raw', body: 'nonsense', match: { path: '/api/show' } },
    );
    for (let question = 0; question < 3; question++) await send({ messages: hello });
    assert.equal((await asked('/api/show')).length, 3);
    await send({ messages: hello });
    assert.equal((await asked('/api/show')).length, 3);
  });

  test('what it says is what the catalogue can be told', async () => {
    const learn = (model: string) => ollama.learnModel!(configOf({ model }));
    const { source, checkedOn: _, ...facts } = (await learn('qwen3:8b'))!;
    assert.match(source!, /\/api\/show/);
    assert.deepEqual(facts, {
      provider: 'ollama',
      id: 'qwen3:8b',
      name: 'qwen3:8b',
      streaming: true,
      contextWindow: 40_960,
      vision: false,
      tools: true,
      reasoning: { efforts: ['none'], toolsOnChatNeedEffortNone: false },
    });
    const { reasoning } = (await learn('gpt-oss:20b'))!;
    assert.deepEqual([reasoning!.efforts, reasoning!.defaultEffort], [['low', 'medium', 'high'], 'medium']);
    assert.equal((await learn('gemma3:4b'))?.tools, false);
    assert.equal(await learn('never-pulled'), undefined);
    assert.equal((await asked('/api/chat')).length, 0);
  });

  test('a server too old to name capabilities leaves them open', async () => {
    await server.control.configure({ without: ['capabilities', 'ids', 'cached'] });
    const facts = (await ollama.learnModel!(configOf({ model: 'gemma3:4b' })))!;
    assert.deepEqual([facts.contextWindow, facts.tools, facts.vision], [131_072, undefined, undefined]);
  });
});

describe('what a model cannot do is refused before it is sent', () => {
  test('tools', async () => {
    const error = await refused({ messages: hello, tools }, { model: 'gemma3:4b' });
    assert.deepEqual([error.code, error.facts.notSent], ['ERR_REFUSED_LOCALLY', true]);
    assert.match(error.message, /gemma3:4b cannot call tools/);
  });

  test('pictures', async () => {
    const url = `data:image/png;base64,${png(4, 4).toString('base64')}`;
    const error = await refused(
      { messages: [{ role: 'user', content: [{ type: 'image', url }] }] },
      { model: 'qwen3:8b' },
    );
    assert.match(error.message, /qwen3:8b cannot see images/);
    assert.equal((await asked('/api/chat')).length, 0);
  });
});

describe('the context', () => {
  const contextOf = async (bytes: number, more: Parameters<typeof send>[1] = {}, maxTokens = 1000) =>
    (await send({ messages: [long(bytes)], maxTokens }, more)).body.options.num_ctx;

  test('is as large as question and answer need, in doublings from 8192', async () => {
    assert.equal(await contextOf(120), 8192);
    assert.equal(await contextOf(60_000), 32_768);
  });

  test('never shrinks, because the server would load the model anew', async () => {
    for (const bytes of [120, 60_000, 120, 30_000, 120]) await contextOf(bytes);
    assert.equal(server.loaded.loads, 2);
    assert.equal(server.loaded.contexts.get('mistral-small3.2:24b'), 32_768);
  });

  test('holds the answer that may come', async () => {
    assert.equal(await contextOf(120, {}, 20_000), 32_768);
  });

  test('is never more than the model has', async () => {
    assert.equal(await contextOf(60_000, { model: 'qwen3:8b' }, 30_000), 40_960);
  });

  test('is not less than the Modelfile asks for', async () => {
    assert.equal(await contextOf(120, { model: 'coder-with-room' }), 24_576);
  });

  test("stays within what the person's settings say", async t => {
    t.after(() => amendCatalog([]));
    amendCatalog([{ provider: 'ollama', id: 'mistral-small3.2:24b', contextWindow: 16_384 }]);
    assert.equal(await contextOf(60_000), 16_384);
  });

  test('is left to the server for cloud models, which have all of theirs', async () => {
    const [model] = SERVED_MODELS;
    await server.control.configure({ models: [{ ...model!, name: 'gpt-oss:120b-cloud' }] });
    assert.equal(await contextOf(60_000, { model: 'gpt-oss:120b-cloud' }), undefined);
  });

  test('estimated too small is refused by the server, not cut, and asked for again once with enough', async () => {
    // One token for each digit and space: three times what was estimated.
    const digits: Message = { role: 'user', content: '7 '.repeat(12_000) };
    const { text, notices, error } = await ask({ messages: [digits] }, { retry: defaultRetry, random: () => 0 });
    assert.ifError(error);
    assert.ok(text);
    const chats = await asked('/api/chat');
    const contexts = chats.map(({ body }) => (body as { options: { num_ctx: number } }).options.num_ctx);
    assert.deepEqual(
      chats.map(({ status }) => status),
      [400, 200],
    );
    assert.deepEqual(contexts, [16_384, 32_768]);
    assert.match(notices.join(), /asked again with a context of 32768 tokens/);
    // A second question of that kind is right from the start.
    await send({ messages: [digits] });
    assert.equal((await asked('/api/chat')).length, 3);
  });
});

describe('thinking', () => {
  const thinkOf = async (model: string, reasoningEffort?: 'none' | 'minimal' | 'low' | 'medium' | 'xhigh') => {
    const { body, notices } = await send({ messages: hello, ...(reasoningEffort && { reasoningEffort }) }, { model });
    return notices.length > 0 ? notices.join() : body.think;
  };

  test('is left to the model where nobody asked', async () => {
    for (const model of ['qwen3:8b', 'gpt-oss:20b', 'mistral-small3.2:24b'])
      assert.equal(await thinkOf(model), undefined);
  });

  test('is on or off where the model has no levels', async () => {
    assert.equal(await thinkOf('qwen3:8b', 'none'), false);
    assert.equal(await thinkOf('qwen3:8b', 'low'), true);
  });

  test('is the nearest level the model has', async () => {
    assert.equal(await thinkOf('gpt-oss:20b', 'minimal'), 'low');
    assert.equal(await thinkOf('gpt-oss:20b', 'medium'), 'medium');
    assert.equal(await thinkOf('gpt-oss:20b', 'xhigh'), 'high');
  });

  test('is left out, and that is said, where the model does not', async () => {
    assert.match(
      String(await thinkOf('mistral-small3.2:24b', 'medium')),
      /left out: mistral-small3.2:24b does not think/,
    );
    assert.equal(await thinkOf('mistral-small3.2:24b', 'none'), undefined);
  });

  test('goes back with the calls it led to, and with nothing else', async () => {
    const model = 'qwen3:8b';
    await server.control.script({
      kind: 'reply',
      reasoning: { text: ['I must ', 'read it.'] },
      toolCalls: [{ name: 'read_file', arguments: {} }],
    });
    const heard = await ask({ messages: hello, tools }, { model });
    const said = {
      role: 'assistant',
      content: '',
      toolCalls: heard.calls,
      continuation: heard.continuation!,
    } as const;
    const result = { role: 'tool', toolCallId: heard.calls[0]!.id, content: 'text' } as const;
    const { body } = await send({ messages: [...hello, said, result], tools }, { model });
    assert.equal(body.messages[1]!['thinking'], 'I must read it.');
    await server.control.script({ kind: 'reply', reasoning: { text: 'Hm.' }, text: 'Hi.' });
    assert.equal((await ask({ messages: hello }, { model })).continuation, undefined);
  });
});

describe('a request', () => {
  test('carries limits, temperature and formats where Ollama has them, and no keep_alive: that is the person’s own', async () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
    await server.control.script({ kind: 'reply', text: '{"a":1}', times: 2 });
    const json = await send({
      messages: hello,
      maxTokens: 100,
      temperature: 0.3,
      responseFormat: { type: 'json-object' },
    });
    assert.deepEqual(json.body.options, { num_ctx: 8192, num_predict: 100, temperature: 0.3 });
    assert.equal(json.body.format, 'json');
    const typed = await send({ messages: hello, responseFormat: { type: 'json-schema', name: 'A', schema } });
    assert.deepEqual(typed.body.format, schema);
    assert.ok(!('keep_alive' in typed.body));
  });

  test('offers no tools where none may be called, the one that must be, and says that nothing can be forced', async () => {
    const none = await send({ messages: hello, tools, toolChoice: 'none' });
    assert.equal(none.body.tools, undefined);
    assert.deepEqual(none.notices, []);
    const one = await send({ messages: hello, tools, toolChoice: { name: 'list_files' }, parallelToolCalls: false });
    assert.deepEqual(
      one.body.tools?.map(tool => tool.function.name),
      ['list_files'],
    );
    assert.equal(one.notices.length, 2);
  });

  test('leaves out a picture that is only an address, and says so', async () => {
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', url: 'https://example.org/cat.png' },
    ] as const;
    const { body, notices } = await send({ messages: [{ role: 'user', content }] });
    assert.deepEqual(body.messages[0], { role: 'user', content: 'What is this?' });
    assert.match(notices.join(), /left out/);
  });

  test('replays arguments that are no object as none, because the server takes nothing else', async () => {
    const broken = { id: 'call_1', name: 'read_file', arguments: '{"path": "src/' };
    const { body } = await send({
      messages: [
        ...hello,
        { role: 'assistant', content: '', toolCalls: [broken] },
        { role: 'tool', toolCallId: 'call_1', content: 'The arguments are no JSON.' },
      ],
      tools,
    });
    const [call] = body.messages[1]!['tool_calls'] as { function: { arguments: unknown } }[];
    assert.deepEqual(call!.function.arguments, {});
    assert.equal(body.messages[2]!['tool_name'], 'read_file');
  });

  test('has a key only where one is saved', async () => {
    assert.equal((await send({ messages: hello })).headers['authorization'], undefined);
    await server.control.configure({ keys: ['secret-of-a-proxy'] });
    const { headers } = await send({ messages: hello }, { apiKey: 'secret-of-a-proxy' });
    assert.equal(headers['authorization'], 'Bearer secret-of-a-proxy');
    const error = await refused({ messages: hello }, { apiKey: 'another-secret' });
    assert.equal(error.code, 'ERR_INVALID_API_KEY');
    assert.ok(!JSON.stringify(error.facts).includes('another-secret'));
  });

  test('without a model is not sent', async () => {
    const error = await refused({ messages: hello }, { model: '' });
    assert.match(error.message, /No model is chosen/);
    assert.deepEqual(await server.control.requests(), []);
  });
});
