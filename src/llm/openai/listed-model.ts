import type { ModelAmendment } from '../model-catalog.ts';

type Entry = Readonly<Record<string, unknown>>;

/**
 * One entry of GET /v1/models, in the catalogue's words. The id is all that every host gives; the rest are fields of single hosts, none
 * of which means something else at another:
 * - `shutdown_date`, a day, or null where none is announced: OpenAI (OpenAPI document, 2026-11)
 * - `capabilities.{completion_chat, function_calling, vision}`, `max_context_length`, `deprecation`,
 *   `deprecation_replacement_model`: Mistral (OpenAPI document, BaseModelCard, 2026)
 * - `capabilities.chat_completion`, `deprecation.inference` in seconds since 1970: Azure (REST reference, "Models - List", 2026)
 * - `context_length`, `architecture.input_modalities`, `supported_parameters`, `top_provider.max_completion_tokens`: OpenRouter
 *   ("Models", 2026); Together has the first, too
 * - `context_window`, `max_completion_tokens`: Groq ("Models", 2026)
 * - `max_model_len`: vLLM; `meta.n_ctx_train`: llama.cpp
 * @returns undefined for a model that says it cannot chat.
 */
export function listedModel(entry: Entry): Partial<ModelAmendment> | undefined {
  const can = recordIn(entry, 'capabilities');
  if (can?.['completion_chat'] === false || can?.['chat_completion'] === false) return undefined;
  const sees = modalities(entry)?.includes('image') ?? flag(can?.['vision']);
  const parameters = entry['supported_parameters'];
  const calls = Array.isArray(parameters) ? parameters.includes('tools') : flag(can?.['function_calling']);
  const context = firstCount(
    entry['context_length'],
    entry['context_window'],
    entry['max_context_length'],
    entry['max_model_len'],
    recordIn(entry, 'meta')?.['n_ctx_train'],
  );
  const output = firstCount(recordIn(entry, 'top_provider')?.['max_completion_tokens'], entry['max_completion_tokens']);
  return {
    ...(context !== undefined && { contextWindow: context }),
    ...(output !== undefined && { maxOutputTokens: output }),
    ...(sees !== undefined && { vision: sees }),
    ...(calls !== undefined && { tools: calls }),
    ...endOf(entry),
  };
}

function endOf(entry: Entry): Pick<ModelAmendment, 'shutdown' | 'replacement'> {
  if (entry['shutdown_date'] === null) return { shutdown: null };
  const inference = recordIn(entry, 'deprecation')?.['inference'];
  const shutdown = dayIn(entry['shutdown_date']) ?? dayIn(entry['deprecation']) ?? dayOf(inference);
  const replacement = entry['deprecation_replacement_model'];
  return {
    ...(shutdown !== undefined && { shutdown }),
    ...(typeof replacement === 'string' && replacement && { replacement }),
  };
}

const dayOf = (seconds: unknown): string | undefined =>
  Number.isSafeInteger(seconds) ? new Date((seconds as number) * 1000).toISOString().slice(0, 10) : undefined;

/** "2027-01-14", or the day of "2027-01-14T00:00:00Z". */
const dayIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(value)?.[0] : undefined;

function modalities(entry: Entry): readonly unknown[] | undefined {
  const inputs = recordIn(entry, 'architecture')?.['input_modalities'];
  return Array.isArray(inputs) ? inputs : undefined;
}

const recordIn = (entry: Entry, field: string): Entry | undefined => {
  const value = entry[field];
  return typeof value === 'object' && value !== null ? (value as Entry) : undefined;
};

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

const firstCount = (...values: readonly unknown[]): number | undefined =>
  values.find((value): value is number => Number.isSafeInteger(value) && (value as number) > 0);
