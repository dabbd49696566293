import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlOf, type LoopbackControl } from '../loopback/control.ts';
import { AnswerEndedError } from '../loopback/paced-answer.ts';
import { readBody } from '../loopback/read-body.ts';
import { ApiError } from './errors.ts';
import { Exchange } from './exchange.ts';
import { answerRequest } from './routes.ts';
import { ServerState } from './server-state.ts';
import { DEFAULT_SETTINGS, type OllamaServerSettings } from './settings.ts';

export interface OllamaServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly control: LoopbackControl<OllamaServerSettings>;
  readonly state: ServerState;
  stop(): Promise<void>;
}

const MOST_BODY_BYTES = 60 * 1024 * 1024;

/** A server that speaks Ollama's own API, in this process. */
export async function ollamaServer(settings: Partial<OllamaServerSettings> = {}): Promise<OllamaServer> {
  const state = new ServerState({ ...DEFAULT_SETTINGS, ...settings });
  const server = createServer((request, response) => void serve(state, request, response));
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let closed: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    if (!closed) {
      closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
    }
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, control: controlOf(state), state, stop, [Symbol.asyncDispose]: stop };
}

async function serve(state: ServerState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const record = state.log.open({
    requestId: '',
    at: state.now(),
    method: request.method ?? 'GET',
    path: (request.url ?? '/').replace(/[?#].*$/s, ''),
    headers: { ...request.headers },
  });
  const exchange = new Exchange(record, state, response);
  try {
    const body = await readBody(request, MOST_BODY_BYTES);
    record.bodyBytes = body.length;
    exchange.bodyText = body.toString('utf8');
    await answerRequest(exchange);
  } catch (error) {
    await failed(exchange, error, response);
  } finally {
    record.timings.end = exchange.elapsed();
    record.state = 'done';
    state.log.changed();
  }
}

async function failed(exchange: Exchange, error: unknown, response: ServerResponse): Promise<void> {
  if (error instanceof AnswerEndedError) return;
  if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') {
    exchange.record.aborted = true;
    return;
  }
  const why = error instanceof Error ? error.stack : String(error);
  const known = error instanceof ApiError ? error : new ApiError(500, `The loopback server has a bug: ${why}`);
  if (exchange.answered) {
    response.destroy();
    return;
  }
  await exchange.sendError(known).catch((late: unknown) => {
    if (!(late instanceof AnswerEndedError)) throw late;
  });
}
