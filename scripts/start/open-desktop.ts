import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SAMPLE_WORKSPACE, VSIX } from '../host/folders.ts';
import { QUIET_SETTINGS } from '../host/quiet-settings.ts';
import type { Backend } from './backend.ts';
import { endSignal } from './end-signal.ts';
import type { StartOptions } from './options.ts';

/** The person's desktop VS Code, with settings and extensions of its own: nothing of theirs is read or changed. */
export async function openDesktop(code: string, options: StartOptions, backend: Backend): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'pennyloom-start-'));
  const own = ['--user-data-dir', join(root, 'user'), '--extensions-dir', join(root, 'extensions')];
  const workspace = join(root, 'workspace', basename(SAMPLE_WORKSPACE));
  try {
    await cp(SAMPLE_WORKSPACE, workspace, { recursive: true });
    await mkdir(join(root, 'user/User'), { recursive: true });
    const settings = {
      ...QUIET_SETTINGS,
      ...backend.settings,
      'security.workspace.trust.enabled': false,
      'pennyloom.keySource': 'environment',
      ...(options.theme && { 'workbench.colorTheme': options.theme }),
    };
    await writeFile(join(root, 'user/User/settings.json'), JSON.stringify(settings, null, 2));
    await runCode(code, [...own, '--install-extension', VSIX, '--force'], {});
    console.log(`opening VS Code; answers come from ${backend.description}. Close the window or press Ctrl-C to end.`);
    await runCode(code, [...own, '--new-window', '--wait', workspace], { ...backend.env, OPENAI_API_KEY: backend.key });
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function runCode(code: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  // On Windows `code` is a batch file, which only a shell can start; our own paths then need quotes.
  const shell = process.platform === 'win32';
  const quoted = shell ? args.map(arg => `"${arg}"`) : args;
  const child = spawn(shell ? `"${code}"` : code, quoted, {
    env: { ...process.env, ...env },
    shell,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: !shell,
  });
  const exited = once(child, 'exit').then(() => 'exited' as const);
  const how = await Promise.race([exited, endSignal().then(() => 'told to end' as const)]);
  if (how === 'told to end') {
    if (shell || child.pid === undefined) {
      child.kill();
    } else {
      process.kill(-child.pid, 'SIGTERM');
    }
    await exited;
  } else if (child.exitCode !== 0) {
    throw new Error(`${[code, ...args].join(' ')} ended with ${child.exitCode ?? child.signalCode}`);
  }
}
