import { createHash } from 'node:crypto';
import type { SettledCall } from './ledger.ts';

/**
 * Settled calls in OTLP's JSON: a span for each, and their metrics since the last time. Names are those of OpenTelemetry's semantic
 * conventions for generative AI, status "Development" (semantic-conventions-genai, read 2026-11-28); what those have no name for begins
 * with "pennyloom.". The encoding: opentelemetry-proto 1.x, "OTLP/HTTP, JSON Protobuf Encoding": ids in hex, 64-bit integers as text.
 * Nothing that was said is in it, and no name of a file, workspace or person.
 */
export interface OtlpBatch {
  readonly traces: unknown;
  readonly metrics: unknown;
}

export interface OtlpNames {
  /** Of the extension. */
  readonly version: string;
  /** The conventions' name of a provider. */
  readonly providerName: (provider: string) => string;
}

export function otlpBatch(calls: readonly SettledCall[], { version, providerName }: OtlpNames): OtlpBatch {
  const told = calls.map(call => ({ ...call, provider: providerName(call.provider) }));
  const resource = { attributes: [text('service.name', 'pennyloom'), text('service.version', version)] };
  const scope = { name: 'pennyloom', version };
  return {
    traces: { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: told.map(spanOf) }] }] },
    metrics: { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: metricsOf(told) }] }] },
  };
}

type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

const text = (key: string, stringValue: string): Attribute => ({ key, value: { stringValue } });
const whole = (key: string, count: number): Attribute => ({ key, value: { intValue: String(count) } });
const double = (key: string, doubleValue: number): Attribute => ({ key, value: { doubleValue } });

/** SPAN_KIND_CLIENT, STATUS_CODE_ERROR, AGGREGATION_TEMPORALITY_DELTA. */
const client = 3;
const failed = 2;
const delta = 1;

function spanOf(call: SettledCall): unknown {
  const { id, turn, model, conversation, feature, started, settled, state, cost, usage } = call;
  const error = errorOf(call);
  return {
    // All requests of a question are one trace. Hashes: ids of ours are nobody else's business.
    traceId: hash(turn || id).slice(0, 32),
    spanId: hash(id).slice(0, 16),
    name: `chat ${model}`,
    kind: client,
    startTimeUnixNano: nanos(started),
    endTimeUnixNano: nanos(settled),
    attributes: [
      ...commonAttributes(call),
      ...(conversation ? [text('gen_ai.conversation.id', hash(conversation).slice(0, 32))] : []),
      ...(usage
        ? [
            whole('gen_ai.usage.input_tokens', usage.inputTokens),
            whole('gen_ai.usage.output_tokens', usage.outputTokens),
            ...optional('gen_ai.usage.cache_read.input_tokens', usage.cachedInputTokens),
            ...optional('gen_ai.usage.cache_creation.input_tokens', usage.cacheWriteTokens),
            ...optional('gen_ai.usage.reasoning.output_tokens', usage.reasoningTokens),
          ]
        : []),
      ...(cost ? [double('pennyloom.cost.usd', Number(cost.toString()))] : []),
      text('pennyloom.cost.state', state),
      text('pennyloom.feature', feature),
    ],
    status: error === undefined ? {} : { code: failed },
  };
}

function commonAttributes(call: SettledCall): Attribute[] {
  const { provider, model } = call;
  const error = errorOf(call);
  return [
    text('gen_ai.operation.name', 'chat'),
    text('gen_ai.provider.name', provider),
    text('gen_ai.request.model', model),
    ...(error === undefined ? [] : [text('error.type', error)]),
  ];
}

/** Refused, or gone without an answer. A stop is none. */
const errorOf = ({ state }: SettledCall): string | undefined =>
  state === 'rejected' || state === 'lost' ? state : undefined;

const optional = (key: string, count: number | undefined): Attribute[] =>
  count === undefined ? [] : [whole(key, count)];

/** The buckets that the conventions advise. */
const tokenBounds = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
const secondBounds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

interface Point {
  readonly attributes: readonly Attribute[];
  readonly value: number;
  readonly call: SettledCall;
}

function metricsOf(calls: readonly SettledCall[]): Metric[] {
  const durations = calls.map((call): Point => ({
    attributes: commonAttributes(call),
    value: Math.max(0, call.settled - call.started) / 1000,
    call,
  }));
  const tokens = calls.flatMap(call => {
    const { usage } = call;
    const of = (type: string, value: number): Point => ({
      attributes: [...commonAttributes(call), text('gen_ai.token.type', type)],
      value,
      call,
    });
    return usage ? [of('input', usage.inputTokens), of('output', usage.outputTokens)] : [];
  });
  const costs = calls.flatMap(call =>
    call.cost ? [{ attributes: commonAttributes(call), value: Number(call.cost.toString()), call }] : [],
  );
  const metrics: Metric[] = [
    histogram('gen_ai.client.operation.duration', 's', durations, secondBounds),
    histogram('gen_ai.client.token.usage', '{token}', tokens, tokenBounds),
    {
      name: 'pennyloom.cost',
      unit: '{USD}',
      sum: {
        aggregationTemporality: delta,
        isMonotonic: true,
        dataPoints: grouped(costs).map(points => ({ ...pointHead(points), asDouble: sumOf(points) })),
      },
    },
  ];
  return metrics.filter(({ sum, histogram: buckets }) => (sum ?? buckets)!.dataPoints.length > 0);
}

interface Points {
  readonly aggregationTemporality: number;
  readonly dataPoints: readonly unknown[];
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: Points & { readonly isMonotonic: boolean };
  readonly histogram?: Points;
}

function histogram(name: string, unit: string, points: readonly Point[], bounds: readonly number[]): Metric {
  const dataPoints = grouped(points).map(group => {
    const counts = Array.from({ length: bounds.length + 1 }, () => 0);
    for (const { value } of group) {
      const bucket = bounds.findIndex(bound => value <= bound);
      counts[bucket === -1 ? bounds.length : bucket]! += 1;
    }
    return {
      ...pointHead(group),
      count: String(group.length),
      sum: sumOf(group),
      bucketCounts: counts.map(String),
      explicitBounds: bounds,
      min: Math.min(...group.map(({ value }) => value)),
      max: Math.max(...group.map(({ value }) => value)),
    };
  });
  return { name, unit, histogram: { aggregationTemporality: delta, dataPoints } };
}

/** Points with the same attributes are one. */
function grouped(points: readonly Point[]): Point[][] {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const key = JSON.stringify(point.attributes);
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  return [...groups.values()];
}

const pointHead = (points: readonly Point[]) => ({
  attributes: points[0]!.attributes,
  startTimeUnixNano: nanos(Math.min(...points.map(({ call }) => call.started))),
  timeUnixNano: nanos(Math.max(...points.map(({ call }) => call.settled))),
});

const sumOf = (points: readonly Point[]): number => points.reduce((sum, { value }) => sum + value, 0);
const nanos = (ms: number): string => `${Math.round(ms)}000000`;
const hash = (id: string): string => createHash('sha256').update(id).digest('hex');
