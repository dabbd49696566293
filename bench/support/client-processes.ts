import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ClientName, Order, PacedReply, Reply } from '../clients/client-process.ts';
import type { Scenario } from './chat-answer.ts';

/** Nothing here takes this long; a child that hangs must not hang the bench. */
const patienceMs = 60_000;

/** The stream server, in a process of its own. */
export async function startServer(): Promise<{ baseUrl(scenario: Scenario | 'paced'): string; stop(): void }> {
  const child = fork(join(import.meta.dirname, 'stream-server.ts'));
  const port = await nextMessage<number>(child);
  return { baseUrl: scenario => `http://127.0.0.1:${port}/${scenario}/v1`, stop: () => child.disconnect() };
}

export type Measured = Extract<Reply, { cpuMicros: number }>;

/** One client in a process of its own. */
export class ClientProcess {
  #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @returns undefined where the client is not installed. */
  static async start(
    name: ClientName,
    baseUrl: string,
    scenario: Scenario | 'paced',
  ): Promise<ClientProcess | undefined> {
    const child = fork(join(import.meta.dirname, '../clients/client-process.ts'), [name, baseUrl, scenario]);
    const reply = await nextMessage<Reply>(child);
    if ('ready' in reply) return new ClientProcess(child);
    child.disconnect();
    return undefined;
  }

  /** @throws where the client did not deliver exactly what was sent. */
  async read(streams: number): Promise<Measured> {
    const reply = await this.#order({ streams });
    if ('cpuMicros' in reply) return reply;
    throw new Error('failed' in reply ? reply.failed : 'unexpected reply');
  }

  /** All at once, from a server that sends at a model's pace. @throws as `read` does. */
  async readPaced(streams: number): Promise<PacedReply> {
    const reply = await this.#order({ streams });
    if ('pacedCpuMicros' in reply) return reply;
    throw new Error('failed' in reply ? reply.failed : 'unexpected reply');
  }

  #order(order: Order): Promise<Reply> {
    this.#child.send(order);
    return nextMessage<Reply>(this.#child);
  }

  async stop(): Promise<void> {
    const exited = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await exited;
  }
}

export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
    };
    const onMessage = (message: unknown): void => {
      settle();
      resolve(message as T);
    };
    const onExit = (code: number | null): void => {
      settle();
      reject(new Error(`process ended with ${code}`));
    };
    const timer = setTimeout(() => {
      settle();
      child.kill();
      reject(new Error(`no answer in ${patienceMs / 1000} s`));
    }, patienceMs);
    child.once('message', onMessage).once('exit', onExit);
  });
}
