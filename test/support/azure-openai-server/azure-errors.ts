import type { ErrorScript } from '../loopback/script.ts';
import { ApiError } from '../openai-server/errors.ts';

// Bodies as people got them: see src/llm/azure-openai/failures.ts for where.

/** What the gateway before the models answers: `{"error":{"code","message"}}`, without type and param. */
export class GatewayError extends ApiError {
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(status, message, { code, headers });
  }

  override body(): string {
    const { code, message } = this;
    return JSON.stringify({ error: { code, message } });
  }
}

/** A prompt the filter did not let through; `filtered` names the category. */
export class FilterError extends ApiError {
  readonly #filtered: string;

  constructor(filtered = 'violence') {
    super(
      400,
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
      { param: 'prompt', code: 'content_filter' },
    );
    this.#filtered = filtered;
  }

  override body(): string {
    const { message, param, code, status } = this;
    const innererror = { code: 'ResponsibleAIPolicyViolation', content_filter_result: promptFilter(this.#filtered) };
    return JSON.stringify({ error: { message, type: null, param, code, status, innererror } });
  }
}

const SEVERITIES = ['hate', 'self_harm', 'sexual', 'violence'] as const;

export function promptFilter(filtered?: string): Record<string, unknown> {
  return {
    ...answerFilter(filtered),
    jailbreak: { filtered: filtered === 'jailbreak', detected: filtered === 'jailbreak' },
  };
}

export function answerFilter(filtered?: string): Record<string, unknown> {
  return Object.fromEntries(
    SEVERITIES.map(name => [name, { filtered: name === filtered, severity: name === filtered ? 'medium' : 'safe' }]),
  );
}

export const resourceNotFound = (): ApiError => new GatewayError(404, '404', 'Resource not found');

export const deploymentNotFound = (): ApiError =>
  new GatewayError(
    404,
    'DeploymentNotFound',
    'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
  );

export const wrongKey = (): ApiError =>
  new GatewayError(
    401,
    '401',
    'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
  );

export const wrongToken = (): ApiError =>
  new GatewayError(
    401,
    'Unauthorized',
    'Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.',
  );

/** What a script describes by its status, and perhaps a code, in this host's words. */
export function scriptedError({ status, code, message, type }: ErrorScript, described: ApiError): ApiError {
  if (code === 'content_filter') return new FilterError();
  // Somebody who gives a type wants an error of the model's, and those are OpenAI's.
  if (type !== undefined) return described;
  const standard = STANDARD[status] ?? new GatewayError(status, String(status), described.message);
  if (code === undefined && message === undefined) return standard;
  return new GatewayError(status, code ?? standard.code ?? String(status), message ?? standard.message);
}

const STANDARD: Readonly<Record<number, ApiError>> = {
  401: wrongKey(),
  403: new GatewayError(403, '403', 'Access denied due to Virtual Network/Firewall rules.'),
  404: deploymentNotFound(),
  408: new GatewayError(408, 'Timeout', 'The operation was timeout.'),
  429: new GatewayError(
    429,
    '429',
    'Your requests have exceeded the token rate limit for your current AIServices S0 pricing tier. Please retry after 7 seconds.',
  ),
  500: new GatewayError(500, 'InternalServerError', 'The server had an error while processing your request.'),
};
