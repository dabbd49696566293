import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { OpenAiControl } from './server.ts';
import { createOpenAiServer } from './server.ts';
import type { World } from './server-state.ts';
import type { OpenAiServerSettings } from './settings.ts';

export interface InProcessServer extends AsyncDisposable {
  readonly url: string;
  readonly baseUrl: string;
  readonly control: OpenAiControl;
  stop(): Promise<void>;
}

/** The server in this process, for unit tests: real sockets, but no start-up to wait for, and time and chance to inject. */
export async function openAiServerInProcess(
  settings: Partial<OpenAiServerSettings> = {},
  world: Partial<World> = {},
): Promise<InProcessServer> {
  const { server, control } = createOpenAiServer(settings, world);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!isInfo(address)) throw new Error('not listening on a port');
  const url = `http://127.0.0.1:${address.port}`;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url, baseUrl: `${url}/v1`, control, stop, [Symbol.asyncDispose]: stop };
}

function isInfo(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
