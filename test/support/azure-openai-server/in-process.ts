import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { LoopbackControl } from '../loopback/control.ts';
import { createOpenAiServer } from '../openai-server/server.ts';
import type { World } from '../openai-server/server-state.ts';
import { azureHost } from './azure-host.ts';
import { AZURE_DEFAULTS, type AzureServerSettings } from './azure-settings.ts';

export interface AzureServer extends AsyncDisposable {
  /** The resource's root: `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly control: LoopbackControl<AzureServerSettings>;
  stop(): Promise<void>;
}

/** A resource of Azure's in this process: real sockets, and the OpenAI server's checks behind Azure's own. */
export async function azureServerInProcess(
  settings: Partial<AzureServerSettings> = {},
  world: Partial<World> = {},
): Promise<AzureServer> {
  const all: Partial<AzureServerSettings> = { ...AZURE_DEFAULTS, ...settings };
  const { server, control } = createOpenAiServer(all, world, azureHost);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url,
    control: control as unknown as LoopbackControl<AzureServerSettings>,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
