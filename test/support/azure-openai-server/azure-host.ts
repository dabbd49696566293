import { ApiError, badRequest } from '../openai-server/errors.ts';
import type { Exchange } from '../openai-server/exchange.ts';
import type { Host, ModelApi } from '../openai-server/host.ts';
import {
  answerFilter,
  deploymentNotFound,
  GatewayError,
  promptFilter,
  resourceNotFound,
  scriptedError,
  wrongKey,
  wrongToken,
} from './azure-errors.ts';
import type { AzureServerSettings } from './azure-settings.ts';
import { checkVersion } from './version-rules.ts';

const CLASSIC = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/;

/** The settings of this host are more than those every host has. */
const settingsOf = ({ state }: Exchange): AzureServerSettings => state.settings as AzureServerSettings;

/** Azure OpenAI: OpenAI's API by deployment, under /openai/v1 and under dated paths; for its sources see azure-errors.ts. */
export const azureHost: Host = {
  apiOf(path) {
    if (path === '/openai/v1/chat/completions' || CLASSIC.test(path)) return 'chat';
    return path === '/openai/v1/responses' ? 'responses' : undefined;
  },
  modelsPath: '/openai/v1/models',
  authorize(exchange) {
    checkQuery(exchange);
    return authorize(exchange);
  },
  understand,
  headers: ({ record, elapsed }) => ({
    'x-request-id': record.requestId,
    'apim-request-id': `apim-${record.requestId}`,
    'x-ms-region': 'Switzerland North',
    'x-envoy-upstream-service-time': String(Math.round(elapsed())),
  }),
  limits: headers => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, inSeconds(name, value)])),
  translate,
  scripted: scriptedError,
  chat: {
    shared: { system_fingerprint: 'fp_loopback' },
    // Empty beside a role, calls or the end, as in sashabaranov/go-openai#444.
    choice: carriesText => ({ content_filter_results: carriesText ? answerFilter() : {} }),
    prompt: { prompt_filter_results: [{ prompt_index: 0, content_filter_results: promptFilter() }] },
  },
  // Azure/azure-rest-api-specs#42141.
  response: {
    content_filters: [{ blocked: false, source_type: 'prompt', content_filter_results: promptFilter() }],
  },
};

/** v1 has no dates, "preview" being its own word; the dated API has nothing without one. */
function checkQuery({ record, query }: Exchange): void {
  const version = query.get('api-version');
  if (record.path.startsWith('/openai/v1/')) {
    if (version === null || version === 'preview' || version === 'latest') return;
    throw new GatewayError(400, 'BadRequest', 'api-version query parameter is not allowed when using /v1 path');
  }
  if (version === null || !/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version)) throw resourceNotFound();
}

/** @returns the key or token, which is who is limited */
function authorize(exchange: Exchange): string {
  const { keys, tokens, keyAuth } = settingsOf(exchange);
  const { 'api-key': key, authorization } = exchange.record.headers;
  if (typeof key === 'string') {
    if (!keyAuth)
      throw new GatewayError(
        403,
        'AuthenticationTypeDisabled',
        'Key based authentication is disabled for this resource.',
      );
    const good = keys === 'any' ? /^[A-Za-z0-9]{32,84}$/.test(key) : keys.includes(key);
    if (!good) throw wrongKey();
    return key;
  }
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  if (token === undefined) throw wrongKey();
  if (!tokens.includes(token)) throw wrongToken();
  return token;
}

/** The model instead of the deployment. A body that is none is left to the check that follows. */
function understand(exchange: Exchange, api: ModelApi, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { path } = exchange.record;
  const named = CLASSIC.exec(path)?.[1];
  const inBody = (body as { model?: unknown }).model;
  const deployment = named === undefined ? inBody : decodeURIComponent(named);
  if (typeof deployment !== 'string') throw badRequest("Missing required parameter: 'model'.", 'model', null);
  const { deployments } = settingsOf(exchange);
  const model = Object.hasOwn(deployments, deployment) ? deployments[deployment] : undefined;
  if (model === undefined) throw deploymentNotFound();
  const version = exchange.query.get('api-version');
  if (named !== undefined && api === 'chat') checkVersion(body, version ?? '');
  return { ...body, model };
}

function translate(error: ApiError): ApiError {
  if (error.code !== 'rate_limit_exceeded') return error;
  const seconds = error.headers['retry-after'];
  const wait = seconds === undefined ? '' : ` Please retry after ${seconds} seconds.`;
  const message = `Your requests have exceeded the ${error.type === 'tokens' ? 'token' : 'call'} rate limit for your current AIServices S0 pricing tier.${wait}`;
  return new GatewayError(429, '429', message, error.headers);
}

/** Azure writes whole seconds where OpenAI writes "6m0s" (openai/openai-dotnet#838). */
function inSeconds(name: string, value: string): string {
  if (!name.startsWith('x-ratelimit-reset-')) return value;
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(?:(\d+)s)?/.exec(value) ?? [];
  return /^\d+ms$/.test(value) ? '1' : String(Number(minutes) * 60 + Number(seconds));
}
