// A window that dies in the middle of an answer: run as `node killed-process.ts FOLDER MOMENT`, kills itself, prints the conversation's id before.
import { join } from 'node:path';

import { ChatSession } from '../../src/chat/chat-session.ts';
import { SqliteHistory } from '../../src/chat/history.ts';
import { silentLog } from '../../src/core/log.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { createToolRegistry } from '../../src/tools/tool-registry.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { createInMemoryWorkspace } from '../support/in-memory-workspace.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { Hold, ScriptedProvider } from '../support/scripted-provider.ts';
import { ask } from './open-chat.ts';

const [, , folder = '', moment] = process.argv;
const clock = new FakeClock();
const db = openDatabase(join(folder, 'pennyloom.db'), schema);
const ledger = ledgerIn(db, clock);
const tool = new Hold();
const pause = new Hold();
const end = new Hold();
const { calculator, getTime } = createSampleTools(async name => {
  // Long enough that the end of this call is saved.
  if (name === 'calculator') await clock.advance(2000);
  else if (moment === 'tool') await tool.wait(undefined);
});
const time = { id: 'call_t', name: 'get_time', arguments: '{"timezone":"CET"}' };
const sum = { id: 'call_s', name: 'calculator', arguments: '{"expression":"6*7"}' };
const provider = new ScriptedProvider()
  .enqueueText('An answer before.')
  .enqueue(
    { type: 'text-delta', text: 'Let me look.' },
    { type: 'tool-call', call: sum },
    { type: 'tool-call', call: time },
    { type: 'finish', reason: 'tool_use', metadata: {} },
  )
  .enqueue(
    { type: 'text-delta', text: 'It is' },
    pause,
    { type: 'text-delta', text: ' noon' },
    { type: 'text-delta', text: ' too late to be saved' },
    end,
  );
const session = new ChatSession({
  setUp: async facts => ({
    provider: metered(provider, {
      ledger,
      clock,
      maxTokens: 100,
      facts: { ...facts, session: 's', workspace: '' },
    }),
    tools: createToolRegistry([calculator, getTime]),
  }),
  ledger,
  history: new SqliteHistory(db),
  workspace: createInMemoryWorkspace({}),
  workspaceName: '',
  clock,
  newId: () => crypto.randomUUID(),
  log: silentLog,
});
await session.send(ask('before'));
void session.send(ask('How late is it, and what is 6*7?'));
if (moment === 'text') {
  await pause.reached;
  await clock.advance(2000);
  pause.release();
  await end.reached;
} else await tool.reached;
await settled();
process.stdout.write(session.conversation.id, () => process.kill(process.pid, 'SIGKILL'));
