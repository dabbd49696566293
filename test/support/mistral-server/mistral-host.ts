import type { ErrorScript } from '../loopback/script.ts';
import { ApiError } from '../openai-server/errors.ts';
import type { Exchange } from '../openai-server/exchange.ts';
import type { Host } from '../openai-server/host.ts';
import { mistralWriter } from './chat-writer.ts';
import { checkConversation } from './conversation-rules.ts';
import { InvalidBody, MistralError, Unauthorized } from './errors.ts';
import { inOpenAiWords, type MistralRequest } from './request.ts';
import { bodyDetails } from './request-schema.ts';

/** Mistral's API as of November 2026; for its sources see the files beside this one. */
export const mistralHost: Host = {
  apiOf: path => (path === '/v1/chat/completions' ? 'chat' : undefined),
  modelsPath: '/v1/models',
  authorize({ record, state }) {
    const key = /^Bearer (\S+)$/.exec(record.headers.authorization ?? '')?.[1] ?? '';
    const { keys } = state.settings;
    const good = keys === 'any' ? /^[A-Za-z0-9]{32}$/.test(key) : keys.includes(key);
    if (!good) throw new Unauthorized();
    return key;
  },
  understand(exchange, _api, body) {
    const details = bodyDetails(body);
    for (const { type, loc, msg } of details)
      exchange.record.violations.push({ param: loc.slice(1).join('.'), code: type, message: msg });
    if (details.length > 0) throw new InvalidBody(details);
    checkOrNote(exchange, body as MistralRequest);
    return inOpenAiWords(body as MistralRequest);
  },
  headers: ({ record }) => ({ 'mistral-correlation-id': record.requestId, 'x-kong-request-id': record.requestId }),
  limits: inMinutes,
  translate,
  scripted: scriptedError,
  chat: { shared: {} },
  writer: () => mistralWriter,
};

function checkOrNote(exchange: Exchange, request: MistralRequest): void {
  try {
    checkConversation(request);
  } catch (error) {
    if (error instanceof ApiError) exchange.noteViolation(error);
    throw error;
  }
}

/** The same figures under Mistral's names, which say nothing of when they are full again (mistralai/client-ts#169). */
function inMinutes(headers: Readonly<Record<string, string>>): Record<string, string> {
  const names = { requests: 'req', tokens: 'tokens' };
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] => {
      const match = /^x-ratelimit-(limit|remaining)-(requests|tokens)$/.exec(name);
      if (match) return [[`x-ratelimit-${match[1]}-${names[match[2] as keyof typeof names]}-minute`, value]];
      return name.startsWith('x-ratelimit-') ? [] : [[name, value]];
    }),
  );
}

/** What the parts of the OpenAI server refuse, as Mistral words it. */
function translate(error: ApiError): ApiError {
  if (error instanceof MistralError || error instanceof InvalidBody || error instanceof Unauthorized) return error;
  const { status, message, code, headers } = error;
  const of = (to: number, type: string, number: string): MistralError =>
    new MistralError(to, message, { type, code: number, headers });
  if (code === 'model_not_found') return of(400, 'invalid_model', '1500');
  if (code === 'context_length_exceeded') return of(400, 'invalid_request_invalid_args', '3051');
  if (status === 429)
    return new MistralError(429, 'Rate limit exceeded', { type: 'rate_limited', code: '1300', headers });
  if (status === 404) return new MistralError(404, 'Not Found');
  return new MistralError(status, message, { type: error.type, code, headers });
}

/** What Mistral says with these statuses where a test does not care for the words (docs, "Error glossary", read 2026-11-28). */
function scriptedError(script: ErrorScript, error: ApiError): ApiError {
  const { status, type, code, message, param } = script;
  if (status === 401 && message === undefined) return new Unauthorized();
  const standard: Readonly<Record<number, readonly [message: string, type: string, code: string | null]>> = {
    402: ['Payment required', 'payment_required', null],
    403: ['This model is not available in your subscription tier', 'tier_not_allowed', '1910'],
    429: ['Rate limit exceeded', 'rate_limited', '1300'],
    500: ['Internal server error', 'internal_server_error', '3700'],
    503: ['Service unavailable.', 'internal_server_error', '3000'],
  };
  const [words, kind, number] = standard[status] ?? [error.message, 'invalid_request_error', null];
  return new MistralError(status, message ?? words, {
    type: type ?? kind,
    code: code === undefined ? number : code,
    param: param ?? null,
  });
}
