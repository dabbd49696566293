// Models in the real host: the picker guides, is honest about prices and asks the provider only when a person does; providers compared.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { Workbench } from './support/workbench.ts';

let server: RunningOpenAiServer;
let window: Workbench;
let complaint: Promise<void>;

before(async () => {
  server = await startOpenAiServer();
  window = await Workbench.open({
    settings: {
      'pennyloom.endpoint': server.baseUrl,
      'pennyloom.keySource': 'environment',
      'pennyloom.models': [
        { provider: 'openai', id: 'house-tune', input: '0.30', output: 1.2, context: 128_000, tools: true },
        { provider: 'openai', id: 'broken', input: 'cheap', output: 1 },
      ],
    },
    env: { OPENAI_API_KEY: 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv', OPENAI_BASE_URL: server.baseUrl },
  });
  // Listened for before it can come: a notification goes by itself.
  complaint = window
    .notification(/"pennyloom\.models" is only used in part\. Entry 2 \("broken"\) has "input": "cheap"/)
    .waitFor({ timeout: 90_000 });
  complaint.catch(() => {});
  await window.chat.open();
});
after(async () => {
  await window?.close();
  await server?.stop();
});

/** What the open list shows of a row, as a screen reader hears it. */
const rowOf = (label: string) => window.quickInput.rows.filter({ hasText: label }).first();
const openPicker = async (): Promise<void> => {
  await window.runCommand('Pennyloom: Choose Model');
  // The end of a long list is only drawn when one gets there.
  await rowOf('In use').waitFor();
};

test('a setting with a wrong entry names it and uses the others', async t => {
  window.watch(t);
  await complaint;
});

for (const theme of ['Default Light Modern', 'Default Dark Modern', 'Default High Contrast'])
  test(`the list is there without asking anybody (${theme})`, async t => {
    window.watch(t);
    await window.setSettings({ 'workbench.colorTheme': theme });
    await openPicker();
    assert.match((await rowOf('gpt-5.4').getAttribute('aria-label')) ?? '', /\$2\.50 in, \$15\.00 out/);
    await window.screenshot(`model-picker-${theme.split(' ').slice(1).join('-').toLowerCase()}`);
    await window.quickInput.cancel();
    assert.deepEqual(await server.control.requests(), []);
  });

test('refreshed by a person, it tells what the key may use and when it ends, and the choice is made', async t => {
  window.watch(t);
  await openPicker();
  await window.quickInput.field.fill('Refresh Models');
  await window.quickInput.rows.first().click();
  await rowOf('house-tune').waitFor({ state: 'attached', timeout: 20_000 });
  const requests = await server.control.requests();
  assert.deepEqual(
    requests.map(({ method, path, violations }) => [method, path, violations.length]),
    [['GET', '/v1/models', 0]],
  );
  await window.quickInput.field.fill('house-tune');
  assert.match((await rowOf('house-tune').getAttribute('aria-label')) ?? '', /your price/);
  await window.screenshot('model-picker-own');
  await window.quickInput.rows.first().click();
  await window.chat.frame.getByText('house-tune').first().waitFor();
});

test('providers are compared on a page that VS Code draws', async t => {
  window.watch(t);
  await window.runCommand('Pennyloom: Compare Providers');
  const page = window.page
    .frameLocator('iframe.webview.ready:not([src*="pennyloom.pennyloom"])')
    .first()
    .frameLocator('iframe#active-frame');
  await page.getByRole('heading', { name: 'Providers Compared' }).waitFor();
  assert.equal(await page.getByRole('columnheader').count(), 6);
  assert.equal(await page.getByRole('row').count(), 10);
  await window.screenshot('compare-providers');
});
