import { endpointUrl, parseEndpoint } from '../endpoint.ts';
import { requiredKey } from '../http/api-key.ts';
import { defaultModel, findModel } from '../model-catalog.ts';
import type { Vendor } from '../vendor.ts';
import { OpenAiWire } from './openai-wire.ts';
import type { Api } from './route.ts';

const defaultEndpoint = 'https://api.openai.com/v1';

/** Pages read 2026-11-22. */
export const openai: Vendor = {
  label: 'OpenAI',
  defaultEndpoint,
  defaultModel,
  key: 'required',
  keyPlaceholder: 'sk-proj-…',
  pages: {
    keys: 'https://platform.openai.com/api-keys',
    billing: 'https://platform.openai.com/settings/organization/billing/overview',
    status: 'https://status.openai.com/',
    limits: 'https://platform.openai.com/settings/organization/limits',
  },
  connect(config) {
    const { model = defaultModel, endpoint = defaultEndpoint, apiKey } = config;
    return new OpenAiWire(config, {
      label: 'OpenAI',
      model,
      facts: findModel('openai', model),
      url: api => endpointUrl(parseEndpoint(endpoint), pathOf(api)),
      authorize: async () => {
        const key = await requiredKey('OpenAI', apiKey);
        return { headers: { authorization: `Bearer ${key}` }, secrets: [key] };
      },
    });
  },
};

export const pathOf = (api: Api): string => (api === 'chat' ? 'chat/completions' : 'responses');
