import assert from 'node:assert/strict';
import type { AssistantMessage, Message, ToolDefinition } from '../../../src/llm/message.ts';
import { png } from '../../support-server/pictures.ts';
import { settled } from '../fake-clock.ts';
import type { ReplyScript } from '../loopback/script.ts';
import { assertEnded, type Heard, type Scenario, type Trial } from './trial.ts';

const question = 'What does src/greet.ts do?';
export const messages: readonly Message[] = [
  { role: 'system', content: 'Answer in one sentence.' },
  { role: 'user', content: question },
];

export const tools: readonly ToolDefinition[] = [
  {
    name: 'read_file',
    description: 'Reads a file of the workspace.',
    parameters: {
      type: 'object',
      properties: { path: { type: 'string' }, lines: { type: 'array', items: { type: 'integer' } } },
      required: ['path'],
    },
  },
  { name: 'list_files', description: 'Lists the workspace.', parameters: { type: 'object', properties: {} } },
];

const awkward = { path: 'src/grüße "neu".ts', lines: [1, 20] };

/** Letters of several bytes, an emoji of several code points, and what JSON escapes. */
const chunks = ['Grüße, ', '👩‍👩‍👧‍👦 ', '漢字 ', '"quoted" \\ and\n', 'done.'];

const text: Scenario = {
  name: 'text',
  async run(trial) {
    await trial.server.control.script({ kind: 'reply', chunks });
    const heard = await trial.ask({ messages });
    assertEnded(heard, 'end_turn');
    assert.equal(heard.text, chunks.join(''));
    assert.deepEqual(heard.calls, []);
    assert.ok((await trial.lastBody()).includes(JSON.stringify(question).slice(1, -1)));
  },
};

const many = Array.from({ length: 60 }, (_, at) => `word${at} `);

const stream: Scenario = {
  name: 'stream',
  async run(trial) {
    const reply = { kind: 'reply', chunks: many } as const;
    if (trial.streaming) await hearWhileItIsSaid(trial, reply);
    else {
      await trial.server.control.script(reply);
      const heard = await trial.ask({ messages });
      assertEnded(heard, 'end_turn');
      assert.equal(heard.text, many.join(''));
    }
    const [record] = await trial.asked();
    assert.equal(Reflect.get(record?.body as object, 'stream') ?? false, trial.streaming);
  },
};

/** The first word is heard while the server has not yet said the last. */
async function hearWhileItIsSaid(trial: Trial, reply: ReplyScript): Promise<void> {
  const { control } = trial.server;
  // After twenty writes every wire has said some words and none has said all of them.
  await control.script({ ...reply, faults: { stall: { afterChunks: 20 } } });
  const words: string[] = [];
  let released = false;
  for await (const event of trial.provider().stream({ messages })) {
    if (event.type !== 'text-delta') continue;
    words.push(event.text);
    if (released) continue;
    assert.equal(event.text, many[0]);
    assert.equal((await trial.asked())[0]?.state, 'answering');
    while ((await control.release()) === 0) await settled();
    released = true;
  }
  assert.deepEqual(words, many);
}

const oneTool: Scenario = {
  name: 'tools',
  async run(trial) {
    const { control } = trial.server;
    await control.script({ kind: 'reply', toolCalls: [{ name: 'read_file', arguments: awkward }] });
    const heard = await trial.ask({ messages, tools });
    assertCalls(heard, [['read_file', awkward]]);
    await control.script({ kind: 'reply', text: 'It greets.' });
    const after = await trial.ask({
      messages: [...messages, ...answered(heard, ['export function greet() {}'])],
      tools,
    });
    assertEnded(after, 'end_turn');
    assert.equal(after.text, 'It greets.');
    await assertResultsReturned(trial, heard, ['export function greet() {}']);
    // A call without arguments is a call all the same.
    await control.script({ kind: 'reply', toolCalls: [{ name: 'list_files', arguments: {} }] });
    assertCalls(await trial.ask({ messages, tools, toolChoice: 'auto' }), [['list_files', {}]]);
  },
};

const parallelTools: Scenario = {
  name: 'parallel tools',
  needs: traits => traits.parallelTools,
  async run(trial) {
    const { control } = trial.server;
    const other = { path: 'src/main.ts' };
    await control.script({
      kind: 'reply',
      text: 'Both at once.',
      toolCalls: [
        { name: 'read_file', arguments: awkward },
        { name: 'read_file', arguments: other },
        { name: 'list_files', arguments: {} },
      ],
    });
    const heard = await trial.ask({ messages, tools });
    assertCalls(heard, [
      ['read_file', awkward],
      ['read_file', other],
      ['list_files', {}],
    ]);
    assert.equal(heard.text, 'Both at once.');
    const results = ['the first file', 'the second file', 'src/greet.ts\nsrc/main.ts'];
    await control.script({ kind: 'reply', text: 'Read.' });
    assertEnded(await trial.ask({ messages: [...messages, ...answered(heard, results)], tools }), 'end_turn');
    await assertResultsReturned(trial, heard, results);
  },
};

