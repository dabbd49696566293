import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeModel } from '../../src/host/describe-model.ts';

test('a model is shown with its price, what a short question costs, and whether it sees', () => {
  const at = Date.UTC(2026, 10, 22);
  assert.deepEqual(describeModel({ provider: 'openai', model: 'gpt-4o' }, at, 'en'), {
    id: 'gpt-4o',
    name: 'gpt-4o',
    vision: true,
    price: '$2.50 in, $10.00 out per 1M tokens',
    // 1500 × $2.50 and 300 × $10 per million.
    typicalCost: '≈ $0.0068',
  });
  assert.equal(describeModel({ provider: 'openai', model: 'gpt-3.5-turbo' }, at, 'en').vision, false);
  assert.deepEqual(describeModel({ provider: 'openai', model: 'somebody-elses' }, at, 'en'), {
    id: 'somebody-elses',
    name: 'somebody-elses',
    vision: true,
  });
});
