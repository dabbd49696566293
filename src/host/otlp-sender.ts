import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { OtelExporterOptions } from '../cost/otel-exporter.ts';
import { endpointUrl, parseEndpoint } from '../llm/endpoint.ts';
import { askJson } from '../llm/http/ask-json.ts';
import type { Dispatcher } from '../llm/http/http-call.ts';

export interface OtlpTarget {
  /** The collector's address, without "/v1/traces": https, or http on this machine. */
  readonly endpoint: string;
  /** As a settings file holds them: anything. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
}

const timeoutMs = 10_000;
/** What belongs to the message itself. */
const reserved = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'expect',
  'te',
  'upgrade',
]);

/** undefined, with a line in the log, for an address that is none. */
export function otlpSender({
  endpoint,
  headers,
  dispatcher,
  clock,
  log,
}: OtlpTarget): OtelExporterOptions['send'] | undefined {
  let base: URL;
  try {
    base = parseEndpoint(endpoint);
  } catch (error) {
    log.warn(`pennyloom.otel.endpoint: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    const isGood = typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value);
    return isGood && !reserved.has(name.toLowerCase()) ? [[name.toLowerCase(), value]] : [];
  });
  return async (path, body) => {
    const request = {
      method: 'POST',
      url: endpointUrl(base, path),
      headers: { ...Object.fromEntries(given), 'content-type': 'application/json' },
      body,
    } as const;
    return (await askJson({ dispatcher, clock }, request, { vendor: 'The OpenTelemetry collector', timeoutMs })).status;
  };
}
