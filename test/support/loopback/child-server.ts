import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a server process prints, as one line of JSON, once it listens. */
export interface ServerAddress {
  /** The origin, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  /** What a client is configured with, e.g. `http://127.0.0.1:40123/v1`. */
  readonly baseUrl: string;
  readonly controlUrl: string;
  readonly controlToken: string;
  readonly pid: number;
}

export interface ChildServer {
  readonly address: ServerAddress;
  /** Ends the process and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server program with this Node and waits until it is up.
 * @throws Error with what it wrote to stderr when it ends before that
 */
export async function startChildServer(program: string, args: readonly string[]): Promise<ChildServer> {
  // ELECTRON_RUN_AS_NODE: inside a desktop editor, process.execPath is Electron.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const child = spawn(process.execPath, [program, ...args, '--with-parent'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const errors: Buffer[] = [];
  child.stderr.on('data', (part: Buffer) => errors.push(part));
  const line = await Promise.race([firstLine(child), once(child, 'exit').then(() => undefined)]);
  if (line === undefined) throw new Error(`${program} did not start: ${Buffer.concat(errors).toString('utf8')}`);
  return { address: JSON.parse(line) as ServerAddress, stop: () => stop(child) };
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined;
  for await (const line of createInterface(child.stdout)) return line;
  return undefined;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
