// Models that differ from the plain ones, in a real VS Code: one that takes tools only over Responses, and one that takes hardly anything.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { costOf } from '../../src/cost/cost-of.ts';
import { Money } from '../../src/core/money.ts';
import type { RequestRecord } from '../support/loopback/request-log.ts';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { unverifiedOrganization } from '../support/openai-server/unverified-organization.ts';
import { Workbench } from './support/workbench.ts';

const key = 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv';
const model = 'gpt-5.6-sol';
let server: RunningOpenAiServer;
let window: Workbench;

before(async () => {
  server = await startOpenAiServer();
  window = await Workbench.open({
    settings: { 'pennyloom.endpoint': server.baseUrl, 'pennyloom.keySource': 'environment', 'pennyloom.model': model },
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.baseUrl },
  });
  await window.chat.open();
});
after(async () => {
  await window?.close();
  await server?.stop();
});
beforeEach(() => server.control.reset());

/** What the server's own books say these requests cost, with every part of them told apart. */
function billed(records: readonly RequestRecord[]): Money {
  return Money.sum(
    records.map(({ billed: usage }) => {
      assert.ok(usage, 'a request was not billed');
      const { promptTokens, completionTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
      const { money } = costOf({
        provider: 'openai',
        model,
        usage: {
          inputTokens: promptTokens,
          outputTokens: completionTokens,
          totalTokens: promptTokens + completionTokens,
          cachedInputTokens: cachedTokens,
          cacheWriteTokens,
          reasoningTokens,
        },
      });
      assert.ok(money);
      return money;
    }),
  );
}

test('a model that takes tools only over Responses reads the workspace, twice over, at the price the server bills', async t => {
  window.watch(t);
  const turn = await window.chat.ask('What does src/greet.ts do?');
  assert.equal(await turn.finished(), 'done');
  const [call] = await turn.toolCallList();
  assert.deepEqual([call?.name, call?.status], ['read_file', 'done']);
  assert.match(await turn.answerText(), /greet/);
  // The second question carries the first one's calls, results and sealed reasoning back.
  const next = await window.chat.ask('And what does src/loop.ts do?');
  assert.equal(await next.finished(), 'done');
  assert.match(await next.answerText(), /loop/i);
  const records = await server.control.requests();
  assert.ok(records.length >= 4);
  for (const { path, status, violations, headers, body } of records) {
    assert.deepEqual([path, status, violations], ['/v1/responses', 200, []]);
    assert.equal(headers['authorization'], `Bearer ${key}`);
    assert.equal((body as { store?: boolean }).store, false);
  }
  const input = (records.at(-1)!.body as { input: { type?: string }[] }).input.map(({ type }) => type ?? 'message');
  for (const kind of ['reasoning', 'function_call', 'function_call_output'])
    assert.ok(input.includes(kind), input.join());
  const exact = billed(records).format('en');
  assert.equal(await window.statusText(/\$/), exact);
});

test('what the model thought opens under its line; an organization that may not see it is told so, once', async t => {
  window.watch(t);
  await window.runCommand('Pennyloom: New Chat');
  const script = {
    kind: 'reply',
    text: 'It greets.',
    reasoning: { text: ['**Reading**\n\nOne file will do.', '**Answering**\n\nIt greets.'], tokens: 64 },
  } as const;
  await server.control.script(script, unverifiedOrganization, script, script);
  const seen = await window.chat.ask('What does it do?');
  assert.equal(await seen.finished(), 'done');
  const line = seen.root.getByTestId('thinking');
  assert.match((await line.locator('summary').textContent()) ?? '', /^Thought for /);
  await line.locator('summary').click();
  assert.deepEqual(await line.getByTestId('thinking-text').locator('p').allTextContents(), [
    'Reading',
    'One file will do.',
    'Answering',
    'It greets.',
  ]);
  await window.screenshot('thought');
  const told = await window.chat.ask('Again?');
  assert.equal(await told.finished(), 'done');
  assert.equal(await told.root.getByTestId('thinking').count(), 0);
  await told.root
    .getByText('what the model thinks is not shown from now on. OpenAI shows it to verified organizations.')
    .waitFor();
  await window.screenshot('thought-not-shown');
  const quiet = await window.chat.ask('And again?');
  assert.equal(await quiet.finished(), 'done');
  assert.equal(await quiet.root.getByText('not shown').count(), 0);
  const records = await server.control.requests();
  assert.deepEqual(
    records.map(({ status, body }) => [status, 'reasoning' in (body as object)]),
    [
      [200, true],
      [400, true],
      [200, false],
      [200, false],
    ],
  );
});

test('o1-mini, set by hand, is told to take no files and no pictures, and is asked as it wants to be', async t => {
  window.watch(t);
  await server.control.configure({ today: '2025-01-15' });
  await window.setSettings({ 'pennyloom.model': 'o1-mini' });
  const notes = window.chat.frame.getByTestId('model-notes');
  await notes.filter({ hasText: 'cannot read your files, see images or answer word by word' }).waitFor();
  const pictures = (await readdir(window.workspace, { recursive: true })).filter(name => name.endsWith('.png'));
  await window.chat.pasteFile(join(window.workspace, pictures[0]!), 'image/png');
  await window.chat.refusal.filter({ hasText: /cannot (read|see) images/ }).waitFor();
  assert.equal(await window.chat.attachments.count(), 0);
  await window.screenshot('o1-mini');
  await window.runCommand('Pennyloom: New Chat');
  const turn = await window.chat.ask('What does src/greet.ts do?');
  assert.equal(await turn.finished(), 'done');
  assert.equal(await turn.toolCalls.count(), 0);
  const [record, ...more] = await server.control.requests();
  assert.equal(more.length, 0);
  assert.deepEqual([record?.path, record?.status, record?.violations], ['/v1/chat/completions', 200, []]);
  const body = record!.body as { tools?: unknown; stream?: unknown; messages: { role: string }[] };
  assert.deepEqual([body.tools, body.stream], [undefined, undefined]);
  assert.deepEqual(
    body.messages.map(({ role }) => role),
    ['user'],
  );
});

test('a conversation that outgrows its model is not sent, and goes on without its oldest messages', async t => {
  window.watch(t);
  await server.control.configure({ today: '2026-01-15' });
  await window.setSettings({ 'pennyloom.model': 'gpt-4', 'pennyloom.maxTokens': 7000 });
  await window.runCommand('Pennyloom: New Chat');
  const first = await window.chat.ask(`Remember this. ${'kettle '.repeat(250)}`);
  assert.equal(await first.finished(), 'done');
  await server.control.reset();
  await server.control.configure({ today: '2026-01-15' });
  const second = await window.chat.ask(`And this. ${'teapot '.repeat(200)}`);
  assert.equal(await second.finished(), 'failed');
  assert.match(
    await second.failureText(),
    /^About \d[\d,]* tokens of question and history and 7,000 for the answer are more than the 8,192 that gpt-4 reads/,
  );
  assert.deepEqual(await server.control.requests(), []);
  await window.screenshot('too-long');
  await second.failure.locator('[data-action=shorten]').click();
  await window.chat.frame.getByText(/2 earlier messages were left out/).waitFor();
  assert.equal(await window.chat.lastTurn().finished(), 'done');
  const [record] = await server.control.requests();
  assert.deepEqual([record?.status, record?.violations], [200, []]);
  assert.ok(!JSON.stringify(record!.body).includes('kettle kettle'));
});
