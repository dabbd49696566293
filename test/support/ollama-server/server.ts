import { startVendorServer, type VendorServer } from '../loopback/vendor-server.ts';
import { acceptChat } from './chat.ts';
import { LoadedModels } from './loaded-models.ts';
import { answerAsApi } from './routes.ts';
import { DEFAULT_SETTINGS, type OllamaServerSettings } from './settings.ts';

export interface OllamaServer extends VendorServer<OllamaServerSettings> {
  readonly loaded: LoadedModels;
}

/** A server that speaks Ollama's own API, in this process. */
export async function ollamaServer(settings: Partial<OllamaServerSettings> = {}): Promise<OllamaServer> {
  const loaded = new LoadedModels();
  const server = await startVendorServer<OllamaServerSettings>({
    settings: { ...DEFAULT_SETTINGS, ...settings },
    runsModel: path => path === '/api/chat',
    // All that Ollama says of what went wrong (docs/api/errors.mdx, read 2026-11-28).
    errorBody: (_, message) => JSON.stringify({ error: message }),
    standardErrors: STANDARD_ERRORS,
    accept: acceptChat,
    answer: (exchange, script) => answerAsApi(exchange, loaded, script),
    forget: () => loaded.clear(),
  });
  return { ...server, loaded };
}

/** What Ollama and ollama.com say with these statuses (server/routes.go, server/sched.go, read 2026-11-28). */
const STANDARD_ERRORS: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  403: 'remote model is unavailable',
  429: 'you (loopback) have reached your hourly usage limit',
  500: 'llama runner process has terminated',
  503: 'server busy, please try again.  maximum pending requests exceeded',
};
