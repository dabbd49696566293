import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { probeRipgrep } from '../../src/tools/probe-ripgrep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const linux = { platform: 'linux', arch: 'x64', path: undefined } as const;
const posixOnly = { skip: process.platform === 'win32' ? 'modes of files decide here' : false };

for (const place of [
  'node_modules/@vscode/ripgrep-universal/bin/linux-x64/rg',
  'node_modules/@vscode/ripgrep/bin/rg',
  'node_modules.asar.unpacked/@vscode/ripgrep/bin/rg',
]) {
  test(`ripgrep is found at ${place}`, posixOnly, async t => {
    const folder = await temporaryFolder(t, { [place]: '' });
    assert.equal(await probeRipgrep(folder, linux), undefined, 'not while it cannot be run');
    await chmod(join(folder, place), 0o700);
    assert.equal(await probeRipgrep(folder, linux), join(folder, place));
  });
}

test('the PATH comes last, and only its absolute folders count', posixOnly, async t => {
  const folder = await temporaryFolder(t, { 'bin/rg': '', 'node_modules/@vscode/ripgrep/bin/rg': '' });
  await chmod(join(folder, 'bin/rg'), 0o700);
  const path = `.:bin::${join(folder, 'bin')}`;
  assert.equal(await probeRipgrep(folder, { ...linux, path }), join(folder, 'bin/rg'));
  assert.equal(await probeRipgrep(folder, { ...linux, path: 'bin:.' }), undefined);
  await chmod(join(folder, 'node_modules/@vscode/ripgrep/bin/rg'), 0o700);
  assert.equal(await probeRipgrep(folder, { ...linux, path }), join(folder, 'node_modules/@vscode/ripgrep/bin/rg'));
});
