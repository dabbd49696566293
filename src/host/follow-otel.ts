import type { Clock } from '../core/clock.ts';
import { type Disposable, disposable } from '../core/disposable.ts';
import type { Log } from '../core/log.ts';
import type { Ledger } from '../cost/ledger.ts';
import type { OtelExporter } from '../cost/otel-exporter.ts';
import type { Dispatcher } from '../llm/http/http-call.ts';
import { findVendor } from '../llm/vendors.ts';
import { otlpSender } from './otlp-sender.ts';
import { readSettings } from './settings.ts';

export interface OtelParts {
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
}

const providerName = (provider: string): string => findVendor(provider)?.telemetryName ?? provider;

/** Sends what calls cost to the person's own collector, where they named one; nothing of it is loaded before. */
export function followOtel({ ledger, dispatcher, clock, log, version }: OtelParts): Disposable {
  let exporter: Promise<OtelExporter> | undefined;
  let target = '';
  const end = (): void => void exporter?.then(old => old.dispose());
  const listening = ledger.onDidSettle(call => {
    const { endpoint, headers } = readSettings().costs.otel;
    const wanted = JSON.stringify([endpoint, headers]);
    if (wanted !== target) {
      end();
      target = wanted;
      const send = endpoint ? otlpSender({ endpoint, headers, dispatcher, clock, log }) : undefined;
      exporter =
        send &&
        import('../cost/otel-exporter.ts').then(
          ({ OtelExporter: Exporter }) => new Exporter({ send, clock, log, version, providerName }),
        );
    }
    void exporter?.then(one => one.add(call));
  });
  return disposable(() => {
    listening.dispose();
    end();
  });
}
