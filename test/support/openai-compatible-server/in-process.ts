import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connectDirectly } from '../../../src/llm/http/connect.ts';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import type { LoopbackControl } from '../loopback/control.ts';
import { createOpenAiServer } from '../openai-server/server.ts';
import type { World } from '../openai-server/server-state.ts';
import { compatibleHost } from './compatible-host.ts';
import { COMPATIBLE_DEFAULTS, type CompatibleServerSettings } from './settings.ts';

export interface CompatibleServer extends AsyncDisposable {
  readonly url: string;
  readonly baseUrl: string;
  readonly control: LoopbackControl<CompatibleServerSettings>;
  /** Connections that end here whatever host they are for, so that a preset's own address can be asked. */
  readonly instead: () => DirectAgent;
  stop(): Promise<void>;
}

/** A compatible host in this process. */
export async function compatibleServerInProcess(
  settings: Partial<CompatibleServerSettings> = {},
  world: Partial<World> = {},
): Promise<CompatibleServer> {
  const all: Partial<CompatibleServerSettings> = { ...COMPATIBLE_DEFAULTS, ...settings };
  const { server, control } = createOpenAiServer(all, world, compatibleHost);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url,
    baseUrl: `${url}/v1`,
    control: control as unknown as LoopbackControl<CompatibleServerSettings>,
    instead: () =>
      new DirectAgent({
        connect: (to, onBytes) => connectDirectly()({ ...to, host: '127.0.0.1', port, secure: false }, onBytes),
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
