import type { Script } from '../loopback/script.ts';
import { acceptChat, chatCompletions } from './chat-completions.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { ModelApi } from './host.ts';
import { isOrganizationPath, organizationPage } from './organization.ts';
import { acceptResponses, responses } from './responses/responses.ts';
import { sendScripted } from './scripted-answer.ts';

interface ModelEndpoint {
  /** Checks a body without answering it. @throws ApiError for what the API refuses */
  readonly accept: (exchange: Exchange, body: unknown) => Promise<unknown>;
  readonly answer: (exchange: Exchange, key: string, body: unknown, script: Script | undefined) => Promise<void>;
}

const MODEL_ENDPOINTS: Readonly<Record<ModelApi, ModelEndpoint>> = {
  chat: { accept: acceptChat, answer: chatCompletions },
  responses: { accept: acceptResponses, answer: responses },
};

/** Answers one request whose body was read. @throws ApiError for what the API refuses */
export async function answerRequest(exchange: Exchange): Promise<void> {
  const { record, state } = exchange;
  const api = state.host.apiOf(record.path);
  const parsed = parseJson(exchange.bodyText);
  record.body = parsed?.value;
  if (parsed === undefined && exchange.bodyText !== '') record.bodyText = exchange.bodyText.slice(0, 65_536);
  const script = state.scripts.take({
    method: record.method,
    path: record.path,
    model: modelOf(record.body),
    bodyText: exchange.bodyText,
    runsModel: api !== undefined,
  });
  if (script?.kind === 'raw' || script?.kind === 'error') {
    if (api !== undefined) await noteViolations(exchange, api);
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
async function noteViolations(exchange: Exchange, api: ModelApi): Promise<void> {
  const { record, state } = exchange;
  try {
    const body = state.host.understand?.(exchange, api, record.body) ?? record.body;
    await MODEL_ENDPOINTS[api].accept(exchange, body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 400 && error.code !== 'context_length_exceeded') exchange.noteViolation(error);
  }
}

async function answerAsApi(
  exchange: Exchange,
  parsed: { readonly value: unknown } | undefined,
  script: Script | undefined,
): Promise<void> {
  const { record, state } = exchange;
  const { method, path } = record;
  const { host } = state;
  if (isOrganizationPath(path) && method === 'GET') {
    record.answeredBy = 'api';
    return exchange.sendJson(organizationPage(exchange, path, exchange.query), script?.faults);
  }
  const isModels = path === host.modelsPath || path.startsWith(`${host.modelsPath}/`);
  const api = host.apiOf(path);
  if (api === undefined && !isModels) throw new ApiError(404, `Invalid URL (${method} ${path})`);
  const expected = api === undefined ? 'GET' : 'POST';
  if (method !== expected) {
    const message = `Not allowed to ${method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`;
    throw new ApiError(405, message, { code: 'method_not_supported' });
  }
  const key = host.authorize(exchange);
  if (api === undefined) {
    record.answeredBy = 'api';
    return exchange.sendJson(models(exchange, path), script?.faults);
  }
  checkContentType(record.headers['content-type']);
  if (parsed === undefined) {
    throw badRequest(
      "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)",
      null,
      null,
    );
  }
  const body = host.understand?.(exchange, api, parsed.value) ?? parsed.value;
  await MODEL_ENDPOINTS[api].answer(exchange, key, body, script);
}

function models(exchange: Exchange, path: string): unknown {
  const data = exchange.state.models().list();
  const { modelsPath } = exchange.state.host;
  if (path === modelsPath) return { object: 'list', data };
  const id = decodeURIComponent(path.slice(modelsPath.length + 1));
  const found = data.find(model => model['id'] === id);
  if (found !== undefined) return found;
  throw new ApiError(404, `The model '${id}' does not exist`, { param: 'model', code: 'model_not_found' });
}

function checkContentType(header: string | undefined): void {
  const type = (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return;
  const message = `Unsupported content type: '${type}'. This API method only accepts 'application/json' requests, but you specified the header 'Content-Type: ${header ?? ''}'. Please try again with a supported content type.`;
  throw badRequest(message, null, 'unsupported_content_type');
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
