import type { ModelFacts } from '../model-catalog.ts';
import type { WireBody } from '../openai/openai-wire.ts';

/**
 * What the dated API takes of Chat Completions, by its date (Microsoft Learn, "API version lifecycle", changes between versions; the
 * OpenAPI document of 2024-10-21 has the first and lacks the second; read 2026-11-28).
 */
const tokenLimitRenamed = '2024-09-01';
const reasoningAdded = '2024-12-01';

/** The field that limits an answer, where nothing is known of the model. */
export const tokenLimitFieldAt = (apiVersion: string | undefined): 'max_tokens' | 'max_completion_tokens' =>
  apiVersion && apiVersion < tokenLimitRenamed ? 'max_tokens' : 'max_completion_tokens';

/** The model as an API of this date knows it: what it does not take is left out, with the notices that go with it. */
export function factsAt(apiVersion: string | undefined, facts: ModelFacts | undefined): ModelFacts | undefined {
  if (!apiVersion || !facts) return facts;
  const { reasoning, systemRole } = facts;
  return {
    ...facts,
    ...(apiVersion < tokenLimitRenamed && { tokenLimitField: tokenLimitFieldAt(apiVersion) }),
    ...(apiVersion < reasoningAdded && systemRole === 'developer' && { systemRole: 'system' }),
    ...(apiVersion < reasoningAdded && reasoning && { reasoning: { ...reasoning, efforts: [] } }),
  };
}

/** Takes out of a body what came with the same date and costs nothing to leave out. */
export function adaptTo(apiVersion: string, body: WireBody): void {
  if (apiVersion >= tokenLimitRenamed) return;
  if ('stream_options' in body) delete body.stream_options;
  if ('parallel_tool_calls' in body) delete body.parallel_tool_calls;
}
