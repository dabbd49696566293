import type { ModelAmendment, Reasoning } from '../model-catalog.ts';
import type { ReasoningEffort } from '../request.ts';

/** What /api/show says of a model. Everything may be missing: old servers know no capabilities (before v0.6.4). */
export interface ShownModel {
  readonly capabilities?: ReadonlySet<string>;
  /** Tokens the model can read and write together. */
  readonly contextLength?: number;
  /** The context its Modelfile asks for. */
  readonly numCtx?: number;
  /** Values of `think` that it takes, and what it does without. */
  readonly think?: { readonly values: readonly (boolean | string)[]; readonly default?: boolean | string };
}

/** Reads an answer of /api/show; undefined where it is none. */
export function readShown(text: string): ShownModel | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const { capabilities, parameters, thinking } = json;
  const info = isRecord(json['model_info']) ? json['model_info'] : {};
  // "llama.context_length", "qwen3.context_length": the key begins with the architecture.
  const length = Object.entries(info).find(([key]) => key.endsWith('.context_length'))?.[1];
  const numCtx = typeof parameters === 'string' ? /^num_ctx\s+(\d+)/m.exec(parameters)?.[1] : undefined;
  return {
    ...(Array.isArray(capabilities) && { capabilities: new Set(capabilities.filter(isText)) }),
    ...(isCount(length) && { contextLength: length }),
    ...(numCtx && { numCtx: Number(numCtx) }),
    ...(isRecord(thinking) && Array.isArray(thinking['values']) && { think: thinkOf(thinking) }),
  };
}

function thinkOf({ values, default: usual }: Record<string, unknown>): NonNullable<ShownModel['think']> {
  return { values: (values as unknown[]).filter(isChoice), ...(isChoice(usual) && { default: usual }) };
}

/** In the catalogue's words. */
export function factsOf(model: string, shown: ShownModel, day: string): ModelAmendment {
  const { capabilities, contextLength } = shown;
  const reasoning = reasoningOf(shown);
  return {
    provider: 'ollama',
    id: model,
    name: model,
    streaming: true,
    ...(contextLength !== undefined && { contextWindow: contextLength }),
    ...(capabilities && { vision: capabilities.has('vision'), tools: capabilities.has('tools') }),
    ...(reasoning && { reasoning }),
    source: 'the server itself (/api/show)',
    checkedOn: day,
  };
}

const efforts: readonly ReasoningEffort[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function reasoningOf({ capabilities, think }: ShownModel): Reasoning | undefined {
  if (think ? !think.values.some(Boolean) : !capabilities?.has('thinking')) return undefined;
  const named = efforts.filter(effort => think?.values.includes(effort));
  const usual = efforts.find(effort => effort === think?.default);
  return {
    efforts: [...(think?.values.includes(false) ? (['none'] as const) : []), ...named],
    ...(usual && { defaultEffort: usual }),
    toolsOnChatNeedEffortNone: false,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isChoice = (value: unknown): value is boolean | string => typeof value === 'boolean' || isText(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
