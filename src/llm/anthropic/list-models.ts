import { askForModels, type ModelListRequest } from '../http/ask-for-models.ts';
import type { ModelAmendment } from '../model-catalog.ts';
import type { ProviderConfig } from '../provider-config.ts';
import { failureFromAnswer } from './failures.ts';

/** More models than there are: the list comes in one piece (platform.claude.com, "List Models": limit from 1 to 1000, read 2026-11-28). */
const limit = '1000';

/** GET /v1/models. @throws LlmError */
export function listModels(
  config: ProviderConfig,
  request: Omit<ModelListRequest, 'failure'>,
): Promise<readonly ModelAmendment[]> {
  request.url.searchParams.set('limit', limit);
  return askForModels(config, { ...request, failure: failureFromAnswer }, listedModel);
}

/** ModelInfo of the same page: limits, and what the model can do; no end of life. */
function listedModel(entry: Readonly<Record<string, unknown>>): Partial<ModelAmendment> {
  const { display_name: name, max_input_tokens: context, max_tokens: output } = entry;
  const can = entry['capabilities'] as { image_input?: { supported?: unknown } } | null | undefined;
  const sees = can?.image_input?.supported;
  return {
    ...(typeof name === 'string' && name && { name }),
    ...(isCount(context) && { contextWindow: context }),
    ...(isCount(output) && { maxOutputTokens: output }),
    ...(typeof sees === 'boolean' && { vision: sees }),
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
