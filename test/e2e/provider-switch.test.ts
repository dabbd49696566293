// One conversation in a real VS Code, answered by three providers in turn: whoever is chosen is asked, with the key that is theirs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MISTRAL_KEY, mistralServerInProcess } from '../support/mistral-server/in-process.ts';
import { type CompatibleServer, compatibleServerInProcess } from '../support/openai-compatible-server/in-process.ts';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { Workbench } from './support/workbench.ts';

const openAiKey = 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv';
const otherKey = 'sk-or-e2eKey0123456789';
const command = 'Pennyloom: Choose Provider';
let openai: RunningOpenAiServer;
let mistral: InProcessServer;
let host: CompatibleServer;
let window: Workbench;

before(async () => {
  [openai, mistral, host] = await Promise.all([
    startOpenAiServer(),
    mistralServerInProcess(),
    compatibleServerInProcess({ keyless: true }),
  ]);
  window = await Workbench.open({
    settings: {
      'pennyloom.endpoint': openai.baseUrl,
      'pennyloom.endpoints': { mistral: mistral.baseUrl, 'openai-compatible': host.baseUrl },
    },
  });
});
after(async () => {
  await window?.close();
  await Promise.all([openai?.stop(), mistral?.stop(), host?.stop()]);
});

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

/** The model calls that a server got, none of them with anything it objects to. */
async function asked(server: Pick<RunningOpenAiServer | InProcessServer | CompatibleServer, 'control'>) {
  const records = (await server.control.requests()).filter(({ path }) => path.endsWith('/chat/completions'));
  for (const { violations } of records) assert.deepEqual(violations, []);
  return records;
}

const idOf = (server: { readonly baseUrl: string }): string => new URL(server.baseUrl).host;

test('without a key the welcome leads to the other providers, and looking at them sends nothing away', async t => {
  window.watch(t);
  await window.chat.open();
  await window.chat.frame.locator('[data-action=choose-provider]').click();
  const { quickInput } = window;
  await quickInput.rows.filter({ hasText: 'Mistral' }).filter({ hasText: 'no key yet' }).waitFor();
  await quickInput.rows
    .filter({ hasText: idOf(host) })
    .first()
    .waitFor();
  await window.screenshot('choose provider');
  await quickInput.cancel();
  assert.deepEqual(await asked(openai), []);
  assert.deepEqual(await mistral.control.requests(), []);
});

test('the current one is asked for its key and answers', async t => {
  window.watch(t);
  await window.runCommand('Pennyloom: Set API Key');
  await window.quickInput.answer(openAiKey);
  await window.quickInput.widget.waitFor({ state: 'hidden' });
  const turn = await window.chat.ask('What does src/greet.ts do?');
  assert.equal(await turn.finished(), 'done');
  assert.equal((await asked(openai)).length, 2);
});

test('Mistral: chosen, given its key, and asked with the whole conversation', async t => {
  window.watch(t);
  await window.runCommand(command);
  const { quickInput } = window;
  await quickInput.pick('Mistral');
  await quickInput.widget.locator('.quick-input-title', { hasText: 'Set API Key for Mistral' }).waitFor();
  await quickInput.answer(MISTRAL_KEY);
  await quickInput.widget.locator('.quick-input-title', { hasText: 'Choose Model of Mistral' }).waitFor();
  await quickInput.cancel();
  const before = (await asked(openai)).length;
  const turn = await window.chat.ask('And who calls it?');
  assert.equal(await turn.finished(), 'done', await turn.failureText());
  assert.equal((await asked(openai)).length, before);
  const [first, ...others] = await asked(mistral);
  assert.ok(first);
  for (const { headers } of [first, ...others]) assert.equal(headers['authorization'], `Bearer ${MISTRAL_KEY}`);
  const roles = (first.body as Body).messages.map(({ role }) => role).filter(role => role !== 'system');
  // What was said beside the call goes before it: Mistral takes no message with both.
  assert.deepEqual(roles, ['user', 'assistant', 'assistant', 'tool', 'assistant', 'user']);
  assert.equal(await window.chat.turns.count(), 2);
});

