import { systemClock } from '../../core/clock.ts';
import { endpointUrl } from '../endpoint.ts';
import { optionalKey } from '../http/api-key.ts';
import { askJson } from '../http/ask-json.ts';
import type { ModelAmendment } from '../model-catalog.ts';
import { failureFromAnswer } from './failures.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { Presence, Vendor } from '../vendor.ts';
import { baseOf, defaultEndpoint, endpointFromHost, isCloudModel } from './address.ts';
import { usageOf } from './from-wire.ts';
import { ModelMemory } from './model-memory.ts';
import { OllamaWire, placeOf } from './ollama-wire.ts';
import { factsOf } from './shown-models.ts';

const label = 'Ollama';
const listLimitMs = 5000;
/** A server on this machine answers in a few milliseconds; a person is looking at the list meanwhile. */
const probeLimitMs = 300;

const memory = new ModelMemory();

/** Pages read 2026-11-28. */
export const ollama: Vendor = {
  label,
  defaultEndpoint,
  key: 'optional',
  environment: { key: 'OLLAMA_API_KEY', keyFor: 'https://ollama.com' },
  endpointFrom: environment => endpointFromHost(environment['OLLAMA_HOST']),
  pages: { keys: 'https://ollama.com/settings/keys' },
  isFree: model => !isCloudModel(model),
  remedies: ({ code, vendorCode, status, model }) => {
    switch (code) {
      case 'ERR_NETWORK':
        return vendorCode === 'ECONNREFUSED' ? ['Start Ollama: open its app, or run "ollama serve".'] : [];
      case 'ERR_MODEL_NOT_FOUND':
        return model ? [`Download the model: run "ollama pull ${model}".`] : [];
      case 'ERR_INVALID_API_KEY':
      case 'ERR_PERMISSION_DENIED':
        return ['Cloud models need an account: run "ollama signin".'];
      case 'ERR_SERVICE_UNAVAILABLE':
        return status === 500
          ? [
              'A model or context that does not fit into memory fails like this: choose a smaller one, and look at "ollama ps".',
            ]
          : [];
      default:
        return [];
    }
  },
  listModels,
  async learnModel(config) {
    const { place } = await placeOf(config);
    const shown = await memory.shown(config, place);
    return shown && factsOf(place.model, shown, today(config));
  },
  probe,
  readUsage: raw => (typeof raw === 'object' && raw !== null ? usageOf(raw) : undefined),
  connect: config => new OllamaWire(config, memory),
};

const today = ({ clock = systemClock }: ProviderConfig): string => new Date(clock.now()).toISOString().slice(0, 10);

/** GET /api/tags: what has been pulled, each with what /api/show says of it. */
async function listModels(config: ProviderConfig): Promise<readonly ModelAmendment[]> {
  const key = await optionalKey(label, config.apiKey);
  const base = baseOf(config.endpoint ?? defaultEndpoint);
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const request = { method: 'GET', url: endpointUrl(base, 'api/tags'), headers } as const;
  const answer = await askJson(config, request, { vendor: label, timeoutMs: listLimitMs });
  const names = answer.status === 200 ? namesIn(answer.text) : undefined;
  if (!names) {
    const { clock = systemClock } = config;
    const context = { vendor: label, model: '', secrets: key ? [key] : [], now: clock.now() };
    throw failureFromAnswer({ ...answer, body: answer.text }, context);
  }
  return Promise.all(
    names.map(async model => {
      const shown = await memory.shown(config, { base, model, headers });
      return factsOf(model, shown ?? {}, today(config));
    }),
  );
}

function namesIn(text: string): string[] | undefined {
  try {
    const { models } = JSON.parse(text) as { models?: unknown };
    if (!Array.isArray(models)) return undefined;
    return models.flatMap(({ name }: { name?: unknown }) => (typeof name === 'string' && name ? name : []));
  } catch {
    return undefined;
  }
}

async function probe(config: ProviderConfig): Promise<Presence> {
  const base = baseOf(config.endpoint ?? defaultEndpoint);
  const get = (path: string) =>
    askJson(
      config,
      { method: 'GET', url: endpointUrl(base, path), headers: {} },
      { vendor: label, timeoutMs: probeLimitMs },
    );
  try {
    const [version, tags] = await Promise.all([get('api/version'), get('api/tags')]);
    const names = version.status === 200 ? namesIn(tags.text) : undefined;
    if (!names) return { isThere: false, words: `something else answers at ${base.host}` };
    if (names.length === 0) return { isThere: true, words: 'running, no models: "ollama pull" downloads one' };
    return { isThere: true, words: `running, ${names.length} model${names.length === 1 ? '' : 's'}` };
  } catch {
    return { isThere: false, words: 'not running: "ollama serve" starts it' };
  }
}
