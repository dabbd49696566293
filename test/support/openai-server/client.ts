import { fileURLToPath } from 'node:url';
import type { LoopbackControl } from '../loopback/control.ts';
import { remoteControl } from '../loopback/control-client.ts';
import { startChildServer } from '../loopback/child-server.ts';
import type { OpenAiServerSettings } from './settings.ts';

export interface StartOptions extends Partial<OpenAiServerSettings> {
  /** Default: a free one. */
  readonly port?: number;
  /** The server program, where this file was bundled away from it. */
  readonly main?: string;
}

export interface RunningOpenAiServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What the product is configured with: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  readonly controlUrl: string;
  readonly controlToken: string;
  readonly control: LoopbackControl<OpenAiServerSettings>;
  stop(): Promise<void>;
}

/** Starts the loopback OpenAI server as a process of its own; as fast as it can, unless a pace is given. */
export async function startOpenAiServer(options: StartOptions = {}): Promise<RunningOpenAiServer> {
  const { port = 0, main = fileURLToPath(new URL('main.ts', import.meta.url)), ...settings } = options;
  const args = ['--port', String(port), '--pace', 'fast', '--settings', JSON.stringify(settings)];
  const { address, stop } = await startChildServer(main, args);
  const { url, baseUrl, controlUrl, controlToken } = address;
  const control = remoteControl<OpenAiServerSettings>(controlUrl, controlToken);
  return { url, baseUrl, controlUrl, controlToken, control, stop, [Symbol.asyncDispose]: stop };
}
