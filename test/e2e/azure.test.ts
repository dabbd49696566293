// Moving to Azure in a real VS Code, from the guide to the answer in the chat, against a loopback resource that holds to Azure's rules.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { costOf } from '../../src/cost/cost-of.ts';
import { AZURE_KEY } from '../support/azure-openai-server/azure-settings.ts';
import { type AzureServer, azureServerInProcess } from '../support/azure-openai-server/in-process.ts';
import { Workbench } from './support/workbench.ts';

const title = 'Pennyloom: Migrate to Azure';
const steps = 6;
let azure: AzureServer;
let window: Workbench;

before(async () => {
  azure = await azureServerInProcess();
  window = await Workbench.open();
});
after(async () => {
  await window?.close();
  await azure?.stop();
});
beforeEach(() => azure.control.reset());

async function begin(): Promise<void> {
  await window.runCommand(title);
  await window.quickInput.step(1, steps);
  await window.quickInput.pick('Continue');
  await window.quickInput.step(2, steps);
}

/** Whatever VS Code keeps that names the resource. */
const written = (): Promise<string[]> => window.filesContaining(azure.url);

/** The guide, as VS Code draws Markdown. */
const guide = () =>
  window.page
    .frameLocator('iframe.webview.ready:not([src*="pennyloom.pennyloom"])')
    .last()
    .frameLocator('iframe#active-frame');

test('the guide shows eight differences and ten steps, and leaving in the middle changes nothing', async t => {
  window.watch(t);
  await begin();
  const { quickInput } = window;
  await guide().locator('ol > li').last().waitFor();
  assert.equal(await guide().locator('table tbody tr').count(), 8);
  assert.equal(await guide().locator('ol > li').count(), 10);
  await quickInput.answer(`${azure.url}/openai/v1/`);
  await quickInput.step(3, steps);
  await window.screenshot('migrate to azure');
  await quickInput.answer('team-chat');
  await quickInput.step(4, steps);
  await quickInput.cancel();
  assert.deepEqual(await written(), []);
  assert.deepEqual(await azure.control.requests(), []);
});

test('an address that is none is said at once; one that is, is understood, and the way back keeps it', async t => {
  window.watch(t);
  await begin();
  const { quickInput } = window;
  await quickInput.field.fill('https://portal.azure.com/#home');
  await quickInput.widget.getByText('page of the portal').waitFor();
  await window.page.keyboard.press('Enter');
  await quickInput.step(2, steps);
  await quickInput.field.fill(`"${azure.url}/openai/deployments/team-chat/chat/completions?api-version=2024-10-21",`);
  await quickInput.widget.getByText(`the API of 2024-10-21 of ${azure.url}, deployment team-chat`).waitFor();
  await window.page.keyboard.press('Enter');
  await quickInput.step(3, steps);
  assert.equal(await quickInput.field.inputValue(), 'team-chat');
  await quickInput.widget.getByRole('button', { name: 'Back' }).click();
  await quickInput.step(2, steps);
  assert.match(await quickInput.field.inputValue(), /deployments\/team-chat/);
  await quickInput.cancel();
});

test('a wrong deployment is found by the test; Change… keeps what was answered, and Undo has all as before the first attempt', async t => {
  window.watch(t);
  await begin();
  const { quickInput } = window;
  await quickInput.answer(azure.url);
  await quickInput.step(3, steps);
  await quickInput.answer('nobody');
  await quickInput.step(4, steps);
  await quickInput.pick('I do not know');
  await quickInput.step(5, steps);
  await quickInput.pick('API Key');
  await quickInput.step(6, steps);
  await quickInput.answer(AZURE_KEY);
  const failed = window.notification(/does not exist/);
  await failed.getByRole('button', { name: 'Change…' }).click();
  await failed.waitFor({ state: 'detached' });
  await quickInput.step(1, steps);
  await quickInput.pick('Continue');
  await quickInput.step(2, steps);
  assert.equal(await quickInput.field.inputValue(), azure.url);
  await window.page.keyboard.press('Enter');
  await quickInput.step(3, steps);
  assert.equal(await quickInput.field.inputValue(), 'nobody');
  await quickInput.answer('nobody-else');
  await quickInput.step(4, steps);
  await quickInput.pick('I do not know');
  await quickInput.step(5, steps);
  await quickInput.pick('API Key');
  await quickInput.step(6, steps);
  await quickInput.answer('');
  await failed.getByRole('button', { name: 'Undo' }).click();
  await window.page.getByText('Settings are as before').waitFor();
  const asked = (await azure.control.requests()).map(({ body, errorCode }) => [
    (body as { model: string }).model,
    errorCode,
  ]);
  assert.deepEqual(asked, [
    ['nobody', 'DeploymentNotFound'],
    ['nobody-else', 'DeploymentNotFound'],
  ]);
  assert.deepEqual(
    (await written()).filter(path => path.endsWith('settings.json')),
    [],
  );
});

test('all answered: it is written, tested, priced by what the person says, and the chat asks Azure', async t => {
  window.watch(t);
  await begin();
  const { quickInput } = window;
  await quickInput.answer(`${azure.url}/openai/deployments/gpt-4o/chat/completions?api-version=preview`);
  await quickInput.step(3, steps);
  // The address named it.
  assert.equal(await quickInput.field.inputValue(), 'gpt-4o');
  await quickInput.answer('gpt-4o');
  await quickInput.step(4, steps);
  await quickInput.rows.filter({ hasText: 'only a guess, by its name' }).first().waitFor();
  await window.screenshot('migrate to azure, which model');
  await quickInput.pick('I do not know');
  await quickInput.step(5, steps);
  await quickInput.pick('API Key');
  await quickInput.step(6, steps);
  // The key of the failed attempt was saved for this host.
  await quickInput.answer('');
  const answered = window.notification('Azure says that gpt-4o is gpt-5.4-2026-03-05');
  await answered.waitFor();
  assert.match((await answered.textContent()) ?? '', /This test cost unknown/);
  await answered.getByRole('button', { name: 'Use the Price of gpt-5.4-2026-03-05' }).click();
  assert.equal(await guide().locator('li', { hasText: '☑' }).count(), 6);

  await azure.control.reset();
  await window.chat.open();
  const turn = await window.chat.ask('What does src/greet.ts do?');
  assert.equal(await turn.finished(), 'done');
  const records = await azure.control.requests();
  assert.ok(records.length >= 2, 'the file was not read');
  for (const { path, headers, violations, body } of records) {
    assert.deepEqual(violations, []);
    assert.equal(path, '/openai/v1/chat/completions');
    assert.equal(headers['api-key'], AZURE_KEY);
    assert.equal((body as { model: string }).model, 'gpt-4o');
  }
  const bills = records.map(({ billed }) => {
    assert.ok(billed);
    const { promptTokens: inputTokens, completionTokens: outputTokens } = billed;
    const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
    return costOf({ provider: 'azure-openai', model: 'gpt-5.4', usage }).money!;
  });
  const exact = bills.reduce((sum, money) => sum.add(money));
  assert.ok(
    (await turn.factsText()).includes(exact.format('en')),
    `${await turn.factsText()} against ${exact.toString()}`,
  );
});

test('the key is in no file but the secret storage, where it is encrypted', async () => {
  assert.deepEqual(await window.filesContaining(AZURE_KEY), []);
});
