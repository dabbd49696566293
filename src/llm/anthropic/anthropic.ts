import { checkRequest } from '../check-request.ts';
import { endpointUrl, parseEndpoint } from '../endpoint.ts';
import { requiredKey } from '../http/api-key.ts';
import type { Wire, WireCall } from '../http/wire.ts';
import { findModel, type ModelFacts } from '../model-catalog.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { ChatRequest } from '../request.ts';
import type { Vendor } from '../vendor.ts';
import { failureFromAnswer } from './failures.ts';
import { anthropicFraming } from './framing.ts';
import { listModels } from './list-models.ts';
import { MessagesAnswer } from './from-wire.ts';
import { rateLimitHeadroom } from './rate-limit-headers.ts';
import { fitImages } from './image-limits.ts';
import { toWire } from './to-wire.ts';
import { usageFromWire } from './usage-from-wire.ts';

const label = 'Anthropic';
const defaultEndpoint = 'https://api.anthropic.com';
/** In the middle of the range in price and ability, with images and tools; no shutdown is announced. */
const defaultModel = 'claude-sonnet-5';

/** Pages of the Claude Console, read 2026-11-28. */
export const anthropic: Vendor = {
  label,
  defaultEndpoint,
  defaultModel,
  key: 'required',
  framing: anthropicFraming,
  keyForm: {
    example: 'sk-ant-…',
    pattern: /^sk-ant-[A-Za-z0-9_-]+$/,
    words: 'Anthropic keys begin with "sk-ant-".',
  },
  environment: { key: 'ANTHROPIC_API_KEY', endpoint: 'ANTHROPIC_BASE_URL' },
  pages: {
    keys: 'https://platform.claude.com/settings/keys',
    billing: 'https://platform.claude.com/settings/billing',
    status: 'https://status.claude.com/',
    limits: 'https://platform.claude.com/settings/limits',
  },
  keySteps: [
    'Visit platform.claude.com.',
    'Sign up or log in.',
    'Open "API keys" in the settings.',
    'Choose "Create Key".',
    'Copy the key: it is shown only once.',
    'Add credits under "Billing", then set the key here. A Claude subscription does not pay for the API.',
  ],
  remedies: ({ code, vendorCode }) => {
    switch (code) {
      case 'ERR_INVALID_API_KEY':
        return ['Check its form: "sk-ant-api03-…", with nothing before or after it.'];
      case 'ERR_INVALID_REQUEST':
        return vendorCode === 'invalid_request_error'
          ? ['An empty credit balance or a spend limit is told this way too: look at the billing page.']
          : [];
      case 'ERR_CONTENT_FILTER':
        return ['Look at anthropic.com/legal/aup.'];
      default:
        return [];
    }
  },
  readUsage: usageFromWire,
  async listModels(config) {
    const { endpoint = defaultEndpoint, apiKey } = config;
    const key = await requiredKey(label, apiKey);
    return listModels(config, { label, url: apiUrl(endpoint, 'models'), headers: identify(key), secrets: [key] });
  },
  connect: config => new MessagesWire(config),
};

/**
 * The dated version every request names. The newer 2026-10-21 takes no temperature from any model, is not understood by every gateway and
 * adds nothing we use; "for any given API version, Anthropic preserves existing parameters" (API versioning, read 2026-11-28).
 */
const apiVersion = '2023-06-01';

class MessagesWire implements Wire {
  readonly model: string;
  readonly failure = failureFromAnswer;
  readonly headroom = rateLimitHeadroom;
  #config: ProviderConfig;
  #facts: ModelFacts | undefined;

  constructor(config: ProviderConfig) {
    this.model = config.model ?? defaultModel;
    this.#config = config;
    this.#facts = findModel('anthropic', this.model);
  }

  async prepare(request: ChatRequest): Promise<WireCall> {
    const { endpoint = defaultEndpoint, apiKey } = this.#config;
    const key = await requiredKey(label, apiKey);
    checkRequest(request, this.model, this.#facts);
    const { name = this.model, contextWindow } = this.#facts ?? {};
    const fitting = fitImages(request.messages, { name, contextWindow });
    const { body, prefix, notices } = toWire(
      { ...request, messages: fitting.messages },
      { model: this.model, facts: this.#facts },
    );
    return {
      request: {
        method: 'POST',
        url: apiUrl(endpoint, 'messages'),
        headers: {
          ...identify(key),
          'content-type': 'application/json',
          accept: body.stream ? 'text/event-stream' : 'application/json',
        },
        body: JSON.stringify(body),
      },
      notices: [...fitting.notices, ...notices],
      secrets: [key],
      makeAnswer: context => new MessagesAnswer(context, prefix),
    };
  }
}

/** Anthropic's own tools are given the host alone and add /v1; what people copy from the reference has it. */
function apiUrl(endpoint: string, path: string): URL {
  const base = parseEndpoint(endpoint);
  return endpointUrl(base, base.pathname.endsWith('/v1') ? path : `v1/${path}`);
}

const identify = (key: string): Record<string, string> => ({ 'x-api-key': key, 'anthropic-version': apiVersion });
