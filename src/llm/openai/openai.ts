import { endpointUrl, parseEndpoint } from '../endpoint.ts';
import { bearer } from '../http/api-key.ts';
import { defaultModel, findModel } from '../model-catalog.ts';
import type { Vendor } from '../vendor.ts';
import { openAiFraming } from './framing.ts';
import { listModels } from './list-models.ts';
import { OpenAiWire } from './openai-wire.ts';
import type { Api } from './route.ts';
import { usageFromChat, usageFromResponses } from './usage-from-wire.ts';

const defaultEndpoint = 'https://api.openai.com/v1';

/** Pages read 2026-11-22. */
export const openai: Vendor = {
  label: 'OpenAI',
  defaultEndpoint,
  defaultModel,
  key: 'required',
  framing: openAiFraming,
  keyForm: {
    example: 'sk-proj-…',
    pattern: /^sk-(proj-)?[A-Za-z0-9_-]+$/,
    words: 'OpenAI keys begin with "sk-proj-" or "sk-".',
  },
  environment: { key: 'OPENAI_API_KEY', endpoint: 'OPENAI_BASE_URL' },
  pages: {
    keys: 'https://platform.openai.com/api-keys',
    billing: 'https://platform.openai.com/settings/organization/billing/overview',
    status: 'https://status.openai.com/',
    limits: 'https://platform.openai.com/settings/organization/limits',
  },
  keySteps: [
    'Visit platform.openai.com.',
    'Sign up or log in.',
    'Open "API keys" in the settings.',
    'Choose "Create new secret key".',
    'Copy the key: it is shown only once.',
    'Add credits to the account, then set the key here.',
  ],
  remedies: ({ code }) => {
    switch (code) {
      case 'ERR_INVALID_API_KEY':
        return ['Check its form: "sk-proj-…" (new) or "sk-…" (legacy), with nothing before or after it.'];
      case 'ERR_CONTENT_FILTER':
        return ['Look at openai.com/policies.'];
      default:
        return [];
    }
  },
  readUsage: raw => usageFromChat(raw) ?? usageFromResponses(raw),
  listModels: config =>
    listModels(config, { label: 'OpenAI', authorize: bearer('OpenAI', config.apiKey) }, () =>
      endpointUrl(parseEndpoint(config.endpoint ?? defaultEndpoint), 'models'),
    ),
  connect(config) {
    const { model = defaultModel, endpoint = defaultEndpoint, apiKey } = config;
    return new OpenAiWire(config, {
      label: 'OpenAI',
      model,
      facts: findModel('openai', model),
      url: api => endpointUrl(parseEndpoint(endpoint), pathOf(api)),
      authorize: bearer('OpenAI', apiKey),
    });
  },
};

export const pathOf = (api: Api): string => (api === 'chat' ? 'chat/completions' : 'responses');
