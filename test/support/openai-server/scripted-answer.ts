import type { ErrorScript, Faults, RawScript, Script } from '../loopback/script.ts';
import { ApiError } from './errors.ts';
import type { Exchange } from './exchange.ts';

/** Answers byte by byte what a test wrote, or with the error it described. */
export async function sendScripted(exchange: Exchange, script: (RawScript | ErrorScript) & Script): Promise<void> {
  exchange.record.answeredBy = script.kind;
  if (script.kind === 'raw') return sendRaw(exchange, script, script.faults ?? {});
  const standard = STANDARD_ERRORS[script.status] ?? {
    message: `Scripted error ${script.status}.`,
    type: 'server_error',
    code: null,
  };
  const described = new ApiError(script.status, script.message ?? standard.message, {
    type: script.type ?? standard.type,
    code: script.code === undefined ? standard.code : script.code,
    param: script.param,
  });
  const error = exchange.state.host.scripted?.(script, described) ?? described;
  exchange.record.errorCode = error.code;
  await exchange.send(script.status, 'application/json', error.body(), script.faults);
}

async function sendRaw(exchange: Exchange, script: RawScript, faults: Faults): Promise<void> {
  const answer = exchange.answer(faults);
  const { body = '' } = script;
  const chunks = (Array.isArray(body) ? body : [typeof body === 'string' ? body : JSON.stringify(body)]).map(toBytes);
  const headers = exchange.headers(script.contentType ?? 'application/json');
  // A list is a stream of unknown length; one body announces its length, also when it is going to be cut.
  if (!Array.isArray(body)) headers['content-length'] = String(chunks[0]?.length ?? 0);
  await answer.head(script.status ?? 200, headers);
  for (const [index, chunk] of chunks.entries()) {
    if (index > 0 && script.pauseMs !== undefined) await answer.pause(script.pauseMs);
    await answer.write(chunk);
  }
  await answer.end();
}

function toBytes(raw: string | { readonly base64: string }): Buffer {
  return typeof raw === 'string' ? Buffer.from(raw) : Buffer.from(raw.base64, 'base64');
}

/** What the API says with these statuses where a test does not care for the words (error codes guide, 2026-11). */
const STANDARD_ERRORS: Readonly<Record<number, { message: string; type: string; code: string | null }>> = {
  400: { message: 'Invalid request.', type: 'invalid_request_error', code: null },
  401: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' },
  403: {
    message: 'Country, region, or territory not supported',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  },
  404: { message: 'The requested resource does not exist.', type: 'invalid_request_error', code: null },
  429: { message: 'Rate limit reached for requests', type: 'requests', code: 'rate_limit_exceeded' },
  500: { message: 'The server had an error while processing your request.', type: 'server_error', code: null },
  503: {
    message: 'The server is currently overloaded with other requests. Please try again later.',
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
  },
};
