import type { RequestRecord } from '../loopback/request-log.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Exchange } from './exchange.ts';

/** What an admin key may read, worked out from what this server itself billed. */
export const ORGANIZATION_PATHS = ['/v1/organization/usage/completions', '/v1/organization/costs'] as const;
export type OrganizationPath = (typeof ORGANIZATION_PATHS)[number];

export const isOrganizationPath = (path: string): path is OrganizationPath =>
  (ORGANIZATION_PATHS as readonly string[]).includes(path);

const DAY = 86_400;
/** US dollars per token, beside the product's own table: input, cached input, output (price list of 2026-09). */
const RATES: Readonly<Record<string, readonly [number, number, number]>> = {
  'gpt-4o': [2.5e-6, 1.25e-6, 10e-6],
  'gpt-5.4': [2.5e-6, 0.25e-6, 15e-6],
};
/** The bill names snapshots, whatever alias was asked for. */
const SNAPSHOTS: Readonly<Record<string, string>> = { 'gpt-4o': 'gpt-4o-2024-08-06', 'gpt-5.4': 'gpt-5.4-2026-03-05' };

/** @throws ApiError 401 for any key but an admin's, 400 for what the API does not take */
export function organizationPage(exchange: Exchange, path: OrganizationPath, query: URLSearchParams): unknown {
  checkAdmin(exchange);
  const isCosts = path.endsWith('costs');
  const { start, end, limit, skip } = readQuery(query, isCosts);
  const buckets: unknown[] = [];
  for (let from = start; from < end; from += DAY) {
    const records = exchange.state.log.records.filter(({ billed, at }) => {
      const second = at / 1000;
      return billed !== undefined && second >= from && second < from + DAY;
    });
    const results = isCosts ? costsOf(records) : usageOf(records);
    buckets.push({ object: 'bucket', start_time: from, end_time: Math.min(from + DAY, end), results });
  }
  const data = buckets.slice(skip, skip + limit);
  const more = skip + limit < buckets.length;
  return { object: 'page', data, has_more: more, next_page: more ? `page_${skip + limit}` : null };
}

function checkAdmin({ record }: Exchange): void {
  const key = /^Bearer\s+(\S+)$/i.exec(record.headers.authorization ?? '')?.[1] ?? '';
  if (key.startsWith('sk-admin-') && key.length >= 20 && !/invalid|revoked/.test(key)) return;
  const scope = (path: string): string =>
    `You have insufficient permissions for this operation. Missing scopes: ${path}.`;
  if (key.startsWith('sk-')) throw new ApiError(403, scope('api.usage.read'), { code: null });
  throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
}

function readQuery(query: URLSearchParams, isCosts: boolean) {
  const known = new Set(['start_time', 'end_time', 'bucket_width', 'group_by', 'limit', 'page']);
  for (const name of query.keys())
    if (!known.has(name)) throw badRequest(`Unknown parameter: '${name}'.`, name, 'unknown_parameter');
  const start = whole(query, 'start_time');
  if (start === undefined)
    throw badRequest("Missing required parameter: 'start_time'.", 'start_time', 'missing_required_parameter');
  const end = whole(query, 'end_time') ?? start + 7 * DAY;
  if (end <= start) throw badRequest('end_time must be after start_time.', 'end_time', null);
  if ((query.get('bucket_width') ?? '1d') !== '1d') throw badRequest('Only 1d is served here.', 'bucket_width', null);
  const groups = isCosts ? ['line_item', 'project_id', 'api_key_id'] : ['model', 'project_id', 'service_tier'];
  for (const group of query.getAll('group_by'))
    if (!groups.includes(group)) throw badRequest(`Invalid value: '${group}'.`, 'group_by', 'invalid_value');
  const limit = whole(query, 'limit') ?? 7;
  const most = isCosts ? 180 : 31;
  if (limit < 1 || limit > most) throw badRequest(`limit must be between 1 and ${most}.`, 'limit', null);
  return { start, end, limit, skip: Number((query.get('page') ?? 'page_0').slice('page_'.length)) };
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`Invalid type for '${name}': expected an integer.`, name, 'invalid_type');
  return Number(text);
}

function usageOf(records: readonly RequestRecord[]): unknown[] {
  return byModel(records).map(([model, some]) => {
    const sum = (of: (billed: NonNullable<RequestRecord['billed']>) => number): number =>
      some.reduce((total, { billed }) => total + of(billed!), 0);
    const input = sum(({ promptTokens }) => promptTokens);
    const cached = sum(({ cachedTokens }) => cachedTokens);
    const writes = sum(({ cacheWriteTokens }) => cacheWriteTokens);
    return {
      object: 'organization.usage.completions.result',
      input_tokens: input,
      input_cached_tokens: cached,
      input_cache_write_tokens: writes,
      input_uncached_tokens: input - cached - writes,
      output_tokens: sum(({ completionTokens }) => completionTokens),
      num_model_requests: some.length,
      project_id: null,
      user_id: null,
      api_key_id: null,
      model: SNAPSHOTS[model] ?? model,
      batch: null,
      service_tier: null,
    };
  });
}

function costsOf(records: readonly RequestRecord[]): unknown[] {
  return byModel(records).flatMap(([model, some]) => {
    const rates = RATES[model];
    if (rates === undefined) return [];
    const [input, cached, output] = some.reduce(
      ([i, c, o], { billed }) => [
        i + billed!.promptTokens - billed!.cachedTokens,
        c + billed!.cachedTokens,
        o + billed!.completionTokens,
      ],
      [0, 0, 0],
    );
    const line = (what: string, quantity: number, rate: number): unknown => ({
      object: 'organization.costs.result',
      amount: { value: quantity * rate, currency: 'usd' },
      line_item: `${SNAPSHOTS[model] ?? model}, ${what}`,
      project_id: null,
      api_key_id: null,
      quantity,
      quantity_unit: 'tokens',
    });
    return [line('input', input, rates[0]), line('cached input', cached, rates[1]), line('output', output, rates[2])];
  });
}

function byModel(records: readonly RequestRecord[]): [string, RequestRecord[]][] {
  const models = new Map<string, RequestRecord[]>();
  for (const record of records) {
    const { model } = record.billed!;
    models.set(model, [...(models.get(model) ?? []), record]);
  }
  return [...models];
}
