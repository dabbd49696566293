import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { InProcessServer } from '../openai-server/in-process.ts';
import { createOpenAiServer } from '../openai-server/server.ts';
import type { World } from '../openai-server/server-state.ts';
import type { OpenAiServerSettings } from '../openai-server/settings.ts';
import { mistralHost } from './mistral-host.ts';

export const MISTRAL_KEY = 'Qn7h6rEWlmjs5iL67Y4rtladP3P76C2t';

/** Two with a reasoning effort, one without; limits and images as the OpenAI server has them for models it does not know. */
const models = ['mistral-medium-2604', 'mistral-small-2603', 'mistral-large-2512'];

/** Mistral in this process: real sockets, and the OpenAI server's counting and answering behind Mistral's own rules. */
export async function mistralServerInProcess(
  settings: Partial<OpenAiServerSettings> = {},
  world: Partial<World> = {},
): Promise<InProcessServer> {
  const { server, control } = createOpenAiServer({ extraModels: models, ...settings }, world, mistralHost);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url, baseUrl: `${url}/v1`, control, stop, [Symbol.asyncDispose]: stop };
}
