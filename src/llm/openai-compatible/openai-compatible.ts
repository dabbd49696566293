import { endpointUrl, originOf, parseEndpoint } from '../endpoint.ts';
import { type Identity, optionalKey } from '../http/api-key.ts';
import { askJson } from '../http/ask-json.ts';
import { refusedLocally } from '../llm-error.ts';
import { findModel } from '../model-catalog.ts';
import { openai, pathOf } from '../openai/openai.ts';
import { listModels } from '../openai/list-models.ts';
import { OpenAiWire } from '../openai/openai-wire.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { FailureToMend, Presence, Vendor } from '../vendor.ts';
import { checkedHeaders } from './extra-headers.ts';
import { presetAt, presets } from './presets.ts';
import { passReasoningBack } from './reasoning-content.ts';
import { liteLlmCost } from './reported-cost.ts';

const provider = 'openai-compatible';

/** Any host that speaks OpenAI's API: what is known of the well-known ones stands in presets.ts, of the others nothing is assumed. */
export const openAiCompatible: Vendor = {
  label: 'OpenAI-compatible host',
  key: 'optional',
  pages: {},
  keySteps: ['Create a key at the host, or leave it empty where the host asks for none.', 'Set it here.'],
  remedies,
  readUsage: openai.readUsage!,
  hosts: presets,
  at(endpoint) {
    const preset = presetAt(endpoint);
    if (!preset) return originOf(endpoint) === undefined ? {} : { label: hostOf(endpoint) };
    const { label, key, pages = {}, environmentKey } = preset;
    return { label, key, pages, ...(environmentKey && { environment: { key: environmentKey } }) };
  },
  listModels: config => {
    const { endpoint = '' } = config;
    const host = { label: labelOf(endpoint), authorize: () => authorize(config) };
    return listModels(config, host, () => urlOf(endpoint, 'models'));
  },
  probe,
  connect(config) {
    const { model = '', endpoint = '' } = config;
    const preset = presetAt(endpoint);
    const facts = findModel(provider, model);
    return new OpenAiWire(config, {
      label: labelOf(endpoint),
      model,
      facts,
      // max_completion_tokens is known to fewer hosts than the field it replaced; a host that wants it says so once (ParameterMemory).
      tokenLimitField: 'max_tokens',
      // Two hosts are two vendors: what the model of one thought is not for the other.
      author: `${provider} ${hostOf(endpoint)}`,
      ...(preset?.wantsReasoningContent && { wantsReasoningBack: true }),
      reportedCost: (usage, head) => preset?.reportedCost?.(usage, head) ?? liteLlmCost(usage, head),
      url: api => urlOf(endpoint, pathOf(api)),
      authorize: () => authorize(config),
      ...(preset?.wantsReasoningContent && {
        adapt: (body, request) => passReasoningBack(body, request, `${provider} ${hostOf(endpoint)}`, model),
      }),
    });
  },
};

function urlOf(endpoint: string, path: string): URL {
  if (!endpoint) throw refusedLocally('An OpenAI-compatible host needs an endpoint.', 'endpoint');
  return endpointUrl(parseEndpoint(endpoint), path);
}

async function authorize({ endpoint = '', apiKey, headers }: ProviderConfig): Promise<Identity> {
  const extra = checkedHeaders(headers);
  const key = await optionalKey(labelOf(endpoint), apiKey);
  return {
    headers: { ...extra, ...(key && { authorization: `Bearer ${key}` }) },
    secrets: [...(key ? [key] : []), ...Object.values(extra)],
  };
}

const probeLimitMs = 300;

/** Without key and headers: whoever merely listens at a well-known port gets neither. */
async function probe({ endpoint = '', ...config }: ProviderConfig): Promise<Presence> {
  const start = presetAt(endpoint)?.local?.start;
  try {
    const request = { method: 'GET', url: urlOf(endpoint, 'models'), headers: {} } as const;
    const { status } = await askJson(config, request, { vendor: labelOf(endpoint), timeoutMs: probeLimitMs });
    if (status === 200 || status === 401 || status === 403) return { isThere: true, words: 'running' };
    return { isThere: false, words: 'something else answers there' };
  } catch {
    return { isThere: false, words: start ? `not running: "${start}" starts it` : 'not running' };
  }
}

const labelOf = (endpoint: string): string => presetAt(endpoint)?.label ?? hostOf(endpoint);

function remedies({ code, vendorCode }: FailureToMend): readonly string[] {
  if (code === 'ERR_NETWORK' && vendorCode === 'ECONNREFUSED')
    return ['Start the server, or check the port of the endpoint.'];
  if (code === 'ERR_MODEL_NOT_FOUND') return ['The host has models of its own: choose one of its list.'];
  return [];
}

/** "host:port", as a person knows it. */
function hostOf(endpoint: string): string {
  try {
    return parseEndpoint(endpoint).host;
  } catch {
    return 'The host';
  }
}
