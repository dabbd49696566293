import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demoAnswer } from '../support/openai-server/demo/demo-model.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import type { Json } from './ask.ts';
import { ask, hello, tool, user } from './ask.ts';

const GREET = [
  "import { titleCase } from './text.ts';",
  '',
  '/** Greets a person by name. Politely. */',
  'export function greet(name: string): string {',
  '  return `Hello, ${titleCase(name)}!`;',
  '}',
  '',
  'export class Greeter {',
  '  hello(): string {',
  "    return greet('you');",
  '  }',
  '}',
];
const FILES: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['# Sample', '', 'A sample to try things on, nothing more.'],
  'src/greet.ts': GREET,
  'src/text.ts': ['export const titleCase = (text: string): string => text.toUpperCase();'],
  'lib/sum.py': ['def add(a, b):', '    """Adds two numbers."""', '    return a + b'],
};
const string = { type: 'string' };
const TOOLS = [
  tool('list_files', { path: string, recursive: { type: 'boolean' } }),
  tool('search_text', { query: string, isRegExp: { type: 'boolean' }, path: string }, ['query']),
  tool('read_file', { path: string, startLine: { type: 'integer', minimum: 1 } }, ['path']),
];

/** A workspace as the product's tools show it: numbered lines, grouped matches, plain paths. */
function runTool(name: string, args: Json): string {
  if (name === 'list_files') return ['src/', 'lib/', ...Object.keys(FILES)].join('\n');
  if (name === 'read_file') {
    const lines = FILES[args.path];
    return lines === undefined
      ? `${args.path} does not exist.`
      : lines.map((line, at) => `${at + 1}\t${line}`).join('\n');
  }
  const hits = Object.entries(FILES).flatMap(([path, lines]) => {
    const found = lines.flatMap((line, at) => (line.includes(args.query) ? [`  ${at + 1}: ${line}`] : []));
    return found.length > 0 ? [path, ...found] : [];
  });
  return hits.join('\n') || 'Nothing found.';
}

interface Talk {
  /** Each round of calls, each call as `name(arguments)`. */
  readonly rounds: string[][];
  readonly text: string;
}

function talk(question: Json, extra: Record<string, unknown> = {}): Talk {
  const messages: Json[] = [{ role: 'system', content: 'Be brief.' }, user(question)];
  const rounds: string[][] = [];
  for (let round = 0; round < 10; round += 1) {
    const { text = '', toolCalls = [] } = demoAnswer(hello({ messages, tools: TOOLS, ...extra }), []);
    if (toolCalls.length === 0) return { rounds, text };
    rounds.push(toolCalls.map(call => `${call.name}(${call.arguments})`));
    const calls = toolCalls.map((call, at) => ({ id: `call_${round}_${at}`, type: 'function', function: call }));
    messages.push({ role: 'assistant', content: text, tool_calls: calls });
    for (const { id, function: call } of calls) {
      messages.push({ role: 'tool', tool_call_id: id, content: runTool(call.name, JSON.parse(call.arguments)) });
    }
  }
  throw new Error('it never stops calling tools');
}

