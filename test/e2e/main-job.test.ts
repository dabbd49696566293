// The whole road in a real VS Code, against the packed extension and the loopback server: one window, one person, one day.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { costOf } from '../../src/cost/cost-of.ts';
import { Money } from '../../src/core/money.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import type { RequestRecord } from '../support/loopback/request-log.ts';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { Workbench } from './support/workbench.ts';

const key = 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv';
const model = 'gpt-5.4';
let server: RunningOpenAiServer;
let window: Workbench;

before(async () => {
  server = await startOpenAiServer();
  window = await Workbench.open({ settings: { 'pennyloom.endpoint': server.baseUrl } });
});
after(async () => {
  await window?.close();
  await server?.stop();
});

/** What the server's own books say a request cost. */
function billed(records: readonly RequestRecord[]): Money {
  return Money.sum(
    records.flatMap(({ billed: usage }) => {
      if (!usage) return [];
      const { promptTokens: inputTokens, completionTokens: outputTokens } = usage;
      return (
        costOf({
          provider: 'openai',
          model,
          usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
        }).money ?? []
      );
    }),
  );
}

const chatRequests = async (): Promise<RequestRecord[]> =>
  (await server.control.requests()).filter(({ path }) => path.endsWith('/chat/completions'));

async function setKey(text: string): Promise<void> {
  await window.runCommand('Pennyloom: Set API Key');
  await window.quickInput.answer(text);
  await window.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

const inView = (testId: string): Locator => window.chat.frame.getByTestId(testId);

test('opening a window makes no request and shows the quiet status item', async t => {
  window.watch(t);
  assert.equal(await window.statusText(), 'Pennyloom');
  assert.equal(
    await window.statusBar().locator('a').getAttribute('aria-label'),
    'Pennyloom: nothing spent in this session',
  );
  await window.chat.open();
  await inView('welcome').waitFor();
  assert.deepEqual(await server.control.requests(), []);
});

test('sending without a key makes no request, says so, and offers the key and the way to one', async t => {
  window.watch(t);
  const turn = await window.chat.ask('Hello?');
  assert.equal(await turn.finished(), 'failed');
  assert.match(await turn.failureText(), /API key is required/);
  await turn.failure.locator('[data-action=set-key]').waitFor();
  await turn.failure.locator('[data-action=open-keys-page]').waitFor();
  assert.equal(await turn.failure.locator('li').count(), 6);
  assert.deepEqual(await server.control.requests(), []);
  assert.equal(await window.statusText(), 'Pennyloom');
});

test('the failure’s own button sets the key, and Try Again answers in its place', async t => {
  window.watch(t);
  await window.chat.lastTurn().failure.locator('[data-action=set-key]').click();
  await window.quickInput.answer(`  ${key}\t`);
  await window.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await window.chat.lastTurn().failure.locator('[data-action=try-again], [data-action=set-key]').first().waitFor();
  await window.runCommand('Pennyloom: New Chat');
  const turn = await window.chat.ask('What does src/greet.ts do?');
  assert.equal(await turn.finished(), 'done');
  const [call] = await turn.toolCallList();
  assert.equal(call?.name, 'read_file');
  assert.equal(call?.status, 'done');
  assert.match(await turn.answerText(), /greet/);
});

test('the tool call shows arguments and result; both requests were valid and carried the key', async t => {
  window.watch(t);
  const records = await chatRequests();
  assert.equal(records.length, 2);
  for (const record of records) {
    assert.deepEqual(record.violations, []);
    assert.equal(record.headers.authorization, `Bearer ${key}`);
  }
  const call = window.chat.lastTurn().toolCalls.first();
  await call.locator('summary, button').first().click();
  await call.getByText('"path": "src/greet.ts"').waitFor();
  await call.getByText('dayPart').first().waitFor();
});

test('the cost under the reply and in the status bar is the server’s own bill to the last digit', async t => {
  window.watch(t);
  const exact = billed(await chatRequests());
  const turn = window.chat.lastTurn();
  assert.ok(
    (await turn.factsText()).includes(exact.format('en')),
    `${await turn.factsText()} against ${exact.toString()}`,
  );
  assert.equal(await window.statusText(), exact.format('en'));
  assert.match(
    (await window.statusBar().locator('a').getAttribute('aria-label')) ?? '',
    /^Pennyloom session cost: .*cents$/,
  );
  await window.statusBar().hover();
  const tooltip = window.page
    .locator('.monaco-hover:visible, .workbench-hover:visible')
    .filter({ hasText: 'This month' });
  await tooltip.waitFor();
  const text = await tooltip.innerText();
  for (const fact of ['Session', 'Today', 'This month', 'no budget set', model, 'Rate limit', 'Prices of 20'])
    assert.ok(text.includes(fact), `the tooltip lacks "${fact}": ${text}`);
  await window.page.mouse.move(10, 10);
});

test('the ledger on the disk has one row for each request that the server saw, at its own bill, and no other', async t => {
  window.watch(t);
  const records = await chatRequests();
  const db = openDatabase(await window.fileNamed('pennyloom.db'), schema);
  const rows = db.all('SELECT feature, state, cost FROM calls ORDER BY started');
  db.close();
  assert.deepEqual(
    rows.map(row => [row['feature'], row['state'], row['cost']]),
    records.map(record => ['chat', 'reported', billed([record]).pico]),
  );
});

test('an answer is shown while it is written, its cost ticks, and Stop closes the socket and keeps the text', async t => {
  window.watch(t);
  await server.control.reset();
  await server.control.script({
    kind: 'reply',
    text: 'One thing after another. '.repeat(400),
    faults: { stall: { afterChunks: 60 } },
  });
  const turn = await window.chat.ask('Tell me a long story.');
  await turn.answer.getByText('One thing after another.').first().waitFor();
  assert.equal(await turn.status(), 'running');
  assert.match(await window.statusText(/≈/), /≈ \$0\.\d+/);
  await window.chat.stopButton.click();
  assert.equal(await turn.finished(5000), 'stopped');
  const record = await server.control.waitForRequest({ nth: 1 });
  assert.equal(record.aborted, true);
  assert.match(await turn.answerText(), /One thing after another/);
  assert.match(await turn.factsText(), /≈ \$0\.\d+.*stopped/s);
  assert.match(await window.statusText(/≈/), /≈ \$0\.\d+/);
});

test('the conversation goes on after a stop, and what was said is in it', async t => {
  window.watch(t);
  await server.control.script({ kind: 'reply', text: 'Going on.' });
  const turn = await window.chat.ask('Go on.');
  assert.equal(await turn.finished(), 'done');
  const record = await server.control.waitForRequest({ nth: 2 });
  assert.deepEqual(record.violations, []);
  const { messages } = record.body as { messages: { role: string; content: string }[] };
  assert.deepEqual(messages.map(({ role }) => role).slice(-3), ['user', 'assistant', 'user']);
  assert.match(messages.at(-2)!.content, /One thing after another/);
});

test('a pasted image shows its size and token cost, is removable, and reaches the model as a data URI', async t => {
  window.watch(t);
  await server.control.reset();
  const pictures = (await readdir(window.workspace, { recursive: true })).filter(name => name.endsWith('.png'));
  const file = join(window.workspace, pictures[0]!);
  await window.chat.pasteImage(file);
  // The size is known at once, the tokens when the host has answered.
  await window.chat.attachments.filter({ hasText: /\d+ ?× ?\d+[\s\S]*tokens/ }).waitFor();
  await window.chat.attachments.first().getByRole('button').last().click();
  assert.equal(await window.chat.attachments.count(), 0);
  await window.chat.pasteImage(file);
  const turn = await window.chat.ask('What is in this picture?');
  assert.equal(await turn.finished(), 'done');
  assert.match(await turn.answerText(), /PNG/);
  const record = await server.control.waitForRequest({ nth: 1 });
  assert.deepEqual(record.violations, []);
  assert.match(JSON.stringify(record.body), /"url":"data:image\/png;base64,/);
  assert.equal(await turn.question.locator('img').count(), 1);
});

test('what is no sendable image is refused with the reason, and nothing is attached', async t => {
  window.watch(t);
  await window.chat.pasteFile(join(window.workspace, 'README.md'), 'image/png');
  await inView('refusal').waitFor();
  assert.match(await inView('refusal').innerText(), /not an image/i);
  assert.equal(await window.chat.attachments.count(), 0);
});

test('Explain Selection streams into the chat with exactly the selected code', async t => {
  window.watch(t);
  await server.control.reset();
  const editor = await window.openFile('src/loop.ts');
  await editor.locator('.view-line').first().click();
  await window.page.keyboard.press('ControlOrMeta+Home');
  for (let line = 0; line < 3; line++) await window.page.keyboard.press('Shift+ArrowDown');
  await window.runCommand('Pennyloom: Explain Selection');
  await server.control.waitForRequest({ nth: 1 });
  const turn = window.chat.lastTurn();
  assert.equal(await turn.finished(), 'done');
  assert.match(await turn.question.innerText(), /src\/loop\.ts:1-3/);
  const [record] = await chatRequests();
  const { messages } = record!.body as { messages: { role: string; content: string }[] };
  const source = (await readFile(join(window.workspace, 'src/loop.ts'), 'utf8')).split('\n').slice(0, 3).join('\n');
  const asked = messages.findLast(({ role }) => role === 'user')!.content;
  assert.ok(asked.includes(source), asked);
  assert.ok(asked.includes('typescript') && asked.includes('src/loop.ts, lines 1-3'));
});

test('a code block can be copied and inserted at the cursor', async t => {
  window.watch(t);
  await server.control.script({ kind: 'reply', text: 'Here:\n\n```ts\nconst inserted = 42;\n```\n' });
  const turn = await window.chat.ask('Give me code.');
  await turn.finished();
  await turn.root.getByTestId('copy-code').click();
  await window.page.waitForFunction(
    `navigator.clipboard.readText().then(text => text.trim() === 'const inserted = 42;')`,
  );
  const editor = await window.openFile('src/greet.ts');
  await editor.locator('.view-line').first().click();
  await window.page.keyboard.press('ControlOrMeta+Home');
  await turn.root.getByTestId('insert-code').click();
  await window.page.locator('.monaco-editor .view-line').filter({ hasText: 'inserted' }).first().waitFor();
});

test('with streaming switched off the same answer comes at once, from the next question on', async t => {
  window.watch(t);
  await server.control.reset();
  await window.setSettings({ 'pennyloom.streaming': false, 'pennyloom.temperature': 0 });
  await server.control.script({ kind: 'reply', text: 'All at once.' });
  const turn = await window.chat.ask('No stream, please.');
  await turn.finished();
  assert.match(await turn.answerText(), /All at once\./);
  const [record] = await chatRequests();
  const body = record!.body as Record<string, unknown>;
  assert.equal(body['stream'], undefined);
  assert.equal(body['temperature'], 0);
  assert.equal(body['max_completion_tokens'], 4096);
  await window.setSettings({ 'pennyloom.streaming': undefined, 'pennyloom.temperature': undefined });
});

test('a setting out of range is refused before sending, with the range named', async t => {
  window.watch(t);
  await server.control.reset();
  await window.setSettings({ 'pennyloom.timeout': 0.5 });
  const turn = await window.chat.ask('Too hasty?');
  assert.equal(await turn.finished(), 'failed');
  assert.match(await turn.failureText(), /between 1 and 600 seconds/);
  assert.deepEqual(await chatRequests(), []);
  await window.setSettings({ 'pennyloom.timeout': undefined });
});

test('a model without a known price makes the sum "at least"', async t => {
  window.watch(t);
  await server.control.configure({ extraModels: ['house-model-7'] });
  await window.setSettings({ 'pennyloom.model': 'house-model-7' });
  await inView('model').filter({ hasText: 'house-model-7' }).waitFor();
  const turn = await window.chat.ask('Hello, house model.');
  assert.equal(await turn.finished(), 'done');
  assert.match(await turn.factsText(), /house-model-7.*unknown/s);
  assert.match(await window.statusText(/≥/), /≥ \$0\.\d+/);
  await window.setSettings({ 'pennyloom.model': undefined });
});

test('Test Connection reports model, time and cost', async t => {
  window.watch(t);
  await window.runCommand('Pennyloom: Test Connection');
  const toast = window.notification(/answered in .* s\. This test cost \$0\.\d+/);
  await toast.waitFor();
  assert.match(await toast.innerText(), /gpt-5\.4/);
  await window.runCommand('Notifications: Clear All Notifications');
});

test('the costs page shows the session by model, and the status item leads there', async t => {
  window.watch(t);
  await window.statusBar().locator('a').click();
  const costs = window.page
    .frameLocator('iframe.webview.ready[src*="extensionId=pennyloom.pennyloom"]')
    .last()
    .frameLocator('iframe#active-frame');
  await costs.getByRole('heading', { name: 'Costs' }).waitFor();
  await costs.getByRole('rowheader', { name: model }).first().waitFor();
  await costs.getByRole('rowheader', { name: 'house-model-7' }).first().waitFor();
  await window.screenshot('costs');
  await window.runCommand('View: Close Editor');
});

test('after a reload key and chat are still there, and the key is nowhere it can be seen', async t => {
  window.watch(t);
  await server.control.reset();
  const before = await window.chat.turns.count();
  assert.ok(before >= 2);
  await window.reload();
  await window.chat.open();
  await window.chat.turn(before - 1).root.waitFor();
  assert.equal(await window.chat.turns.count(), before);
  const dom = await window.chat.frame.locator('html').evaluate('document.documentElement.outerHTML');
  assert.ok(!String(dom).includes(key.slice(8)));
  assert.deepEqual(await window.filesContaining(key.slice(8)), []);
  const turn = await window.chat.ask('Do you remember me?');
  assert.equal(await turn.finished(), 'done');
  const [record] = await chatRequests();
  assert.equal(record!.headers.authorization, `Bearer ${key}`);
  assert.deepEqual(record!.violations, []);
});

test('what a draft would cost is shown while it is written, never more than its bound, and gone when it is sent', async t => {
  window.watch(t);
  await window.chat.composer.fill('A question that is being written.');
  const estimate = inView('estimate');
  await estimate.filter({ hasText: /^≈ \$0\.\d+ \(≤ \$\d+\.\d+\)$/ }).waitFor();
  const [, likely, most] = /≈ \$(\S+) \(≤ \$(\S+)\)/.exec(await estimate.innerText())!;
  assert.ok(Number(likely) <= Number(most));
  await window.screenshot('estimate');
  await window.chat.composer.fill('');
  await estimate.filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
});

test('New Chat begins an empty conversation', async t => {
  window.watch(t);
  await window.runCommand('Pennyloom: New Chat');
  await inView('welcome').waitFor();
  assert.equal(await window.chat.turns.count(), 0);
});

test('Clear API Key forgets it: the next question needs one again', async t => {
  window.watch(t);
  await setKey(key);
  await window.runCommand('Pennyloom: Clear API Key');
  await inView('welcome').getByRole('button', { name: 'Set API Key' }).waitFor();
  const turn = await window.chat.ask('Without a key?');
  assert.equal(await turn.finished(), 'failed');
  assert.match(await turn.failureText(), /API key is required/);
});

test('nothing went wrong in the page all along', () => {
  assert.deepEqual(window.pageErrors, []);
});
