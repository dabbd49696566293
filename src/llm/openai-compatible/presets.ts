import { originOf } from '../endpoint.ts';
import type { ReportedCost } from '../openai/host-ways.ts';
import type { KnownHost, VendorPages } from '../vendor.ts';
import { openRouterCost, xAiCost } from './reported-cost.ts';

/** A host that many people use: where it is, where keys come from, and in what it differs from the next. */
export interface HostPreset extends KnownHost {
  readonly id: string;
  readonly key: 'required' | 'optional';
  readonly pages?: VendorPages;
  /** Runs on the person's machine; started by what this says. */
  readonly local?: { readonly start: string };
  /** How the host says what a call cost; absent where it does not. */
  readonly reportedCost?: ReportedCost;
  /**
   * Assistant messages that call tools must say what the model thought (`reasoning_content`), '' included, or the host answers 400
   * "The reasoning_content in the thinking mode must be passed back to the API."
   */
  readonly wantsReasoningContent?: true;
  /** Where this was read. */
  readonly source: string;
  readonly checkedOn: string;
}

/**
 * Addresses change rarely, models every week: those are asked for at the host. Where only a secondary source names a page, `source` says so.
 * None of them takes a token-limit field that "max_tokens" is not, as of their references.
 */
export const presets: readonly HostPreset[] = [
  {
    id: 'openrouter',
    label: 'OpenRouter',
    endpoint: 'https://openrouter.ai/api/v1',
    key: 'required',
    environmentKey: 'OPENROUTER_API_KEY',
    pages: {
      keys: 'https://openrouter.ai/settings/keys',
      billing: 'https://openrouter.ai/settings/credits',
      status: 'https://status.openrouter.ai/',
    },
    reportedCost: openRouterCost,
    source: 'openrouter.ai/docs: Quickstart, Usage Accounting',
    checkedOn: '2026-11-28',
  },
  {
    id: 'groq',
    label: 'Groq',
    endpoint: 'https://api.groq.com/openai/v1',
    key: 'required',
    environmentKey: 'GROQ_API_KEY',
    pages: { keys: 'https://console.groq.com/keys' },
    source: 'console.groq.com/docs/openai',
    checkedOn: '2026-11-28',
  },
  {
    id: 'deepseek',
    label: 'DeepSeek',
    endpoint: 'https://api.deepseek.com',
    key: 'required',
    environmentKey: 'DEEPSEEK_API_KEY',
    pages: { keys: 'https://platform.deepseek.com/api_keys', billing: 'https://platform.deepseek.com/top_up' },
    wantsReasoningContent: true,
    source: 'api-docs.deepseek.com: Your First API Call, Thinking Mode',
    checkedOn: '2026-11-28',
  },
  {
    id: 'xai',
    label: 'xAI',
    endpoint: 'https://api.x.ai/v1',
    key: 'required',
    environmentKey: 'XAI_API_KEY',
    pages: { keys: 'https://console.x.ai/' },
    reportedCost: xAiCost,
    source: 'docs.x.ai: Cost Tracking, Comparison with Chat Completions API',
    checkedOn: '2026-11-28',
  },
  {
    id: 'together',
    label: 'Together AI',
    endpoint: 'https://api.together.ai/v1',
    key: 'required',
    environmentKey: 'TOGETHER_API_KEY',
    pages: { keys: 'https://api.together.ai/settings/api-keys' },
    source: 'docs.together.ai: OpenAI compatibility',
    checkedOn: '2026-11-28',
  },
  {
    id: 'fireworks',
    label: 'Fireworks AI',
    endpoint: 'https://api.fireworks.ai/inference/v1',
    key: 'required',
    environmentKey: 'FIREWORKS_API_KEY',
    pages: { keys: 'https://fireworks.ai/account/api-keys' },
    source: 'docs.workato.com and juspay/neurolink, provider guides (secondary)',
    checkedOn: '2026-11-28',
  },
  {
    id: 'lm-studio',
    label: 'LM Studio',
    endpoint: 'http://localhost:1234/v1',
    key: 'optional',
    local: { start: 'lms server start' },
    source: 'lmstudio.ai/docs: OpenAI Compatible Endpoints, Local Server',
    checkedOn: '2026-11-28',
  },
  {
    id: 'llama-cpp',
    label: 'llama.cpp',
    endpoint: 'http://localhost:8080/v1',
    key: 'optional',
    local: { start: 'llama-server -m MODEL.gguf --jinja' },
    source: 'ggml-org/llama.cpp, tools/server/README.md',
    checkedOn: '2026-11-28',
  },
  {
    id: 'vllm',
    label: 'vLLM',
    endpoint: 'http://localhost:8000/v1',
    key: 'optional',
    local: { start: 'vllm serve MODEL --enable-auto-tool-choice --tool-call-parser PARSER' },
    source: 'docs.vllm.ai: OpenAI-Compatible Server',
    checkedOn: '2026-11-28',
  },
  {
    id: 'litellm',
    label: 'LiteLLM',
    endpoint: 'http://localhost:4000/v1',
    key: 'optional',
    local: { start: 'litellm --config CONFIG.yaml' },
    source: 'docs.litellm.ai: Quick Start, Response Headers',
    checkedOn: '2026-11-28',
  },
];

/** The preset whose host this is; undefined for any other. */
export function presetAt(endpoint: string): HostPreset | undefined {
  const origin = originOf(endpoint);
  return origin === undefined ? undefined : presets.find(preset => originOf(preset.endpoint) === origin);
}