test('a host of one’s own on this machine needs no key and gets none', async t => {
  window.watch(t);
  await window.runCommand(command);
  const { quickInput } = window;
  await quickInput.pick(idOf(host));
  await quickInput.widget.locator('.quick-input-title', { hasText: 'Choose Model of' }).waitFor();
  await quickInput.pick('Another Model…');
  await quickInput.answer('qwen3-coder');
  await quickInput.widget.waitFor({ state: 'hidden' });
  const turn = await window.chat.ask('Once more?');
  assert.equal(await turn.finished(), 'done', await turn.failureText());
  const records = await asked(host);
  assert.ok(records.length > 0);
  for (const { headers, body } of records) {
    assert.ok(!('authorization' in headers));
    assert.equal((body as { model: string }).model, 'qwen3-coder');
  }
  assert.deepEqual(
    (records[0]!.body as Body).messages
      .filter(({ role }) => role === 'user')
      .map(({ content }) => String(content).includes('greet')),
    [true, false, false],
  );
  // Nobody told what it cost, and OpenAI's prices are not this host's.
  assert.match(await turn.factsText(), /unknown/);
});

test('back at OpenAI nobody is asked for the key again, and the model is the one of before', async t => {
  window.watch(t);
  await window.runCommand(command);
  const { quickInput } = window;
  await quickInput.pick('OpenAI');
  await quickInput.widget.locator('.quick-input-title', { hasText: 'Choose Model of OpenAI' }).waitFor();
  await quickInput.cancel();
  const turn = await window.chat.ask('What did I ask first?');
  assert.equal(await turn.finished(), 'done', await turn.failureText());
  const records = await asked(openai);
  const { body } = records.at(-1)!;
  assert.equal((body as { model: string }).model, (records[0]!.body as { model: string }).model);
  assert.ok((body as Body).messages.filter(({ role }) => role === 'user').length >= 4);
  for (const { headers } of records) assert.equal(headers['authorization'], `Bearer ${openAiKey}`);
  assert.equal(await window.chat.turns.count(), 4);
});

test('of the keys of several hosts the one in use is cleared, and no other', async t => {
  window.watch(t);
  const { quickInput } = window;
  await window.runCommand(command);
  await quickInput.pick('OpenRouter');
  await quickInput.answer(otherKey);
  await quickInput.widget.locator('.quick-input-title', { hasText: 'Choose Model of OpenRouter' }).waitFor();
  await quickInput.cancel();
  await window.runCommand(command);
  // At the end of a list of which only what is seen is there.
  await quickInput.rows.first().waitFor();
  await quickInput.field.fill('Another OpenAI');
  await quickInput.pick('Another OpenAI-compatible host…');
  await quickInput.widget.locator('.quick-input-title', { hasText: 'Address of' }).waitFor();
  await quickInput.answer(host.baseUrl);
  await quickInput.widget.locator('.quick-input-title', { hasText: `Choose Model of ${idOf(host)}` }).waitFor();
  await quickInput.cancel();
  await window.runCommand('Pennyloom: Set API Key');
  await quickInput.answer(otherKey);
  await quickInput.widget.waitFor({ state: 'hidden' });
  await window.runCommand('Pennyloom: Clear API Key');
  await quickInput.rows.filter({ hasText: 'OpenRouter' }).waitFor();
  await quickInput.rows
    .filter({ hasText: idOf(host) })
    .filter({ hasText: 'in use' })
    .waitFor();
  await window.screenshot('clear api key');
  await window.page.keyboard.press('Enter');
  await quickInput.widget.waitFor({ state: 'hidden' });
  await window.runCommand(command);
  await quickInput.rows.filter({ hasText: 'OpenRouter' }).filter({ hasText: 'key saved' }).waitFor();
  assert.equal(
    await quickInput.rows
      .filter({ hasText: idOf(host) })
      .filter({ hasText: 'key saved' })
      .count(),
    0,
  );
  await quickInput.cancel();
});

test('each key was sent to its own host and is in no file but the secret storage', async () => {
  for (const server of [openai, mistral, host])
    for (const { headers, body } of await server.control.requests()) {
      const sent = JSON.stringify([headers, body]);
      if (server !== openai) assert.ok(!sent.includes(openAiKey));
      if (server !== mistral) assert.ok(!sent.includes(MISTRAL_KEY));
    }
  for (const key of [openAiKey, MISTRAL_KEY, otherKey]) assert.deepEqual(await window.filesContaining(key), []);
});
