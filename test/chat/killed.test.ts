import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createSampleTools } from '../support/sample-tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ask, openChat, textOf } from './open-chat.ts';
import { startWalk } from './openai-walk.ts';

const program = fileURLToPath(new URL('killed-process.ts', import.meta.url));

for (const { moment, text, calls, asked } of [
  { moment: 'text', text: 'Let me look.|It is noon', calls: ['done', 'done'], asked: { calls: 2, unknownCalls: 1 } },
  { moment: 'tool', text: 'Let me look.', calls: ['done', 'not-run'], asked: { calls: 1, unknownCalls: 0 } },
])
  test(`a window killed during ${moment} leaves a stopped answer with what had arrived, and the conversation goes on`, async test => {
    const folder = await temporaryFolder(test);
    const { signal, stdout } = spawnSync(process.execPath, [program, folder, moment], { encoding: 'utf8' });
    assert.equal(signal, 'SIGKILL');
    const walk = await startWalk(test);
    const { calculator, getTime } = createSampleTools();
    const { session, turn } = await openChat(test, {
      provider: walk.provider,
      folder,
      conversationId: stdout,
      tools: [calculator, getTime],
    });
    assert.deepEqual(
      session.conversation.turns.map(({ ending }) => [ending?.status, ending?.model]),
      [
        ['done', 'gpt-4o'],
        ['stopped', 'gpt-4o'],
      ],
    );
    assert.equal(textOf(turn(1)), text);
    const cost = turn(1).ending!.cost;
    assert.deepEqual({ calls: cost.calls, unknownCalls: cost.unknownCalls }, asked);
    assert.deepEqual(
      turn(1).entries.flatMap(entry => (entry.type === 'tool' ? entry.call.status : [])),
      calls,
    );
    await walk.control.script({ kind: 'reply', text: 'Noon.' });
    await session.send(ask('And now?'));
    const [request] = await walk.requests();
    assert.deepEqual([request?.status, request?.violations, textOf(turn(2))], [200, [], 'Noon.']);
    const said = JSON.stringify(request?.body);
    for (const part of text.split('|')) assert.ok(said.includes(part), part);
  });