function assertCalls(heard: Heard, expected: readonly (readonly [name: string, args: object])[]): void {
  assertEnded(heard, 'tool_use');
  const calls = heard.calls.map(call => [call.name, JSON.parse(call.arguments || '{}') as unknown]);
  assert.deepEqual(calls, expected);
  const ids = heard.calls.map(({ id }) => id);
  assert.equal(new Set(ids).size, expected.length, 'ids are not told apart');
  assert.ok(ids.every(Boolean), 'a call has no id');
}

/** The answer and the results of its calls, as the conversation keeps them. */
function answered(heard: Heard, results: readonly string[]): Message[] {
  const said: AssistantMessage = {
    role: 'assistant',
    content: heard.text,
    toolCalls: heard.calls,
    ...(heard.continuation && { continuation: heard.continuation }),
  };
  return [said, ...heard.calls.map(({ id }, at): Message => ({ role: 'tool', toolCallId: id, content: results[at]! }))];
}

/** Each result is in the last request, with the id of the call it is of: once there, once at the call. */
async function assertResultsReturned(trial: Trial, heard: Heard, results: readonly string[]): Promise<void> {
  const body = await trial.lastBody();
  for (const [at, { id }] of heard.calls.entries()) {
    assert.ok(body.includes(JSON.stringify(results[at]).slice(1, -1)), `result ${at} is missing`);
    assert.ok(body.split(JSON.stringify(id)).length > 2, `${id} is not both at the call and at its result`);
  }
}

const image: Scenario = {
  name: 'image',
  async run(trial) {
    const bytes = png(40, 30).toString('base64');
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', url: `data:image/png;base64,${bytes}`, width: 40, height: 30 },
    ] as const;
    await trial.server.control.script({ kind: 'reply', text: 'A red rectangle.' });
    const heard = await trial.ask({ messages: [{ role: 'user', content }] });
    assertEnded(heard, 'end_turn');
    assert.equal(heard.text, 'A red rectangle.');
    assert.ok((await trial.lastBody()).includes(bytes), 'the picture did not arrive');
  },
};

const usage: Scenario = {
  name: 'usage',
  async run(trial) {
    const { server, traits } = trial;
    const figures = { promptTokens: 2345, completionTokens: 67, cachedTokens: 1024, reasoningTokens: 0 };
    await server.control.script({ kind: 'reply', text: 'Counted.', usage: figures });
    const [counted, ...more] = (await trial.ask({ messages })).usages;
    assert.deepEqual(more, []);
    assert.deepEqual(
      [counted?.inputTokens, counted?.outputTokens, counted?.totalTokens, counted?.cachedInputTokens],
      [2345, 67, 2412, traits.cachedTokens ? 1024 : undefined],
    );
    // What is not told is unknown, never 0.
    await server.control.script({ kind: 'reply', text: 'Not counted.', usage: null });
    const uncounted = await trial.ask({ messages });
    assertEnded(uncounted, 'end_turn');
    assert.deepEqual(uncounted.usages, []);
  },
};

/** As other vendors make them: Anthropic, Kimi, vLLM (46 characters), Mistral; two that differ in what some may not say. */
const foreignIds = [
  'toolu_01A09q90qw90lq917835lq9',
  'functions.read_file:0',
  'functions.read_file:1',
  'chatcmpl-tool-0123456789abcdef0123456789abcdef',
  'D681PevKs',
];

const foreignHistory: Scenario = {
  name: 'foreign history',
  async run(trial) {
    const picture = { type: 'image', url: `data:image/png;base64,${png(8, 8).toString('base64')}` } as const;
    const calls = foreignIds.map((id, at) => ({ id, name: 'read_file', arguments: `{"path":"src/${at}.ts"}` }));
    const continuation = {
      provider: 'elsewhere',
      model: 'other-1',
      items: [{ type: 'thinking', signature: 'c2VjcmV0' }],
    };
    const history: Message[] = [
      ...messages,
      { role: 'assistant', content: 'Looking.', toolCalls: calls.slice(0, 3), continuation },
      ...calls.slice(0, 3).map(({ id }): Message => ({ role: 'tool', toolCallId: id, content: `content for ${id}` })),
      { role: 'assistant', content: '', toolCalls: calls.slice(3) },
      ...calls.slice(3).map(({ id }): Message => ({ role: 'tool', toolCallId: id, content: `content for ${id}` })),
      { role: 'assistant', content: 'It greets.', continuation },
      { role: 'user', content: [{ type: 'text', text: 'And this?' }, picture] },
      // Stopped before a word was said: the next question follows a question.
      { role: 'user', content: 'Well?' },
    ];
    await trial.server.control.script({ kind: 'reply', text: 'A picture.' });
    const heard = await trial.ask({ messages: history, tools });
    assertEnded(heard, 'end_turn');
    assert.equal(heard.text, 'A picture.');
    const body = await trial.lastBody();
    for (const id of foreignIds) assert.ok(body.includes(`content for ${id}`), `the result of ${id} is missing`);
    assert.ok(!body.includes('c2VjcmV0'), "another vendor's own notes were sent on");
  },
};

/** What a vendor must do well. */
export const answers: readonly Scenario[] = [text, stream, oneTool, parallelTools, image, usage, foreignHistory];
