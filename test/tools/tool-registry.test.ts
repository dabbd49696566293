import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allTools, createToolRegistry } from '../../src/tools/tool-registry.ts';
import { createSampleTools } from '../support/sample-tools.ts';

const { calculator, getTime, getWeather } = createSampleTools();

test("definitions carry the reference's calculator as it is, without anything of ours", () => {
  assert.deepEqual(createToolRegistry([calculator]).definitions, [
    {
      name: 'calculator',
      description: 'Perform mathematical calculations',
      parameters: {
        type: 'object',
        properties: { expression: { type: 'string', description: 'Mathematical expression to evaluate' } },
        required: ['expression'],
      },
    },
  ]);
});

test('a tool is found by its name, in the order given, and no other', () => {
  const registry = createToolRegistry([getWeather, getTime]);
  assert.deepEqual(registry.definitions.map(({ name }) => name), ['get_weather', 'get_time']); // prettier-ignore
  assert.equal(registry.find('get_time'), getTime);
  for (const name of ['calculator', '', 'constructor', '__proto__']) assert.equal(registry.find(name), undefined);
});

test('a tool whose name the vendors refuse is sent under another and found by it', () => {
  for (const name of ['', 'two words', 'dot.ted', 'größe', 'x'.repeat(65), 'a\n']) {
    const odd = { ...calculator, name };
    const registry = createToolRegistry([odd, calculator]);
    const [sent] = registry.definitions;
    assert.match(sent!.name, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.equal(registry.find(sent!.name), odd);
    assert.equal(registry.find('calculator'), calculator);
  }
});

test('two tools of one name are a mistake', () => {
  assert.throws(() => createToolRegistry([calculator, { ...calculator }]), /Two tools/);
});

test('our own tools form a registry, only read, and have closed schemas that describe every argument', () => {
  assert.deepEqual(createToolRegistry(allTools).definitions.map(({ name }) => name), ['read_file', 'list_files', 'search_text']); // prettier-ignore
  for (const { effect, parameters, description } of allTools) {
    assert.equal(effect, 'read');
    assert.equal(parameters['additionalProperties'], false);
    assert.ok(description.length > 40);
    for (const property of Object.values(parameters['properties'] as object))
      assert.ok((property as { description?: string }).description);
  }
});

test('summaries are one line whatever the model wrote', () => {
  for (const tool of allTools) {
    for (const value of [undefined, null, 7, {}, [], 'a\nb', '\u202Egnp.exe', 'x'.repeat(100_000)]) {
      const args = Object.fromEntries(
        ['path', 'query', 'glob', 'startLine', 'endLine', 'recursive'].map(name => [name, value]),
      );
      const summary = tool.summarize(args);
      assert.ok(summary.length < 400 && !/[\p{Cc}\u202E]/u.test(summary), summary);
    }
  }
});
