import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endInterrupted, turnCost } from '../../src/chat/conversation.ts';
import { Drains } from '../../src/cost/drains.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { describeEvent } from '../../src/host/describe-chat.ts';
import type { StreamEvent } from '../../src/llm/stream-event.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { Hold, ScriptedProvider, tokens } from '../support/scripted-provider.ts';
import { ask, openChat, type OpenChat, reopened } from './open-chat.ts';

const text: StreamEvent = { type: 'text-delta', text: '12345678' };

/** A chat whose stopped answer is still read on, at `hold`. */
async function stoppedChat(t: Parameters<typeof openChat>[0]): Promise<{ chat: OpenChat; hold: Hold; drains: Drains }> {
  const clock = new FakeClock();
  const first = new Hold();
  const hold = new Hold();
  const usage: StreamEvent = { type: 'usage', usage: tokens(1000, 100) };
  const inner = new ScriptedProvider().enqueue(text, first, text, hold, usage);
  const drains = new Drains(clock, () => ({ ms: 60_000, bytes: 1000 }));
  let chat: OpenChat | undefined;
  const provider = (): ReturnType<typeof metered> =>
    metered(inner, {
      ledger: chat!.ledger,
      clock,
      maxTokens: 100,
      drains,
      facts: {
        session: 'session',
        conversation: chat!.session.conversation.id,
        turn: chat!.turn(-1).id,
        feature: 'chat',
        workspace: '',
      },
    });
  chat = await openChat(t, { provider, clock, metered: false });
  const asked = chat.session.send(ask('Hello'));
  await first.reached;
  chat.session.stop();
  await asked;
  first.release();
  await hold.reached;
  return { chat, hold, drains };
}

test('a stopped answer that is read on says that it is counting, then what it cost exactly, and is kept so', async t => {
  const { chat, hold } = await stoppedChat(t);
  const { ending } = chat.turn(-1);
  assert.equal(ending!.status, 'stopped');
  assert.ok(ending!.cost.counting);
  const finished = chat.events.find(({ type }) => type === 'turn-finished')!;
  const view = describeEvent(finished, 'en');
  assert.match(view?.type === 'turn-finished' ? view.facts!.cost : '', /^≈ \$0\.\d+, counting…$/);
  hold.release();
  await settled();
  await settled();
  assert.equal(chat.turn(-1).ending!.cost.counting, undefined);
  const counted = chat.events.find(({ type }) => type === 'turn-counted')!;
  // 1,000 in at $2.50 and 100 out at $10 a million.
  const facts = describeEvent(counted, 'en');
  assert.equal(facts?.type === 'facts-changed' ? facts.facts.cost : '', '$0.0035');
  const kept = reopened(chat.folder, chat.session.conversation.id)!.turns.at(-1)!;
  assert.equal(kept.ending!.cost.money.toString(), '0.003500');
  assert.equal(kept.ending!.cost.counting, undefined);
});

test('a window that closed while it counted finds the estimate the next time', async t => {
  const { chat, drains } = await stoppedChat(t);
  const { id } = chat.session.conversation;
  chat.session.dispose();
  drains.dispose();
  const again = reopened(chat.folder, id)!;
  assert.ok(again.turns.at(-1)!.ending!.cost.counting);
  endInterrupted(again, turn => chat.ledger.total({ turn }));
  const { cost } = again.turns.at(-1)!.ending!;
  assert.equal(cost.counting, undefined);
  assert.equal(cost.estimatedCalls, 1);
  assert.deepEqual(cost, turnCost(chat.ledger.total({ turn: again.turns.at(-1)!.id })));
});
