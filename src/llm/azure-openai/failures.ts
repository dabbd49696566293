import type { FailedAnswer, FailureContext } from '../http/wire.ts';
import { LlmError, type LlmErrorFacts } from '../llm-error.ts';
import { failureFromAnswer } from '../openai/failures.ts';
import type { FailureToMend } from '../vendor.ts';

/**
 * What an error answer of Azure means. The model's own errors are OpenAI's; those of the gateway before it are
 * `{"error":{"code","message"}}`, with the status as the code where it has nothing better to say.
 * Sources, read 2026-11-28: the contentFilter schemas of the OpenAPI document 2024-10-21; bodies as people got them:
 * `DeploymentNotFound` OpenBMB/AgentVerse#140, code "404" ThinkInAIXYZ/deepchat#262, code "401" SciSharp/BotSharp#386, code "403"
 * Azure-Samples/azure-sql-db-chatbot#3, `AuthenticationTypeDisabled` browser-use/browser-use#1295, code "429" jasonacox/TinyLLM#17,
 * `innererror` compl-ai/compl-ai#20, an api-version on v1 pydantic/pydantic-ai#5066.
 */
export function azureFailure(answer: FailedAnswer, context: FailureContext): LlmError {
  const { facts } = failureFromAnswer(answer, context);
  const { status, vendorCode, ...rest } = facts;
  const inner = innerErrorOf(answer.body);
  const filtered = inner && filteredBy(inner);
  return new LlmError({
    ...rest,
    ...meaningOf(status, vendorCode, inner),
    ...(status !== undefined && { status }),
    // A code that only repeats the status is none.
    ...(vendorCode && vendorCode !== String(status) && { vendorCode }),
    ...(filtered && { message: `${facts.message} Filtered for: ${filtered}.` }),
  });
}

/** Where Azure's codes say something else than OpenAI's statuses do. */
function meaningOf(
  status: number | undefined,
  vendorCode: string | undefined,
  inner: Record<string, unknown> | undefined,
): Partial<LlmErrorFacts> {
  if (inner?.['code'] === 'ResponsibleAIPolicyViolation') return { code: 'ERR_CONTENT_FILTER', retryable: false };
  // "Resource not found": not the deployment, which has a code of its own, but the path or its api-version.
  if (status === 404 && vendorCode === '404') return { code: 'ERR_INVALID_REQUEST', retryable: false };
  return {};
}

function innerErrorOf(body: string): Record<string, unknown> | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: { innererror?: unknown } };
    const inner = error?.innererror;
    return typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** "violence (medium), jailbreak": the document calls it content_filter_result, some answers content_filter_results. */
function filteredBy(inner: Record<string, unknown>): string | undefined {
  const results = inner['content_filter_result'] ?? inner['content_filter_results'];
  if (typeof results !== 'object' || results === null) return undefined;
  const categories = Object.entries(results as Record<string, unknown>).flatMap(([name, result]) => {
    const { filtered, severity } = (result ?? {}) as { filtered?: unknown; severity?: unknown };
    if (filtered !== true || !/^[\w-]{1,40}$/.test(name)) return [];
    const category = name.replaceAll('_', ' ');
    return typeof severity === 'string' && /^[a-z_]{1,20}$/.test(severity) ? `${category} (${severity})` : category;
  });
  return categories.join(', ') || undefined;
}

/** What mends it on Azure. */
export function azureRemedies({ code, vendorCode, status }: FailureToMend): readonly string[] {
  switch (code) {
    case 'ERR_MODEL_NOT_FOUND':
      return [
        'Check the name of the deployment, as "Deployments" lists it: it need not be that of the model.',
        'A deployment made in the last five minutes may not be there yet: wait and try again.',
        'Check that the endpoint is that of the resource the deployment is in.',
      ];
    case 'ERR_INVALID_API_KEY':
      return [
        'Take key and endpoint from the same resource: a key of another resource or region is refused.',
        'With the Microsoft sign-in, the role "Cognitive Services OpenAI User" on the resource is needed; it takes up to five minutes to count.',
      ];
    case 'ERR_PERMISSION_DENIED':
      return vendorCode === 'AuthenticationTypeDisabled'
        ? ['The resource takes no keys. Set "pennyloom.azure.auth" to "entra" to use the Microsoft sign-in.']
        : [
            'The resource may be closed to public networks: connect to its virtual network (VPN), or have your address allowed under "Networking".',
            'Behind a private endpoint, its name must lead to the private address here: check DNS and VPN.',
          ];
    case 'ERR_INVALID_REQUEST':
      return status === 404 || vendorCode === 'BadRequest'
        ? [
            'Check the endpoint: the root of the resource is enough, such as https://RESOURCE.openai.azure.com.',
            'Clear "pennyloom.azure.apiVersion" to use the v1 API, or set it to a date the resource still has.',
          ]
        : [];
    case 'ERR_RATE_LIMIT':
      return [
        'Each deployment has a limit of its own: raise its tokens per minute under "Deployments", as far as the quota goes.',
      ];
    case 'ERR_CONTENT_FILTER':
      return ['Each deployment has a filter of its own: whoever looks after the resource can set its thresholds.'];
    default:
      return [];
  }
}
