import { systemClock } from '../../core/clock.ts';
import { Money } from '../../core/money.ts';
import { endpointUrl, parseEndpoint } from '../endpoint.ts';
import { askJson } from '../http/ask-json.ts';
import { failedAnswer } from '../http/failed-answer.ts';
import type { ProviderConfig } from '../provider-config.ts';
import { failureFromAnswer } from './failures.ts';

/** Tokens of one model on one day (UTC, "YYYY-MM-DD"), as the organization's usage tells them. */
export interface OrganizationUsage {
  readonly day: string;
  readonly model: string;
  readonly requests: number;
  /** With cached ones. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** What one line of the bill came to on one day (UTC). */
export interface OrganizationCost {
  readonly day: string;
  /** As OpenAI names it: "gpt-5.4-2026-03-05, input". */
  readonly item: string;
  /** In US dollars; the API gives a floating-point number, so the last digits are its own. */
  readonly money: Money;
}

export interface AdminAccess extends Pick<ProviderConfig, 'dispatcher' | 'clock'> {
  readonly endpoint: string;
  readonly key: string;
}

const timeoutMs = 30_000;
/** Days in a page: the most that usage takes (OpenAPI document 2.3.0). */
const pageDays = 31;
/** More would be an answer that never ends. */
const mostPages = 50;

/**
 * GET /organization/usage/completions, from one day to another (UTC, without the second). Costs nothing.
 * Source: OpenAPI document 2.3.0, "Usage" (read 2026-11-28). @throws LlmError
 */
export async function organizationUsage(access: AdminAccess, from: Date, to: Date): Promise<OrganizationUsage[]> {
  const buckets = await pages(access, 'organization/usage/completions', 'model', from, to);
  return buckets.map(({ day, result }) => ({
    day,
    model: text(result['model']) || 'unknown',
    requests: count(result['num_model_requests']),
    inputTokens: count(result['input_tokens']),
    cachedTokens: count(result['input_cached_tokens']),
    outputTokens: count(result['output_tokens']),
  }));
}

/** GET /organization/costs, by line item. As `organizationUsage`. @throws LlmError */
export async function organizationCosts(access: AdminAccess, from: Date, to: Date): Promise<OrganizationCost[]> {
  const buckets = await pages(access, 'organization/costs', 'line_item', from, to);
  return buckets.flatMap(({ day, result }) => {
    const { value, currency = 'usd' } = record(result['amount']);
    const dollars = Number(value);
    if (currency !== 'usd' || !Number.isFinite(dollars)) return [];
    return { day, item: text(result['line_item']), money: Money.parse(dollars.toFixed(12)) };
  });
}

interface Bucket {
  readonly day: string;
  readonly result: Readonly<Record<string, unknown>>;
}

async function pages(access: AdminAccess, path: string, groupBy: string, from: Date, to: Date): Promise<Bucket[]> {
  const buckets: Bucket[] = [];
  let page: string | undefined;
  for (let number = 0; number < mostPages; number++) {
    const url = endpointUrl(parseEndpoint(access.endpoint), path);
    url.search = new URLSearchParams({
      start_time: String(seconds(from)),
      end_time: String(seconds(to)),
      bucket_width: '1d',
      group_by: groupBy,
      limit: String(pageDays),
      ...(page !== undefined && { page }),
    }).toString();
    const answer = await ask(access, url);
    for (const bucket of list(answer['data'])) {
      const day = new Date(Number(bucket['start_time']) * 1000).toISOString().slice(0, 10);
      for (const result of list(bucket['results'])) buckets.push({ day, result });
    }
    page = text(answer['next_page']);
    if (answer['has_more'] !== true || !page) return buckets;
  }
  return buckets;
}

async function ask(access: AdminAccess, url: URL): Promise<Readonly<Record<string, unknown>>> {
  const { key, clock = systemClock } = access;
  const headers = { authorization: `Bearer ${key}`, accept: 'application/json' };
  const answer = await askJson(access, { method: 'GET', url, headers }, { vendor: 'OpenAI', timeoutMs });
  const context = { vendor: 'OpenAI', model: '', secrets: [key], now: clock.now() };
  const failed = { status: answer.status, headers: answer.headers, body: answer.text };
  if (answer.status !== 200) throw failureFromAnswer(failed, context);
  try {
    const json = record(JSON.parse(answer.text));
    if (Array.isArray(json['data'])) return json;
  } catch {
    // No JSON: below.
  }
  const message = 'The answer is no page of usage.';
  const verdict = {
    code: 'ERR_BAD_RESPONSE',
    retryable: false,
    isJson: false,
    message,
    vendorCode: undefined,
  } as const;
  throw failedAnswer(failed, context, verdict);
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0);
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
const list = (value: unknown): Readonly<Record<string, unknown>>[] => (Array.isArray(value) ? value.map(record) : []);
