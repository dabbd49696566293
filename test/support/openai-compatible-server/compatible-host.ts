import { ApiError, badRequest, unsupportedParameter } from '../openai-server/errors.ts';
import type { Exchange } from '../openai-server/exchange.ts';
import type { Host } from '../openai-server/host.ts';
import { compatibleWriter } from './chat-writer.ts';
import type { CompatibleServerSettings } from './settings.ts';

const settingsOf = ({ state }: Exchange): CompatibleServerSettings => state.settings as CompatibleServerSettings;

/** Any of the hosts that speak OpenAI's API: the same checks, and what each of them adds or asks for. */
export const compatibleHost: Host = {
  // Below whatever the base URL is: /v1, /api/v1, /openai/v1, or nothing.
  apiOf(path) {
    if (path.endsWith('/chat/completions')) return 'chat';
    return path.endsWith('/responses') ? 'responses' : undefined;
  },
  modelsPath: '/v1/models',
  authorize(exchange) {
    const { keyless, keys } = settingsOf(exchange);
    const { authorization } = exchange.record.headers;
    if (keyless) {
      // A key for another host does not belong here.
      if (authorization !== undefined) exchange.noteViolation(badRequest('A key where none is asked for.', null, null));
      return 'nobody';
    }
    const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
    if (keys === 'any' ? key === '' : !keys.includes(key)) throw new ApiError(401, 'No auth credentials found');
    return key;
  },
  understand(exchange, api, body) {
    if (typeof body !== 'object' || body === null) return body;
    const { refuses, habit } = settingsOf(exchange);
    for (const name of refuses) if (name in body) throw unsupportedParameter(name);
    if (api === 'responses') return body;
    return habit === 'deepseek' ? withoutReasoning(body) : checkRoles(body);
  },
  headers: exchange => ({ 'x-request-id': exchange.record.requestId, ...billHeaders(exchange) }),
  translate: error =>
    // OpenRouter and LiteLLM repeat the status as the code, a number.
    error instanceof HostError ? error : new HostError(error),
  chat: { shared: { system_fingerprint: 'fp_loopback' } },
  writer: compatibleWriter,
};

/** `{"error":{message, code: 429, type, param}}`: what `code` means differs from host to host, so a number is the least a client gets. */
class HostError extends ApiError {
  constructor({ status, message, type, param, code, headers }: ApiError) {
    super(status, message, { type, param, code, headers });
  }

  override body(): string {
    const { message, type, param, code, status } = this;
    return JSON.stringify({ error: { message, type, param, code: code ?? status } });
  }
}

interface Spoken {
  readonly messages?: readonly Readonly<Record<string, unknown>>[];
}

/** Chat templates of open models know no "developer". */
function checkRoles(body: Spoken): object {
  for (const [at, { role }] of (body.messages ?? []).entries())
    if (role === 'developer')
      throw badRequest("Unexpected role 'developer'", `messages[${at}].role`, 'unsupported_value');
  return body;
}

/** Demanded where tools are called ("Thinking Mode", tool calls), taken everywhere. */
function withoutReasoning(body: Spoken): object {
  const messages = (body.messages ?? []).map(({ reasoning_content: thought, ...message }) => {
    if (message['tool_calls'] && typeof thought !== 'string')
      throw new ApiError(400, 'The reasoning_content in the thinking mode must be passed back to the API.', {
        code: 'invalid_request_error',
      });
    return message;
  });
  return checkRoles({ ...body, messages });
}

function billHeaders(exchange: Exchange): Record<string, string> {
  const { habit, cost } = settingsOf(exchange);
  if (habit !== 'litellm') return {};
  const streamed = Reflect.get(Object(exchange.record.body), 'stream') === true;
  return {
    'x-litellm-call-id': exchange.record.requestId,
    'x-litellm-version': '1.91.0',
    // Known when it leaves only for a whole answer.
    ...(cost !== undefined && !streamed && { 'x-litellm-response-cost': cost }),
  };
}
