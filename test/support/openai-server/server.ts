import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { LoopbackControl } from '../loopback/control.ts';
import { controlOf } from '../loopback/control.ts';
import { AnswerEndedError } from '../loopback/paced-answer.ts';
import { BodyTooLargeError, readBody } from '../loopback/read-body.ts';
import { answerRequest } from './routes.ts';
import { ApiError } from './errors.ts';
import { Exchange } from './exchange.ts';
import type { Host } from './host.ts';
import { openAiHost } from './host.ts';
import type { World } from './server-state.ts';
import { ServerState } from './server-state.ts';
import type { OpenAiServerSettings } from './settings.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

export type OpenAiControl = LoopbackControl<OpenAiServerSettings>;

export interface OpenAiServer {
  /** Not listening yet. */
  readonly server: Server;
  readonly control: OpenAiControl;
}

const MOST_BODY_BYTES = 60 * 1024 * 1024;

/** A server that speaks OpenAI's API, in this process; main.ts runs one of its own. */
export function createOpenAiServer(
  settings: Partial<OpenAiServerSettings> = {},
  world: Partial<World> = {},
  host: Host = openAiHost,
): OpenAiServer {
  const state = new ServerState(
    { ...DEFAULT_SETTINGS, ...settings },
    { now: Date.now, newId: randomId, ...world },
    host,
  );
  const server = createServer((request, response) => {
    void serve(state, request, response);
  });
  server.keepAliveTimeout = 60_000;
  return { server, control: controlOf(state) };
}

function randomId(): string {
  return randomBytes(18).toString('base64url').replaceAll('-', 'A').replaceAll('_', 'B');
}

async function serve(state: ServerState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { now, newId } = state.world;
  const [path = '/', query = ''] = (request.url ?? '/').replace(/#.*$/s, '').split(/\?(.*)/s);
  const record = state.log.open({
    requestId: `req_${newId()}`,
    at: now(),
    method: request.method ?? 'GET',
    path,
    ...(query === '' ? {} : { query }),
    headers: { ...request.headers },
  });
  const exchange = new Exchange(record, state, response, new URLSearchParams(query));
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
  const { record } = exchange;
  if (error instanceof AnswerEndedError) return;
  if (isHangUp(error)) {
    record.aborted = true;
    return;
  }
  const known =
    error instanceof ApiError
      ? error
      : error instanceof BodyTooLargeError
        ? new ApiError(413, `Maximum content size limit exceeded: ${error.message}.`)
        : new ApiError(500, `The loopback server has a bug: ${error instanceof Error ? error.stack : String(error)}`, {
            type: 'server_error',
          });
  if (exchange.answered) {
    response.destroy();
    return;
  }
  await exchange.sendError(known).catch((late: unknown) => {
    if (!(late instanceof AnswerEndedError)) throw late;
  });
}

/** The client went away while it was still sending. */
function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
