import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { LoopbackControl } from './control.ts';
import { readBody } from './read-body.ts';

/** Control calls are `POST /__control/<method>` with the arguments as a JSON array, and a token of their own. */
export const CONTROL_PREFIX = '/__control/';
const METHODS = ['script', 'configure', 'requests', 'waitForRequest', 'release', 'status', 'reset'] as const;
const LIMIT = 256 * 1024 * 1024;

/** The control channel as an HTTP server of its own port, so that no request under test can be mistaken for it. */
export function createControlServer<Settings>(control: LoopbackControl<Settings>, token: string): Server {
  return createServer((request, response) => {
    answer(control, token, request, response).catch((error: unknown) => {
      reply(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
}

async function answer<Settings>(
  control: LoopbackControl<Settings>,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers.authorization !== `Bearer ${token}`)
    return reply(response, 401, { error: 'wrong control token' });
  const name = METHODS.find(method => request.url === CONTROL_PREFIX + method);
  if (request.method !== 'POST' || name === undefined) {
    return reply(response, 404, { error: `POST ${CONTROL_PREFIX}{${METHODS.join('|')}}` });
  }
  const body = (await readBody(request, LIMIT)).toString('utf8');
  const args = (body === '' ? [] : JSON.parse(body)) as unknown[];
  const call = control[name] as (...given: unknown[]) => Promise<unknown>;
  reply(response, 200, { result: await call(...args) });
}

function reply(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
