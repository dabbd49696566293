import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderedId } from '../../src/core/ordered-id.ts';

test('an id is a UUID of version 7 that holds its millisecond', () => {
  const now = Date.UTC(2026, 10, 22, 12, 0, 0, 123);
  const id = orderedId(now);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number.parseInt(id.slice(0, 13).replace('-', ''), 16), now);
});

test('ids sort by their time, and no two are the same', () => {
  const moments = [0, 1, 2 ** 32, 2 ** 32 + 1, Date.UTC(2026, 0), 2 ** 48 - 1];
  const ids = moments.map(orderedId);
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(new Set(Array.from({ length: 10_000 }, () => orderedId(7))).size, 10_000);
});
