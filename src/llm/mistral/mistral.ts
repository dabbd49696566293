import { endpointUrl, parseEndpoint } from '../endpoint.ts';
import { bearer } from '../http/api-key.ts';
import { findModel } from '../model-catalog.ts';
import { listModels } from '../openai/list-models.ts';
import { OpenAiWire } from '../openai/openai-wire.ts';
import { usageFromChat } from '../openai/usage-from-wire.ts';
import type { Vendor } from '../vendor.ts';
import { mistralFailure } from './failures.ts';
import { mistralHeadroom } from './rate-limit-headers.ts';
import { adaptBody } from './to-wire.ts';

const defaultEndpoint = 'https://api.mistral.ai/v1';
/** What Mistral's docs recommend for agents and code ("Reasoning", read 2026-11-28), by the id that does not move. */
const defaultModel = 'mistral-medium-2604';

/**
 * Mistral: OpenAI's Chat Completions with stricter rules; see to-wire.ts.
 * Source: docs.mistral.ai and the official SDK's request types (@mistralai/mistralai 2.7.0), read 2026-11-28. Pages: error glossary and
 * console, the same day.
 */
export const mistral: Vendor = {
  label: 'Mistral',
  defaultEndpoint,
  defaultModel,
  key: 'required',
  telemetryName: 'mistral_ai',
  keyForm: {
    example: '32 letters and digits',
    pattern: /^[A-Za-z0-9]{32}$/,
    words: 'Mistral keys are 32 letters and digits.',
  },
  environment: { key: 'MISTRAL_API_KEY' },
  pages: {
    keys: 'https://console.mistral.ai/api-keys',
    billing: 'https://admin.mistral.ai/organization/billing',
    status: 'https://status.mistral.ai/',
    limits: 'https://admin.mistral.ai/plateforme/limits',
  },
  keySteps: [
    'Visit console.mistral.ai.',
    'Sign up or log in.',
    'Choose a plan: without one, a key answers to nothing.',
    'Open "API keys".',
    'Choose "Create new key".',
    'Copy the key: it is shown only once; then set it here.',
  ],
  remedies: ({ code, status }) => {
    if (code === 'ERR_INSUFFICIENT_QUOTA' && status === 429)
      return [
        'The plan of the account allows no request to this model: choose a plan at admin.mistral.ai, or another model.',
      ];
    if (code === 'ERR_PERMISSION_DENIED') return ['The plan of the account may not include this model.'];
    return [];
  },
  readUsage: usageFromChat,
  listModels: config =>
    listModels(config, { label: 'Mistral', authorize: bearer('Mistral', config.apiKey), failure: mistralFailure }, () =>
      endpointUrl(parseEndpoint(config.endpoint ?? defaultEndpoint), 'models'),
    ),
  connect(config) {
    const { model = defaultModel, endpoint = defaultEndpoint, apiKey } = config;
    return new OpenAiWire(config, {
      label: 'Mistral',
      model,
      facts: findModel('mistral', model),
      tokenLimitField: 'max_tokens',
      onlyChat: true,
      author: 'mistral',
      wantsReasoningBack: true,
      url: () => endpointUrl(parseEndpoint(endpoint), 'chat/completions'),
      authorize: bearer('Mistral', apiKey),
      adapt: (body, request) => adaptBody(body, request, model),
      failure: mistralFailure,
      headroom: mistralHeadroom,
    });
  },
};
