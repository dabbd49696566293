import type { ErrorScript, Faults, RawScript, Script } from '../loopback/script.ts';
import { errorBody, TYPE_OF_STATUS } from './errors.ts';
import type { Exchange } from './exchange.ts';

/** What the API says with these statuses where a test does not care for the words ("Errors" on platform.claude.com). */
const WORDS: Readonly<Record<number, string>> = {
  401: 'invalid x-api-key',
  429: "This request would exceed your organization's rate limit.",
  500: 'Internal server error',
  529: 'Overloaded',
};

/** Answers byte by byte what a test wrote, or with the error it described. */
export async function sendScripted(exchange: Exchange, script: (RawScript | ErrorScript) & Script): Promise<void> {
  exchange.record.answeredBy = script.kind;
  if (script.kind === 'raw') return sendRaw(exchange, script, script.faults ?? {});
  const { status } = script;
  const type = script.type ?? TYPE_OF_STATUS[status] ?? 'api_error';
  exchange.record.errorCode = script.code ?? type;
  const message = script.message ?? WORDS[status] ?? `Scripted error ${status}.`;
  const body = errorBody(type, message, exchange.record.requestId, script.code ?? undefined);
  await exchange.send(status, 'application/json', body, script.faults);
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
