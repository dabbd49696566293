/** A model as a local Ollama has it. Figures of the library's own pages (ollama.com/library) as /api/show reports them, 2026-11-28. */
export interface ServedModel {
  readonly name: string;
  /** The key of its figures in model_info begins with it. */
  readonly architecture: string;
  readonly contextLength: number;
  readonly capabilities: readonly string[];
  readonly thinking?: { readonly values: readonly (boolean | string)[]; readonly default: boolean | string };
  /** PARAMETER num_ctx of its Modelfile. */
  readonly numCtx?: number;
}

export const SERVED_MODELS: readonly ServedModel[] = [
  {
    name: 'mistral-small3.2:24b',
    architecture: 'mistral3',
    contextLength: 131_072,
    capabilities: ['completion', 'vision', 'tools'],
  },
  {
    name: 'qwen3:8b',
    architecture: 'qwen3',
    contextLength: 40_960,
    capabilities: ['completion', 'tools', 'thinking'],
    thinking: { values: [true, false], default: true },
  },
  {
    name: 'gpt-oss:20b',
    architecture: 'gptoss',
    contextLength: 131_072,
    capabilities: ['completion', 'tools', 'thinking'],
    thinking: { values: ['low', 'medium', 'high'], default: 'medium' },
  },
  { name: 'gemma3:4b', architecture: 'gemma3', contextLength: 131_072, capabilities: ['completion', 'vision'] },
  {
    name: 'coder-with-room:latest',
    architecture: 'qwen2',
    contextLength: 32_768,
    capabilities: ['completion', 'tools'],
    numCtx: 24_576,
  },
];

/** A name without a tag means its "latest". */
export function findServed(models: readonly ServedModel[], name: string): ServedModel | undefined {
  const full = name.includes(':') ? name : `${name}:latest`;
  return models.find(model => model.name === full);
}
