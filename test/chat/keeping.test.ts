import assert from 'node:assert/strict';
import { test } from 'node:test';

import { settled } from '../support/fake-clock.ts';
import { Hold, ScriptedProvider, unavailable } from '../support/scripted-provider.ts';
import { ask, askAbout, openChat, reopened, textOf } from './open-chat.ts';

test('an answer that streams is saved at most once a second, and at its end', async test => {
  const holds = Array.from({ length: 5 }, () => new Hold());
  const steps = holds.flatMap((hold, index) => [{ type: 'text-delta', text: String(index) } as const, hold]);
  const provider = new ScriptedProvider().enqueue(...steps);
  const { session, clock, folder } = await openChat(test, { provider });
  const saved = (): string => textOf(reopened(folder, session.conversation.id)!.turns[0]!);
  const done = session.send(ask('Count'));

  const pauses = [400, 599, 1, 999, 0];
  const found: string[] = [];
  for (const [index, hold] of holds.entries()) {
    await hold.reached;
    await settled();
    found.push(saved());
    await clock.advance(pauses[index]!);
    hold.release();
  }
  await done;
  // Saved at 0 ms as a question without an answer, at 1000 ms with what was there, and with the end.
  assert.deepEqual(found, ['', '', '', '0123', '0123']);
  assert.equal(saved(), '01234');
});

test('a database that takes no more writes breaks no answer, not even one about an image, nor trying again', async test => {
  const provider = new ScriptedProvider()
    .enqueueText('One.')
    .enqueue(unavailable())
    .enqueueText('A picture.')
    .enqueueText('Still that picture.');
  const { session, db, turn, logged } = await openChat(test, { provider, ledgerApart: true });
  await session.send(ask('first'));
  db.run('PRAGMA query_only = ON');
  await session.send(askAbout('What is this?', Buffer.from('picture')));
  await session.retry(turn(1).id);
  await session.send(ask('And now?'));
  assert.deepEqual([0, 1, 2].map(index => [turn(index).ending?.status, textOf(turn(index))]), [['done', 'One.'], ['done', 'A picture.'], ['done', 'Still that picture.']]); // prettier-ignore
  for (const request of provider.history.slice(1))
    assert.match(JSON.stringify(request), /data:image\/png;base64,cGljdHVyZQ==/);
  assert.match(logged.join('\n'), /warn: The conversation could not be saved: .*readonly/);
});

test('what the model thought is kept with its turn, and goes to nobody with the next question', async test => {
  const provider = new ScriptedProvider()
    .enqueue(
      { type: 'thinking-delta', text: 'SECRET ' },
      { type: 'thinking-delta', text: 'THOUGHT' },
      { type: 'text-delta', text: 'Four.' },
    ) // prettier-ignore
    .enqueueText('Yes.');
  const first = await openChat(test, { provider });
  await first.session.send(ask('2 + 2?'));
  const { id } = first.session.conversation;
  first.session.dispose();
  first.closeStorage();

  const again = await openChat(test, { provider, folder: first.folder, conversationId: id });
  assert.deepEqual(again.turn(0).entries, [
    { type: 'thinking', text: 'SECRET THOUGHT', durationMs: 0 },
    { type: 'text', text: 'Four.' },
  ]);
  await again.session.send(ask('Sure?'));
  assert.equal(provider.history.length, 2);
  assert.doesNotMatch(JSON.stringify(provider.history[1]), /THOUGHT/);
});

test('a chat opened again has the same turns, and its next question knows them', async test => {
  const provider = new ScriptedProvider().enqueueText('A cat.').enqueue(unavailable()).enqueueText('Yes, black.');
  const first = await openChat(test, { provider });
  await first.session.send(askAbout('What is this?', Buffer.from([0, 255, 128])));
  await first.session.send(ask('lost'));
  const { id, turns } = first.session.conversation;
  first.session.dispose();
  first.closeStorage();

  const again = await openChat(test, { provider, folder: first.folder, conversationId: id });
  assert.deepEqual(again.session.conversation, { id, title: 'What is this?', turns });
  assert.ok(again.turn(0).ending?.cost.money.equals(turns[0]!.ending!.cost.money));
  await again.session.send(ask('Is it black?'));
  const { messages } = provider.history[2]!;
  assert.match(JSON.stringify(messages[1]), /data:image\/png;base64,AP\+A/);
  assert.deepEqual(
    messages.slice(2).map(({ content }) => content),
    ['A cat.', 'lost', 'Is it black?'],
  );
});
