import { systemClock } from '../../core/clock.ts';
import { badAnswer } from './answer.ts';
import { askJson } from './ask-json.ts';
import type { Wire } from './wire.ts';
import type { ModelAmendment } from '../model-catalog.ts';
import type { ProviderConfig } from '../provider-config.ts';

export interface ModelListRequest {
  /** The vendor as a person knows it. */
  readonly label: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly secrets: readonly string[];
  readonly failure: Wire['failure'];
}

/** What one entry of a list says of a model; undefined for what is no model to chat with. */
export type EntryReader = (entry: Readonly<Record<string, unknown>>) => Partial<ModelAmendment> | undefined;

const limitMs = 15_000;

/**
 * GET …/models: what a key may ask, and what the server tells of it. Costs nothing, and is asked for by a person only.
 * @throws LlmError
 */
export async function askForModels(
  config: ProviderConfig,
  { label, url, headers, secrets, failure }: ModelListRequest,
  read: EntryReader,
): Promise<readonly ModelAmendment[]> {
  const { clock = systemClock } = config;
  const request = { method: 'GET', url, headers: { ...headers, accept: 'application/json' } } as const;
  const { status, headers: answered, text } = await askJson(config, request, { vendor: label, timeoutMs: limitMs });
  const context = { vendor: label, model: '', secrets, now: clock.now() };
  if (status !== 200) throw failure({ status, headers: answered, body: text }, context);
  const entries = entriesOf(text);
  if (!entries)
    throw badAnswer(
      { vendor: label, model: '', failure: body => failure({ headers: answered, body }, context) },
      noList,
    );
  const told = { provider: config.provider, source: `listed by ${url.host}`, checkedOn: dayOf(clock.now()) };
  return entries.flatMap(entry => {
    const { id } = entry;
    const facts = typeof id === 'string' && id ? read(entry) : undefined;
    return facts ? [{ ...told, ...facts, id: id as string }] : [];
  });
}

const noList = 'The answer is no list of models.';

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** `{"data": […]}`, or the bare list that Together answers with. */
function entriesOf(text: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list: unknown = Array.isArray(json) ? json : (json as { data?: unknown } | null)?.data;
  if (!Array.isArray(list)) return undefined;
  return list.filter(entry => typeof entry === 'object' && entry !== null);
}
