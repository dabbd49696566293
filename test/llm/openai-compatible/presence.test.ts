import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vendorOf } from '../../../src/llm/vendors.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { COMPATIBLE_KEY } from '../../support/openai-compatible-server/settings.ts';
import { served } from './served-host.ts';

const provider = 'openai-compatible';
const vendor = vendorOf(provider);

test('whether it runs is found out without key and headers; one that asks for a key is there', async () => {
  const presence = await vendor.probe!({
    provider,
    endpoint: served.baseUrl,
    apiKey: COMPATIBLE_KEY,
    // The 300 ms are not what this is about.
    clock: new FakeClock(0),
    headers: { 'x-team': 'blue' },
  });
  assert.deepEqual(presence, { isThere: true, words: 'running' });
  for (const { headers } of await served.control.requests())
    assert.ok(!('authorization' in headers) && !('x-team' in headers));
});

test('one that does not run is told with what starts it', async () => {
  // Port 9, discard: nothing listens there, and nothing of ours would.
  assert.deepEqual(await vendor.probe!({ provider, endpoint: 'http://localhost:9/v1' }), {
    isThere: false,
    words: 'not running',
  });
  assert.deepEqual(await vendor.probe!({ provider, endpoint: 'not an address' }), {
    isThere: false,
    words: 'not running',
  });
});