describe('the demo model', () => {
  it('greets, and says what to try', () => {
    const { rounds, text } = talk('Hello!');
    assert.deepEqual(rounds, []);
    assert.match(text, /^Hello!.*demo model/);
    assert.match(text, /What does src\/greet\.ts do\?/);
  });

  it('reads the file a question names and explains what it read', () => {
    const { rounds, text } = talk('What does src/greet.ts do?');
    assert.deepEqual(rounds, [['read_file({"path":"src/greet.ts"})']]);
    assert.match(text, /`src\/greet\.ts` is a TypeScript file of 12 lines with 1 function and 1 class, all exported\./);
    assert.match(
      text,
      /\*\*`greet\(name\)`\*\* – an exported function, takes `name: string`, gives back `string`.*“Greets a person by name”/,
    );
    assert.match(text, /\*\*`Greeter`\*\* – an exported class, has `hello`/);
    assert.match(text, /```ts\nexport function greet\(name: string\): string \{\n/);
    assert.match(text, /It uses `\.\/text\.ts`/);
  });

  it('answers from what the tool brought, not from what it knows', () => {
    const messages = [
      user('What does src/greet.ts do?'),
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c', type: 'function', function: { name: 'read_file', arguments: '{"path":"src/greet.ts"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: '1\texport function quux(): void {}' },
    ];
    const { text = '' } = demoAnswer(hello({ messages, tools: TOOLS }), []);
    assert.match(text, /`quux\(\)`/);
    assert.doesNotMatch(text, /greet\(/);
  });

  it('reads two files at once, or one after the other where it must', () => {
    const question = 'Compare src/greet.ts and lib/sum.py';
    const both = [['read_file({"path":"src/greet.ts"})', 'read_file({"path":"lib/sum.py"})']];
    assert.deepEqual(talk(question).rounds, both);
    assert.deepEqual(
      talk(question, { parallel_tool_calls: false }).rounds,
      both[0]?.map(call => [call]),
    );
    const { text } = talk(question);
    assert.match(text, /`add\(a, b\)`.*takes `a, b`, and answers `a \+ b`.*“Adds two numbers”/);
  });

  it('finds out where a file is when its name alone does not lead there', () => {
    assert.deepEqual(talk('Explain greet.ts').rounds, [
      ['read_file({"path":"greet.ts"})'],
      ['list_files({"recursive":true})'],
      ['read_file({"path":"src/greet.ts"})'],
    ]);
    assert.match(talk('Explain nope.ts').text, /could not read `nope\.ts`: nope\.ts does not exist/);
  });

  it('reports what a tool refuses in the tool’s own words, and knows an empty file from a refusal', () => {
    const told = (content: string): string => {
      const call = { name: 'read_file', arguments: '{"path":"a.ts"}' };
      const messages = [
        user('Explain a.ts'),
        { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: call }] },
        { role: 'tool', tool_call_id: 'c', content },
      ];
      return demoAnswer(hello({ messages, tools: TOOLS, tool_choice: 'none' }), []).text ?? '';
    };
    for (const refusal of [
      'There is no such file or folder. Look with list_files.',
      'The inside of .git is closed to tools.',
      'That is a folder: use list_files.',
      'a.ts is not text: PNG image, 1,200 bytes.',
    ]) {
      assert.equal(told(refusal), `I could not read \`a.ts\`: ${refusal}`);
    }
    assert.equal(told('a.ts is empty.'), '`a.ts` is a TypeScript file of 0 lines.');
  });

  it('searches for a name, and opens the file that declares it', () => {
    const { rounds, text } = talk('Where is `titleCase` defined?');
    assert.deepEqual(rounds, [['search_text({"query":"titleCase"})'], ['read_file({"path":"src/text.ts"})']]);
    assert.match(text, /Here is `titleCase`/);
  });

  it('lists files, and opens the readme when asked about the project', () => {
    assert.match(talk('List the files').text, /found 4 files:\n\n- `README\.md`/);
    const { rounds, text } = talk('What is this project about?');
    assert.deepEqual(rounds.at(-1), ['read_file({"path":"README.md"})']);
    assert.match(text, /“A sample to try things on, nothing more\.”/);
  });

  it('goes by the parameters a tool declares', () => {
    const odd = tool(
      'open_document',
      {
        encoding: { type: 'string', enum: ['utf8', 'latin1'] },
        fileName: string,
        limit: { type: 'integer', minimum: 5 },
      },
      ['fileName', 'encoding', 'limit'],
    );
    const { toolCalls = [] } = demoAnswer(hello({ messages: [user('Read a/b.ts')], tools: [odd] }), []);
    assert.deepEqual(JSON.parse(toolCalls[0]?.arguments ?? ''), { fileName: 'a/b.ts', encoding: 'utf8', limit: 5 });
  });

  it('explains the code in the prompt without calling anything', () => {
    const fenced = `Explain this code.\n\nFrom lib/sum.py, lines 1-3:\n\`\`\`python\n${FILES['lib/sum.py']?.join('\n')}\n\`\`\``;
    const { rounds, text } = talk(fenced);
    assert.deepEqual(rounds, []);
    assert.match(text, /^This part of `lib\/sum\.py` is Python code of 3 lines with 1 function\./);
    const loose = talk('Explain\n```js\n  for (const a of list) {\n    console.log(a);\n  }\n```').text;
    assert.match(loose, /calls `console\.log\(\)`/);
    assert.match(loose, /repeats a part in a loop/);
    assert.match(loose, /```js\nfor \(const a of list\) \{\n {2}console/);
  });

  it('calls what it is told to call, and nothing when told not to', () => {
    assert.deepEqual(
      demoAnswer(hello({ tools: TOOLS, tool_choice: 'required' }), []).toolCalls?.map(({ name }) => name),
      ['list_files'],
    );
    const named = { type: 'function', function: { name: 'search_text' } };
    const { toolCalls = [] } = demoAnswer(hello({ tools: TOOLS, tool_choice: named }), []);
    assert.deepEqual(JSON.parse(toolCalls[0]?.arguments ?? ''), { query: 'Hello!' });
    assert.deepEqual(talk('Read src/greet.ts', { tool_choice: 'none' }).rounds, []);
  });

  it('says the same thing every time, over HTTP too, in JSON where JSON is wanted', async () => {
    await using server = await openAiServerInProcess();
    const body = hello({
      messages: [user('What does src/greet.ts do? Answer in JSON.')],
      response_format: { type: 'json_object' },
    });
    const [first, second] = [await ask(server.baseUrl, body), await ask(server.baseUrl, body)];
    assert.equal(first.json.choices[0].message.content, second.json.choices[0].message.content);
    assert.equal(typeof JSON.parse(first.json.choices[0].message.content).answer, 'string');
    const calling = await ask(server.baseUrl, { ...hello({ messages: [user('Read src/greet.ts')] }), tools: TOOLS });
    assert.equal(calling.json.choices[0].finish_reason, 'tool_calls');
    assert.equal(calling.json.choices[0].message.tool_calls[0].function.arguments, '{"path":"src/greet.ts"}');
  });
});
