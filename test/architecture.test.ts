import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../package.json' with { type: 'json' };
import {
  brokenRules,
  importsOf,
  longFiles,
  maxLines,
  namedVendors,
  readSources,
  vendorMentions,
} from './support/house-rules.ts';

const sources = readSources(new URL('../src/', import.meta.url));

test('the house keeps its rules', () => {
  assert.ok(sources.size > 60, `only ${sources.size} files were found`);
  assert.deepEqual(brokenRules(sources), []);
});

const vendorNames = manifest.contributes.configuration.properties['pennyloom.provider'].enum;

test("a vendor's name is said in its own folder and in the table of vendors, and where there is a reason", () => {
  assert.ok(vendorNames.includes('openai') && vendorNames.length >= 5);
  const said = namedVendors(sources, vendorNames);
  assert.deepEqual(
    said.filter(sentence => !vendorMentions[sentence.split(':')[0]!]),
    [],
  );
  for (const path of Object.keys(vendorMentions).filter(path => sources.has(path)))
    assert.ok(
      said.some(sentence => sentence.startsWith(`${path}:`)),
      `${path} says no name any more`,
    );
});

test('a vendor said by name is found', () => {
  const found = (path: string, text: string): string[] => namedVendors(new Map([[path, text]]), vendorNames);
  assert.deepEqual(found('cost/a.ts', "if (provider === 'ollama') return 0;"), ['cost/a.ts: says "ollama"']);
  assert.deepEqual(found('host/a.ts', "import { x } from '../llm/anthropic/x.ts';"), ['host/a.ts: says "anthropic"']);
  assert.deepEqual(found('llm/a.ts', "import { x } from './mistral/x.ts';"), ['llm/a.ts: says "mistral"']);
  assert.deepEqual(found('llm/ollama/a.ts', "import { x } from '../anthropic/x.ts';"), [
    'llm/ollama/a.ts: says "anthropic"',
  ]);
  assert.deepEqual(found('llm/mistral/a.ts', "import { x } from '../openai/x.ts';\nconst id = 'mistral';"), []);
  assert.deepEqual(found('cost/a.ts', "// 'ollama' costs nothing\nconst flag = 'openai-list-price';"), []);
});

test('every import of the house was seen', () => {
  const imports = [...sources].flatMap(([path, text]) => (path.endsWith('.ts') ? importsOf(text) : []));
  assert.ok(imports.length > 200, `only ${imports.length} imports were found`);
  for (const expected of ['vscode', 'markdown-it', 'ajv', 'gpt-tokenizer/bpeRanks/o200k_base'])
    assert.ok(imports.includes(expected), `${expected} was not seen`);
});

test('a file that may be longer is still long, and its reason is given', () => {
  for (const [path, reason] of Object.entries(longFiles)) {
    assert.ok((sources.get(path) ?? '').split('\n').length > maxLines, `${path} is short enough without an exception`);
    assert.ok(reason.length > 20, path);
  }
});

