import { refusedLocally } from './llm-error.ts';
import type { ModelFacts } from './model-catalog.ts';
import type { ChatRequest } from './request.ts';

const minTimeoutMs = 1000;
const maxTimeoutMs = 600_000;
/** For models the catalogue does not know: the largest output any known model has would be a guess; this is the reference's range. */
const maxTokensOfUnknownModel = 128_000;

/**
 * Refuses, before anything is sent, what the vendor would refuse: out-of-range settings with the range named, and images or tools on
 * a model that has no use for them.
 * @throws LlmError ERR_REFUSED_LOCALLY
 */
export function checkRequest(request: ChatRequest, model: string, facts: ModelFacts | undefined): void {
  const { maxTokens, temperature, timeoutMs } = request;
  const most = facts?.maxOutputTokens ?? maxTokensOfUnknownModel;
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens >= 1 && maxTokens <= most))
    throw refusedLocally(`maxTokens must be between 1 and ${most} for ${model}, not ${maxTokens}.`, 'maxTokens');
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2))
    throw refusedLocally(`temperature must be between 0 and 2, not ${temperature}.`, 'temperature');
  if (timeoutMs !== undefined && !(timeoutMs >= minTimeoutMs && timeoutMs <= maxTimeoutMs))
    throw refusedLocally(
      `timeout must be between ${minTimeoutMs / 1000} and ${maxTimeoutMs / 1000} seconds, not ${timeoutMs / 1000}.`,
      'timeout',
    );
  if (facts?.vision === false && hasImage(request))
    throw refusedLocally(
      `${facts.name} cannot see images. Remove the image or switch to a model with vision.`,
      'model',
    );
  if (facts?.tools === false && request.tools?.length)
    throw refusedLocally(`${facts.name} cannot call tools.`, 'model');
}

function hasImage({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ role, content }) =>
      role === 'user' && typeof content !== 'string' && content.some(part => part.type === 'image'),
  );
}
