import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { openStorage } from '../../src/host/open-storage.ts';
import { logInto } from '../chat/open-chat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const call = {
  session: 's',
  conversation: 'c',
  turn: 't',
  feature: 'chat',
  workspace: '',
  provider: 'openai',
  model: 'gpt-4o',
  bound: undefined,
};
const usage = { inputTokens: 1000, outputTokens: 0, totalTokens: 1000 };

test('costs and conversations share one database, in a folder that is made where it is missing', async test => {
  const folder = join(await temporaryFolder(test), 'not', 'yet');
  const first = openStorage(folder, new FakeClock(), logInto([]));
  assert.equal(first.unavailable, undefined);
  first.ledger.reserve(call).settle(usage);
  first.history.saveTurn(
    { id: 'c', title: 'T', turns: [] },
    { id: 't', feature: 'chat', question: { text: 'Q', images: [], contexts: [] }, entries: [], messages: [] },
    { workspace: '', now: 1 },
  );
  first.ledger.dispose();
  const again = openStorage(folder, new FakeClock(), logInto([]));
  test.after(() => again.ledger.dispose());
  assert.equal(again.ledger.total({}).money.toString(), '0.002500');
  assert.equal(again.history.load('c')?.title, 'T');
});

test('where no database can be opened the window keeps its own books, and the log says why', async test => {
  const folder = await temporaryFolder(test, { 'pennyloom.db': 'this is no database '.repeat(100), file: '' });
  for (const place of [folder, join(folder, 'file', 'below')]) {
    const logged: string[] = [];
    const { ledger, history, unavailable } = openStorage(place, new FakeClock(), logInto(logged));
    assert.ok(unavailable);
    assert.match(logged.join(), /^error: Nothing is kept beyond this window: /);
    ledger.reserve(call).settle(usage);
    assert.equal(ledger.total({}).money.toString(), '0.002500');
    history.saveImages('t', [{ id: 'i', mediaType: 'image/png', bytes: Buffer.from('x') }]);
    assert.equal(history.loadImage('t', 'i'), 'data:image/png;base64,eA==');
  }
});
