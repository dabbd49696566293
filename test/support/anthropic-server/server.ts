import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlOf, type LoopbackControl } from '../loopback/control.ts';
import { AnswerEndedError } from '../loopback/paced-answer.ts';
import { BodyTooLargeError, readBody } from '../loopback/read-body.ts';
import { ApiError } from './errors.ts';
import { Exchange } from './exchange.ts';
import { answerRequest } from './routes.ts';
import { ServerState, type World } from './server-state.ts';
import { type AnthropicServerSettings, DEFAULT_SETTINGS } from './settings.ts';

export type AnthropicControl = LoopbackControl<AnthropicServerSettings>;

export interface AnthropicServer extends AsyncDisposable {
  /** The origin: what Anthropic's own tools call the base URL. */
  readonly url: string;
  readonly control: AnthropicControl;
  stop(): Promise<void>;
}

/** "Request size limits": 32 MB for Messages ("Errors" on platform.claude.com, read 2026-11-28). */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

/** A server that speaks Anthropic's Messages API, in this process: real sockets, time and chance to inject. */
export async function anthropicServerInProcess(
  settings: Partial<AnthropicServerSettings> = {},
  world: Partial<World> = {},
): Promise<AnthropicServer> {
  const state = new ServerState({ ...DEFAULT_SETTINGS, ...settings }, { now: Date.now, newId: randomId, ...world });
  const server = createServer((request, response) => {
    void serve(state, request, response);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, control: controlOf(state), stop, [Symbol.asyncDispose]: stop };
}

function randomId(): string {
  return `01${randomBytes(16).toString('base64url').replaceAll('-', 'A').replaceAll('_', 'B')}`;
}

async function serve(state: ServerState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { now, newId } = state.world;
  const record = state.log.open({
    requestId: `req_${newId()}`,
    at: now(),
    method: request.method ?? 'GET',
    path: (request.url ?? '/').replace(/[?#].*$/s, ''),
    headers: { ...request.headers },
  });
  const exchange = new Exchange(record, state, response);
  try {
    const body = await readBody(request, MOST_BODY_BYTES);
    record.bodyBytes = body.length;
    record.timings.body = exchange.elapsed();
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
  // The client went away while it was still sending.
  if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') {
    exchange.record.aborted = true;
    return;
  }
  if (exchange.answered) {
    response.destroy();
    return;
  }
  await exchange.sendError(known(error)).catch((late: unknown) => {
    if (!(late instanceof AnswerEndedError)) throw late;
  });
}

function known(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof BodyTooLargeError) return new ApiError(413, 'Request exceeds the maximum size');
  return new ApiError(500, `The loopback server has a bug: ${error instanceof Error ? error.stack : String(error)}`);
}
