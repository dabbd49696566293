import type { IncomingHttpHeaders } from 'node:http';
import type { Script } from '../loopback/script.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { acceptMessages, messages } from './messages.ts';
import { listServed } from './models.ts';
import { sendScripted } from './scripted-answer.ts';
import { MESSAGES } from './server-state.ts';
import type { AnthropicServerSettings } from './settings.ts';

const MODELS = '/v1/models';

/** Answers one request whose body was read. @throws ApiError for what the API refuses */
export async function answerRequest(exchange: Exchange): Promise<void> {
  const { record, state, bodyText } = exchange;
  const parsed = parseJson(bodyText);
  record.body = parsed?.value;
  if (parsed === undefined && bodyText !== '') record.bodyText = bodyText.slice(0, 65_536);
  const { method, path } = record;
  const runsModel = path === MESSAGES;
  const script = state.scripts.take({ method, path, model: modelOf(record.body), bodyText, runsModel });
  if (script?.kind === 'raw' || script?.kind === 'error') {
    if (runsModel) await noteViolations(exchange);
    return sendScripted(exchange, script);
  }
  try {
    await answerAsApi(exchange, parsed, script);
  } catch (error) {
    if (!(error instanceof ApiError) || script === undefined) throw error;
    // Faults asked for the next answer, whatever it is, are for this one; a reply waits for a request it can answer.
    if (script.kind === 'default') return exchange.sendError(error, script.faults);
    state.scripts.giveBack(script);
    throw error;
  }
}

/** Notes every violation without answering, for requests that a script answers come what may. */
async function noteViolations(exchange: Exchange): Promise<void> {
  try {
    await acceptMessages(exchange, exchange.record.body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 400 && !error.message.startsWith('prompt is too long')) exchange.noteViolation(error.message);
  }
}

async function answerAsApi(
  exchange: Exchange,
  parsed: { readonly value: unknown } | undefined,
  script: Script | undefined,
): Promise<void> {
  const { method, path, headers } = exchange.record;
  if (path !== MESSAGES && path !== MODELS) throw new ApiError(404, 'Not found');
  if (method !== (path === MESSAGES ? 'POST' : 'GET')) throw new ApiError(405, 'Method Not Allowed');
  const key = authorize(headers, exchange.state.settings);
  checkVersion(headers);
  if (path === MODELS) return exchange.send(200, 'application/json', JSON.stringify(models()), script?.faults);
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw badRequest('Content-Type must be application/json');
  if (parsed === undefined) throw badRequest('The request body is not valid JSON');
  if (headers['anthropic-version'] === LATEST) checkNoSampling(parsed.value);
  await messages(exchange, key, parsed.value, script);
}

/** "The temperature, top_p, and top_k request parameters are removed" with this version (API versioning, read 2026-11-28). */
const LATEST = '2026-10-21';

function checkNoSampling(body: unknown): void {
  for (const name of ['temperature', 'top_p', 'top_k'])
    if (typeof body === 'object' && body !== null && name in body)
      throw badRequest(`${name}: Extra inputs are not permitted`);
}

/** A key in its own header, as the reference has it, or as a bearer, as Anthropic's SDK sends it since version 1. */
function authorize(headers: IncomingHttpHeaders, { keys }: AnthropicServerSettings): string {
  const own = headers['x-api-key'];
  const key = typeof own === 'string' && own !== '' ? own : /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (key === undefined) throw new ApiError(401, 'x-api-key header is required');
  const good = keys === 'any' ? /^sk-ant-.{13,}$/.test(key) && !key.includes('invalid') : keys.includes(key);
  if (!good) throw new ApiError(401, 'invalid x-api-key');
  return key;
}

function checkVersion(headers: IncomingHttpHeaders): void {
  const version = headers['anthropic-version'];
  if (version === undefined) throw badRequest('anthropic-version: header is required');
  if (version !== '2023-06-01' && version !== LATEST)
    throw badRequest(`anthropic-version: "${String(version)}" is not a valid version`);
  // What is out of beta needs no header; whoever sends one wants something the server does not have.
  const beta = headers['anthropic-beta'];
  if (beta !== undefined)
    throw badRequest(`Unexpected value(s) \`${String(beta)}\` for the \`anthropic-beta\` header.`);
}

function models(): object {
  const data = listServed().map(({ id, name }) => ({
    type: 'model',
    id,
    display_name: name,
    created_at: '2026-01-01T00:00:00Z',
  }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function modelOf(body: unknown): string | undefined {
  const model = typeof body === 'object' && body !== null && 'model' in body ? body.model : undefined;
  return typeof model === 'string' ? model : undefined;
}
