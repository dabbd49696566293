import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maxOffset, parseFromCostView } from '../../src/protocol/cost-messages.ts';
import { firstQuery } from '../../src/protocol/cost-view-state.ts';

const query = { ...firstQuery, group: { by: 'model', key: 'openai/gpt-4o', label: 'gpt-4o' }, bar: 5, search: 'loop' };

test('every message of the page is taken as it is, without what does not belong to it', () => {
  for (const message of [
    { type: 'ready' },
    { type: 'query', query: firstQuery },
    { type: 'query', query },
    { type: 'open', id: '0190-abc' },
    { type: 'open' },
    { type: 'compare', scope: 'session' },
    { type: 'export' },
    { type: 're-rate' },
    { type: 'delete' },
  ])
    assert.deepEqual(parseFromCostView({ ...message, extra: 1 }), message);
  assert.deepEqual(parseFromCostView({ type: 'query', query: { ...query, sql: 'DROP' } }), { type: 'query', query });
});

test('everything else is dropped', () => {
  const bad: unknown[] = [
    undefined, null, 'ready', [], { type: 'drop' }, { type: 'query' }, { type: 'open', id: 5 }, { type: 'open', id: 'x'.repeat(65) },
    { type: 'compare', scope: 'all' }, { type: 'compare' },
    ...[
      { range: 'year' }, { by: 'id' }, { search: 5 }, { search: 'x'.repeat(201) }, { order: 'started; DROP' }, { descending: 1 },
      { offset: -1 }, { offset: 0.5 }, { offset: maxOffset + 1 }, { bar: '5' }, { bar: -1 }, { group: 'a' }, { group: null },
      { group: { by: 'x', key: '', label: '' } }, { group: { by: 'model', key: 5, label: '' } },
      { group: { by: 'model', key: 'x'.repeat(1001), label: '' } }, { group: { by: 'model', key: '' } },
    ].map(change => ({ type: 'query', query: { ...query, ...change } })),
  ]; // prettier-ignore
  for (const value of bad) assert.equal(parseFromCostView(value), undefined, JSON.stringify(value));
});

test('no value whatever makes the host throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom('query', 'open', 'compare', 'ready'), (value, type) => {
      parseFromCostView(value);
      parseFromCostView({ type, query: value, id: value, scope: value });
    }),
  );
});
