import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { Conversation, Turn } from '../../src/chat/conversation.ts';
import { ForgetfulHistory, SqliteHistory } from '../../src/chat/history.ts';
import { Money } from '../../src/core/money.ts';
import { openDatabase, type Database } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const facts = { workspace: 'workspace', now: 1 };

async function openHistory(test: TestContext): Promise<{ db: Database; history: SqliteHistory }> {
  const db = openDatabase(join(await temporaryFolder(test), 'pennyloom.db'), schema);
  test.after(() => db.close());
  return { db, history: new SqliteHistory(db) };
}

function turnNamed(id: string): Turn {
  return {
    id,
    feature: 'chat',
    question: { text: `question ${id}`, images: [], contexts: [] },
    entries: [{ type: 'text', text: `answer ${id}` }],
    messages: [{ role: 'user', content: `question ${id}` }],
    ending: {
      status: 'done',
      stopReason: 'end_turn',
      model: 'gpt-4o',
      // More digits than a double holds.
      cost: { money: Money.parse('12345678.000000000001'), calls: 1, unknownCalls: 0, estimatedCalls: 0 },
      durationMs: 12.5,
    },
  };
}

/** Adds turns one after the other, as a session does. */
function saveAll(history: SqliteHistory, conversation: Conversation, ...ids: string[]): void {
  for (const id of ids) {
    const turn = turnNamed(id);
    conversation.turns.push(turn);
    history.saveTurn(conversation, turn, facts);
  }
}

test('a conversation comes back as it was, money to the last digit', async test => {
  const { history } = await openHistory(test);
  const conversation: Conversation = { id: 'c', title: 'A title', turns: [] };
  saveAll(history, conversation, 'one', 'two');
  const other: Conversation = { id: 'other', title: 'Other', turns: [] };
  saveAll(history, other, 'three');
  assert.deepEqual(history.load('c'), conversation);
  assert.equal(history.load('c')?.turns[0]?.ending?.cost.money.toString(), '12345678.000000000001');
  assert.equal(history.load('nobody'), undefined);
});

test('a turn that is saved again replaces what was saved of it, in its place', async test => {
  const { history } = await openHistory(test);
  const conversation: Conversation = { id: 'c', title: '', turns: [] };
  saveAll(history, conversation, 'one', 'two');
  conversation.turns[0]!.entries.push({ type: 'notice', text: 'later' });
  conversation.title = 'Found a title';
  history.saveTurn(conversation, conversation.turns[0]!, facts);
  assert.deepEqual(history.load('c'), conversation);
});

test('a torn or foreign record is left out, and what is said afterwards still comes last', async test => {
  const { db, history } = await openHistory(test);
  saveAll(history, { id: 'c', title: '', turns: [] }, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const whole = JSON.stringify(turnNamed('x'));
  const spoil = (id: string, record: string) => db.run('UPDATE turns SET record = ? WHERE id = ?', record, id);
  spoil('a', whole.slice(0, 40));
  spoil('b', 'null');
  spoil('c', '{"id":"c","entries":[],"messages":[]}');
  spoil('d', '{"id":"d","entries":[],"messages":[],"question":{"text":"?","images":[],"contexts":[]},"ending":{}}');
  spoil('e', whole.replace('"money":"', '"money":"about '));
  spoil('f', JSON.stringify({ ...turnNamed('f'), ending: { ...turnNamed('f').ending, cost: { money: { $money: 'a lot' } } } })); // prettier-ignore

  const kept = history.load('c')!;
  assert.deepEqual(kept.turns.map(({ id }) => id), ['g', 'h']); // prettier-ignore
  saveAll(history, kept, 'new');
  assert.deepEqual(history.load('c')?.turns.map(({ id }) => id), ['g', 'h', 'new']); // prettier-ignore
});

test('images are found by turn and id, byte for byte, until their turn is removed', async test => {
  const { db, history } = await openHistory(test);
  saveAll(history, { id: 'c', title: '', turns: [] }, 'one', 'two');
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const large = new Uint8Array(1000).fill(7);
  history.saveImages('one', [{ id: 'i', mediaType: 'image/png', bytes }]);
  // A view into a larger buffer: only the view is the image.
  history.saveImages('two', [{ id: 'i', mediaType: 'image/webp', bytes: large.subarray(10, 13) }]);
  assert.equal(history.loadImage('one', 'i'), `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`);
  assert.equal(history.loadImage('two', 'i'), 'data:image/webp;base64,BwcH');
  assert.equal(history.loadImage('one', 'j'), undefined);
  history.removeTurn('one');
  assert.equal(history.loadImage('one', 'i'), undefined);
  assert.equal(db.get('SELECT COUNT(*) AS n FROM images')?.['n'], 1n);
  assert.deepEqual(history.load('c')?.turns.map(({ id }) => id), ['two']); // prettier-ignore
});

test('where nothing can be kept, images of this window are still found', () => {
  const history = new ForgetfulHistory();
  const image = { id: 'i', mediaType: 'image/gif', bytes: Buffer.from('GIF') };
  history.saveImages('one', [image]);
  history.saveImages('one1', [image]);
  assert.equal(history.load(), undefined);
  assert.equal(history.loadImage('one', 'i'), 'data:image/gif;base64,R0lG');
  history.removeTurn('one');
  assert.equal(history.loadImage('one', 'i'), undefined);
  assert.ok(history.loadImage('one1', 'i'));
});