/** Planted in an otherwise clean house; each must be found, by exactly one sentence. */
const planted: readonly [what: string, path: string, text: string, found: RegExp][] = [
  ['core reaching for storage', 'core/a.ts', "import { x } from '../storage/b.ts';", /core may not know storage/],
  ['llm reaching for cost', 'llm/openai/a.ts', "import { x } from '../../cost/b.ts';", /llm may not know cost/],
  ['a type alone', 'llm/a.ts', "import type { X } from '../cost/b.ts';", /llm may not know cost/],
  ['a type among values', 'chat/a.ts', "import { type X, y } from '../host/b.ts';", /chat may not know host/],
  ['many lines', 'llm/a.ts', "import {\n  x,\n  y,\n} from '../cost/b.ts';", /llm may not know cost/],
  ['double quotes', 'llm/a.ts', 'import x from "../cost/b.ts";', /llm may not know cost/],
  ['a side effect', 'llm/a.ts', "import '../cost/b.ts';", /llm may not know cost/],
  ['a later import', 'llm/a.ts', "const x = await import('../cost/b.ts');", /llm may not know cost/],
  [
    'an import with attributes',
    'llm/a.ts',
    "const x = await import('../cost/b.ts', { with: {} });",
    /llm may not know cost/,
  ],
  ['a type by import()', 'llm/a.ts', "let x: import('../cost/b.ts').X;", /llm may not know cost/],
  ['require', 'llm/a.ts', "const x = require('../cost/b.ts');", /llm may not know cost/],
  ['passing on', 'llm/a.ts', "export { x } from '../cost/b.ts';\nexport const y = 1;", /llm may not know cost/],
  [
    'an import after a comment with a quote',
    'llm/a.ts',
    "// it's\nimport { x } from '../cost/b.ts';",
    /llm may not know cost/,
  ],
  ['protocol reaching for core', 'protocol/a.ts', "import { x } from '../core/b.ts';", /protocol may not know core/],
  ['protocol using Node', 'protocol/a.ts', "import { x } from 'node:path';", /protocol does not have/],
  ['protocol using a package', 'protocol/a.ts', "import x from 'valibot';", /protocol may not use/],
  ['the webview reaching for llm', 'webview/a.ts', "import type { X } from '../llm/b.ts';", /webview may not know llm/],
  ['the webview using Node', 'webview/a.ts', "import { x } from 'node:buffer';", /webview does not have/],
  ['the webview using Ajv', 'webview/a.ts', "import { x } from 'ajv';", /webview may not use/],
  ['chat speaking protocol', 'chat/a.ts', "import type { X } from '../protocol/b.ts';", /chat may not know protocol/],
  [
    'the host reaching for the webview',
    'host/a.ts',
    "import { x } from '../webview/b.ts';",
    /host may not know webview/,
  ],
  [
    'the extension reaching for the webview',
    'extension.ts',
    "import { x } from './webview/b.ts';",
    /may not know webview/,
  ],
  [
    'anybody reaching for the extension',
    'host/a.ts',
    "import { x } from '../extension.ts';",
    /host may not know extension/,
  ],
  ['vscode below the host', 'chat/a.ts', "import * as vscode from 'vscode';", /chat may not use/],
  ['the types of vscode below the host', 'tools/a.ts', "import type { Uri } from 'vscode';", /tools may not use/],
  ['a package nobody allowed', 'cost/a.ts', "import x from '@scope/pkg/inner.js';", /cost may not use/],
  ['leaving src', 'core/a.ts', "import { x } from '../../test/b.ts';", /outside src/],
  ['an import without extension', 'host/a.ts', "import { x } from '../core/b';", /without its extension/],
  ['an import of nothing', 'host/a.ts', "import { x } from '../core/gone.ts';", /does not exist/],
  ['export *', 'core/a.ts', "export * from './b.ts';\nexport const y = 1;", /barrel/],
  [
    'a file that only passes on',
    'core/a.ts',
    "export { x } from './b.ts';\nexport type { Y } from './b.ts';",
    /barrel/,
  ],
  ['an index file', 'core/index.ts', 'export const x = 1;', /index file/],
  ['CamelCase', 'core/RateLimit.ts', 'export const x = 1;', /kebab-case/],
  ['snake_case', 'core/rate_limit.ts', 'export const x = 1;', /kebab-case/],
  ['utils', 'core/utils.ts', 'export const x = 1;', /says nothing/],
  ['a helper', 'core/date-helper.ts', 'export const x = 1;', /says nothing/],
  ['a folder of helpers', 'core/helpers/date.ts', 'export const x = 1;', /says nothing/],
  ['a manager', 'core/session-manager.ts', 'export const x = 1;', /says nothing/],
  ['a new top folder', 'shared/a.ts', 'export const x = 1;', /not a part of the house/],
  ['a long file', 'core/a.ts', 'const x = 1;\n'.repeat(maxLines + 1), /301 lines/],
];
for (const [what, path, text, found] of planted)
  test(`${what} is found`, () => {
    const b = 'export const x = 1;\nexport type X = 1;';
    const clean = ['core', 'storage', 'llm', 'cost', 'tools', 'chat', 'host', 'protocol', 'webview'].map(
      folder => [`${folder}/b.ts`, b] as const,
    );
    const house = new Map<string, string>([...clean, ['extension.ts', b]]);
    assert.deepEqual(brokenRules(house), []);
    const broken = brokenRules(new Map([...house, [path, text]]));
    assert.equal(broken.length, 1, broken.join('\n'));
    assert.match(broken[0]!, found);
  });

const allowed: readonly [what: string, path: string, text: string][] = [
  ['reaching left', 'chat/a.ts', "import { x } from '../core/b.ts';\nimport { x as y } from '../tools/b.ts';"],
  ['the own folder, also from deeper in it', 'llm/openai/chat/a.ts', "import { x } from '../../b.ts';"],
  ['host and webview speaking protocol', 'host/a.ts', "import type { X } from '../protocol/b.ts';"],
  ['protocol within itself', 'protocol/a.ts', "import { x } from './b.ts';"],
  ['vscode in the host', 'host/commands/a.ts', "import * as vscode from 'vscode';"],
  [
    'an import that is only spoken of',
    'core/a.ts',
    "// import { x } from '../host/b.ts'\n/* from '../host/b.ts' */\nexport const y = 1;",
  ],
  ['a URL in a string', 'core/a.ts', "export const y = 'https://example.com'; // from 'x'"],
  ['a file of exactly as many lines', 'core/a.ts', 'const x = 1;\n'.repeat(maxLines)],
];
for (const [what, path, text] of allowed)
  test(`${what} is fine`, () => {
    const b = 'export const x = 1;';
    const house = ['core', 'tools', 'llm', 'protocol', 'host'].map(folder => [`${folder}/b.ts`, b] as const);
    assert.deepEqual(brokenRules(new Map([...house, [path, text]])), []);
  });
