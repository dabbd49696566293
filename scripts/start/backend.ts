import { randomBytes } from 'node:crypto';
import { startOpenAiServer } from '../../test/support/openai-server/client.ts';
import { DEMO_PACE } from '../../test/support/openai-server/settings.ts';

/** Who answers, and with which key. */
export interface Backend {
  readonly key: string;
  /** Settings that lead the extension there. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Environment that the extension host needs to get there. */
  readonly env: Readonly<Record<string, string>>;
  /** For the person: where the questions go, and who pays. */
  readonly description: string;
  stop(): Promise<void>;
}

/** A model of our own on this machine, at the speed of a real one. Its key opens nothing else. */
export async function demoBackend(): Promise<Backend> {
  const server = await startOpenAiServer({ pace: DEMO_PACE });
  return {
    key: `sk-demo-${randomBytes(18).toString('hex')}`,
    settings: { 'pennyloom.endpoint': server.baseUrl },
    env: { OPENAI_BASE_URL: server.baseUrl },
    description: `the built-in demonstration model at ${server.baseUrl} (nothing leaves this machine, and nobody is billed)`,
    stop: () => server.stop(),
  };
}

/** The default endpoint and the person's own key. */
export function liveBackend(): Backend {
  const ways = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];
  const known = ways.flatMap(name => (process.env[name] ? [[name, process.env[name]] as const] : []));
  return {
    key: process.env['OPENAI_API_KEY']?.trim() ?? '',
    settings: {},
    env: Object.fromEntries(known),
    description: 'api.openai.com, with the key in OPENAI_API_KEY: your account is billed',
    stop: () => Promise.resolve(),
  };
}
