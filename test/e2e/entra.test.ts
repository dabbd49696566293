// Azure by Microsoft sign-in in a real VS Code: its own question whether we may, the token of the moment with each request, and no trace of it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import { VSIX } from '../../scripts/host/folders.ts';
import { type AzureServer, azureServerInProcess } from '../support/azure-openai-server/in-process.ts';
import { Workbench } from './support/workbench.ts';

let azure: AzureServer;
let window: Workbench;
const folder = mkdtempSync(join(tmpdir(), 'pennyloom-sign-in-'));
const tokenFile = join(folder, 'token');

before(async () => {
  azure = await azureServerInProcess({ keyAuth: false });
  const signIn = join(folder, 'microsoft-sign-in.vsix');
  await createVSIX({
    cwd: fileURLToPath(new URL('support/microsoft-sign-in', import.meta.url)),
    packagePath: signIn,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  await give('token-of-the-morning-0123456789');
  window = await Workbench.open({
    vsix: [signIn, VSIX],
    env: { PENNYLOOM_TEST_TOKEN_FILE: tokenFile },
    settings: {
      'pennyloom.provider': 'azure-openai',
      'pennyloom.endpoints': { 'azure-openai': azure.url },
      'pennyloom.model': 'team-chat',
      'pennyloom.azure.deployments': { 'team-chat': 'gpt-4.1' },
      'pennyloom.azure.auth': 'entra',
      'pennyloom.azure.entraHosts': ['127.0.0.1'],
    },
  });
  await window.chat.open();
});
after(async () => {
  await window?.close();
  await azure?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** From now on only this token is good, and it is what the sign-in gives. */
async function give(token: string): Promise<void> {
  writeFileSync(tokenFile, token);
  await azure.control.configure({ tokens: [token] });
}

const consent = () => window.dialog(/wants to sign in using Microsoft/);
const bearers = async (): Promise<unknown[]> =>
  (await azure.control.requests()).map(({ headers }) => headers.authorization);

test('who does not sign in is told how to go on, and nothing is sent', async t => {
  window.watch(t);
  const turn = await window.chat.ask('Hello?');
  await consent().waitFor();
  await window.screenshot('entra consent');
  await consent().getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await turn.finished(), 'failed');
  assert.match(await turn.failureText(), /Sign in to Microsoft.*"pennyloom\.azure\.auth"/);
  assert.deepEqual(await azure.control.requests(), []);
});

test('who allows it once is answered from then on, always with the token of the moment', async t => {
  window.watch(t);
  const first = await window.chat.ask('Hello?');
  await consent().getByRole('button', { name: 'Allow' }).click();
  assert.equal(await first.finished(), 'done');
  assert.deepEqual([...new Set(await bearers())], ['Bearer token-of-the-morning-0123456789']);
  await azure.control.reset();
  await give('token-of-the-evening-0123456789');
  const second = await window.chat.ask('And again?');
  assert.equal(await second.finished(), 'done');
  assert.deepEqual([...new Set(await bearers())], ['Bearer token-of-the-evening-0123456789']);
  for (const { headers, violations } of await azure.control.requests()) {
    assert.equal(headers['api-key'], undefined);
    assert.deepEqual(violations, []);
  }
});

test('no token is kept: not in settings, databases, logs or the state of the window', async () => {
  for (const token of ['token-of-the-morning', 'token-of-the-evening'])
    assert.deepEqual(await window.filesContaining(token), []);
});

test('a host that nobody named is sent nothing', async t => {
  window.watch(t);
  await azure.control.reset();
  await window.setSettings({ 'pennyloom.azure.entraHosts': [] });
  await window.chat.open();
  const turn = await window.chat.ask('Hello?');
  assert.equal(await turn.finished(), 'failed');
  assert.match(await turn.failureText(), /127\.0\.0\.1 is not a host of Azure/);
  assert.deepEqual(await azure.control.requests(), []);
});
