import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, afterEach } from 'node:test';
import { type Connect, connectDirectly } from '../../src/llm/http/connect.ts';
import { DirectAgent, type DirectAgentOptions } from '../../src/llm/http/direct-agent.ts';
import type { HttpCall, HttpRequest, ResponseHead, ResponseReader } from '../../src/llm/http/http-call.ts';
import { settled } from './fake-clock.ts';
import { startTcpServer, type TcpServer } from './tcp-server.ts';

// Importing this file sets up the test file that does: whatever a test opens is closed after it, and nothing may be left.

const cleanups: (() => unknown)[] = [];
const agents: DirectAgent[] = [];

afterEach(async () => {
  for (const agent of agents) agent.close();
  for (const agent of agents.splice(0)) assert.equal(agent.busy, 0);
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

after(async () => {
  const open = (): string[] => process.getActiveResourcesInfo().filter(kind => /TCP|TLS|Server/.test(kind));
  // Handles close in a later turn of the loop.
  for (let turn = 0; turn < 100 && open().length > 0; turn++) await settled();
  assert.deepEqual(open(), []);
});

export async function serve(...options: Parameters<typeof startTcpServer>): Promise<TcpServer> {
  const server = await startTcpServer(...options);
  cleanups.push(() => server.close());
  return server;
}

/** To be closed after the test. */
export function afterwards(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** An agent, and the sockets it makes. */
export function makeAgent(options: DirectAgentOptions = {}): { readonly agent: DirectAgent; readonly made: Socket[] } {
  const made: Socket[] = [];
  const through = options.connect ?? connectDirectly();
  const connect: Connect = (to, onBytes) => {
    const socket = through(to, onBytes);
    made.push(socket);
    return socket;
  };
  const agent = new DirectAgent({ ...options, connect });
  agents.push(agent);
  return { agent, made };
}

/** What a reader is told, in order; and it may do something about it at once. */
export class Told implements ResponseReader {
  readonly events: string[] = [];
  head: ResponseHead | undefined;
  body = '';
  error: (Error & { code?: string }) | undefined;
  call!: HttpCall;
  readonly over: Promise<void>;
  readonly #does: Partial<Record<'head' | 'bytes' | 'end', (told: Told) => void>>;
  #isOver!: () => void;

  constructor(does: Partial<Record<'head' | 'bytes' | 'end', (told: Told) => void>> = {}) {
    this.#does = does;
    this.over = new Promise(resolve => (this.#isOver = resolve));
  }

  onHead(head: ResponseHead): void {
    this.head = head;
    this.events.push('head');
    this.#does.head?.(this);
  }

  onBytes(chunk: Buffer): void {
    this.body += chunk.toString('latin1');
    this.events.push('bytes');
    this.#does.bytes?.(this);
  }

  onEnd(): void {
    this.events.push('end');
    this.#isOver();
    this.#does.end?.(this);
  }

  onError(error: Error): void {
    this.error = error;
    this.events.push('error');
    this.#isOver();
  }
}

/** Opens a request. */
export function send(agent: DirectAgent, request: Partial<HttpRequest> & Pick<HttpRequest, 'url'>, told = new Told()) {
  told.call = agent.open({ method: 'GET', headers: {}, ...request }, told);
  return told;
}

/** Asks, and waits for the end. */
export async function ask(...args: Parameters<typeof send>): Promise<Told> {
  const told = send(...args);
  await told.over;
  return told;
}

/** Whatever it died of. */
export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise(resolve => socket.once('close', resolve));
}

/** Until something has stayed the same for a thousand turns of this process, which is the server's too. */
export async function still(value: () => number): Promise<void> {
  for (let before = NaN, same = 0; same < 1000; same = value() === before ? same + 1 : 0, before = value())
    await settled();
}
