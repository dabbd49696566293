import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './loopback/read-body.ts';

export interface CollectedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: unknown;
  /** What OTLP's JSON encoding forbids. */
  readonly violations: readonly string[];
}

export interface OtlpCollector extends AsyncDisposable {
  readonly url: string;
  readonly requests: CollectedRequest[];
  /** What it answers from now on. */
  status: number;
}

/** A collector on loopback that reads OTLP/HTTP JSON as strictly as opentelemetry-proto describes it (1.x). */
export async function otlpCollector(): Promise<OtlpCollector> {
  const requests: CollectedRequest[] = [];
  const collector = { status: 200 };
  const server = createServer((request, response) => {
    void readBody(request, 10_000_000).then(bytes => {
      const path = request.url ?? '';
      const text = bytes.toString('utf8');
      const body = JSON.parse(text) as unknown;
      const violations = request.headers['content-type'] === 'application/json' ? [] : ['content-type'];
      requests.push({ path, headers: request.headers, text, body, violations: [...violations, ...check(path, body)] });
      response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(collector, { url, requests, [Symbol.asyncDispose]: stop });
}

type Rule = (value: unknown) => string[];

const is =
  (what: string, test: (value: unknown) => boolean): Rule =>
  value =>
    test(value) ? [] : [`${JSON.stringify(value)} is no ${what}`];
const string = is('text', value => typeof value === 'string' && value !== '');
const number = is('number', value => typeof value === 'number' && Number.isFinite(value));
const boolean = is('boolean', value => typeof value === 'boolean');
const int64 = is('64-bit integer as text', value => typeof value === 'string' && /^\d{1,19}$/.test(value));
const hex = (length: number): Rule =>
  is(`${length} hex digits`, value => typeof value === 'string' && new RegExp(`^[0-9a-f]{${length}}$`).test(value) && /[^0]/.test(value)); // prettier-ignore
const oneOf = (...values: readonly unknown[]): Rule => is(`one of ${values.join()}`, value => values.includes(value));
const list =
  (rule: Rule): Rule =>
  value =>
    Array.isArray(value) ? value.flatMap(rule) : ['no list'];

/** Names with "?" may be missing; others than these are forbidden, because a collector would drop them without a word. */
const object =
  (fields: Readonly<Record<string, Rule>>): Rule =>
  value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['no object'];
    const known = new Set(Object.keys(fields).map(name => name.replace('?', '')));
    const unknown = Object.keys(value).filter(name => !known.has(name));
    return [
      ...unknown.map(name => `${name} is no field`),
      ...Object.entries(fields).flatMap(([name, rule]) => {
        const inner = (value as Record<string, unknown>)[name.replace('?', '')];
        if (inner === undefined) return name.endsWith('?') ? [] : [`${name} is missing`];
        return rule(inner).map(violation => `${name.replace('?', '')}: ${violation}`);
      }),
    ];
  };

const anyValue: Rule = value => [
  ...(Object.keys(value as object).length === 1 ? [] : ['not exactly one value']),
  ...object({ 'stringValue?': string, 'intValue?': int64, 'doubleValue?': number, 'boolValue?': boolean })(value),
];
const attributes = list(object({ key: string, value: anyValue }));
const scope = object({ name: string, version: string });
const resource = object({ attributes });
const span = object({
  traceId: hex(32),
  spanId: hex(16),
  name: string,
  kind: oneOf(1, 2, 3, 4, 5),
  startTimeUnixNano: int64,
  endTimeUnixNano: int64,
  attributes,
  status: object({ 'code?': oneOf(0, 1, 2), 'message?': string }),
});
const point = { attributes, startTimeUnixNano: int64, timeUnixNano: int64 };
const histogramPoint: Rule = value => {
  const { bucketCounts, explicitBounds, count } = value as Record<string, unknown[]> & { count: unknown };
  const total = bucketCounts?.reduce((sum: number, one) => sum + Number(one), 0);
  return [
    ...object({ ...point, count: int64, sum: number, bucketCounts: list(int64), explicitBounds: list(number), min: number, max: number })(value), // prettier-ignore
    ...(bucketCounts?.length === (explicitBounds?.length ?? 0) + 1 ? [] : ['one bucket more than bounds is wanted']),
    ...(total === Number(count) ? [] : ['the buckets do not add up to the count']),
  ];
};
const metric = object({
  name: string,
  'description?': string,
  unit: string,
  'sum?': object({ aggregationTemporality: oneOf(1, 2), isMonotonic: boolean, dataPoints: list(object({ ...point, asDouble: number })) }), // prettier-ignore
  'histogram?': object({ aggregationTemporality: oneOf(1, 2), dataPoints: list(histogramPoint) }),
});
const bodies: Readonly<Record<string, Rule>> = {
  '/v1/traces': object({ resourceSpans: list(object({ resource, scopeSpans: list(object({ scope, spans: list(span) })) })) }), // prettier-ignore
  '/v1/metrics': object({ resourceMetrics: list(object({ resource, scopeMetrics: list(object({ scope, metrics: list(metric) })) })) }), // prettier-ignore
};

const check = (path: string, body: unknown): string[] => bodies[path]?.(body) ?? [`no such path: ${path}`];
