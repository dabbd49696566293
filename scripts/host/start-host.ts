import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { hostRelease, type HostRelease, type ReleaseName } from './folders.ts';
import { QUIET_SETTINGS } from './quiet-settings.ts';

export interface HostOptions {
  readonly release?: ReleaseName;
  /** Holds the server's data; one with data in it is used on. Default: a new temporary folder. */
  readonly folder?: string;
  /** What to remove when the server ends, however it ends. Default: the folder, if it was made here. */
  readonly removeAtEnd?: string;
  /** Default 0: a free one. Fixed when a browser profile must find its server again: secrets belong to an origin. */
  readonly port?: number;
  /** Packed extensions to install first. */
  readonly vsix?: readonly string[];
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the server, and so of the extension host, on top of a clean one. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Lets the workbench's address name an extension under development and its tests. Off for installed extensions: with the
   * driver on, modal dialogs are refused and notifications not shown.
   */
  readonly smokeTestDriver?: boolean;
  /** Ask whether to trust the folder, as a desktop VS Code does. Default: everything is trusted. */
  readonly workspaceTrust?: boolean;
  /** Default 60,000. */
  readonly startLimitMs?: number;
}

export interface Host {
  readonly release: HostRelease;
  /** `http://127.0.0.1:port`, no slash at the end. */
  readonly url: string;
  readonly folder: string;
  /** User/settings.json lives here. */
  readonly userFolder: string;
  /** The server's output so far. */
  readLog(): Promise<string>;
  /** Takes down the server and everything it started, and removes its folder unless that is to be used again. */
  stop(how?: { keepFolder?: boolean }): Promise<void>;
}

/**
 * Starts a real VS Code server on 127.0.0.1 that reaches for no network of its own.
 * @throws Error with the server's output, when it does not come up
 */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const release = hostRelease(options.release ?? 'newest');
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'pennyloom-host-')));
  const userFolder = join(folder, 'user');
  await mkdir(join(userFolder, 'User'), { recursive: true });
  await mkdir(join(folder, 'home'), { recursive: true });
  await mkdir(join(folder, 'extensions'), { recursive: true });
  const settingsFile = join(userFolder, 'User/settings.json');
  if (!existsSync(settingsFile)) {
    await writeFile(settingsFile, JSON.stringify({ ...QUIET_SETTINGS, ...options.settings }, null, 2));
  }
  await writeFile(join(folder, 'config.yaml'), '{}\n');
  const env = { ...cleanEnvironment(release, folder), ...options.env };
  const logFile = join(folder, 'server.log');
  const remove = options.removeAtEnd ?? (options.folder ? '-' : folder);
  try {
    for (const file of options.vsix ?? []) {
      await installExtension(release, folder, resolve(file), env);
    }
  } catch (error) {
    // No server will ever end and remove it.
    await rm(remove, { recursive: true, force: true });
    throw error;
  }
  const child = guarded(release, remove, serverArguments(release, folder, options), env, folder);
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const stop = async ({ keepFolder = false } = {}) => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.stdin?.end(keepFolder ? 'keep\n' : '');
      await exited;
    }
    log.end();
  };
  try {
    const url = await listening(child, options.startLimitMs ?? 60_000);
    return { release, url, folder, userFolder, readLog: () => readFile(logFile, 'utf8'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing of the person's own configuration gets in, and no marketplace: without the last line it is asked at every start. */
function cleanEnvironment(release: HostRelease, folder: string): Record<string, string> {
  const home = join(folder, 'home');
  return {
    HOME: home,
    PATH: `${dirname(release.node)}:/usr/local/bin:/usr/bin:/bin`,
    LANG: 'C.UTF-8',
    TMPDIR: tmpdir(),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_RUNTIME_DIR: home,
    EXTENSIONS_GALLERY: '{}',
  };
}

function dataArguments(release: HostRelease, folder: string): string[] {
  const user = ['--user-data-dir', join(folder, 'user'), '--extensions-dir', join(folder, 'extensions')];
  return release.codeServer
    ? [release.codeServer, '--config', join(folder, 'config.yaml'), ...user]
    : [release.serverMain, '--accept-server-license-terms', '--server-data-dir', join(folder, 'server'), ...user];
}

function serverArguments(release: HostRelease, folder: string, options: HostOptions): string[] {
  const port = String(options.port ?? 0);
  const trust = options.workspaceTrust ? [] : ['--disable-workspace-trust'];
  const common = [...dataArguments(release, folder), ...trust, '--disable-getting-started-override'];
  if (!release.codeServer) {
    const driver = options.smokeTestDriver ? ['--enable-smoke-test-driver'] : [];
    const quiet = ['--without-connection-token', '--telemetry-level', 'off'];
    return [...common, '--host', '127.0.0.1', '--port', port, ...quiet, ...driver];
  }
  const driver = options.smokeTestDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : [];
  const quiet = ['--disable-telemetry', '--disable-update-check', '--ignore-last-opened', '--disable-proxy'];
  return [...common, '--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', ...quiet, ...driver];
}

async function installExtension(release: HostRelease, folder: string, file: string, env: Record<string, string>) {
  const args = [...dataArguments(release, folder), '--install-extension', file, '--force'];
  const child = guarded(release, '-', args, env, folder);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const limit = new AbortController();
  void setTimeout(60_000, undefined, limit).then(
    () => child.stdin?.end(),
    () => {},
  );
  await once(child, 'exit');
  limit.abort();
  if (child.exitCode !== 0 || !/successfully installed/.test(output)) {
    throw new Error(`VS Code did not install ${file}\n${output}`);
  }
}

function guarded(
  release: HostRelease,
  remove: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
): ChildProcess {
  const guard = join(import.meta.dirname, 'guard.mjs');
  // Detached, so that Ctrl-C in the terminal reaches us first and the guard only by what we do about it.
  return spawn(release.node, [guard, remove, release.node, ...args], {
    env,
    cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The address, once the server says that it listens. */
async function listening(child: ChildProcess, limitMs: number): Promise<string> {
  let output = '';
  const seen = new Promise<string>(done => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const said = /(?:HTTP server listening on http:\/\/127\.0\.0\.1:|Extension host agent listening on )(\d+)/.exec(
        output,
      );
      if (said) {
        child.stdout?.off('data', read);
        child.stderr?.off('data', read);
        done(`http://127.0.0.1:${said[1]}`);
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
  const over = new AbortController();
  const ended = once(child, 'exit', over).then(([code]) => `ended with code ${String(code)} while starting`);
  const late = setTimeout(limitMs, `did not start in ${limitMs / 1000} s`, over);
  const outcome = Promise.race([ended, late]).then(what => {
    throw new Error(`VS Code ${what}\n${output}`);
  });
  try {
    return await Promise.race([seen, outcome]);
  } finally {
    outcome.catch(() => {});
    over.abort();
  }
}
