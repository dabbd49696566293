import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { Log } from '../core/log.ts';
import type { SettledCall } from './ledger.ts';
import { otlpBatch, type OtlpNames } from './otlp.ts';

export interface OtelExporterOptions extends OtlpNames {
  /** POSTs JSON to a path under the collector's address; the status of the answer. May reject. */
  readonly send: (path: 'v1/traces' | 'v1/metrics', body: string) => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a call waits for others to be sent with. */
const batchMs = 5000;
const mostInBatch = 200;
/** What may wait for a collector that does not answer; then the oldest are dropped. */
const mostWaiting = 2000;

/** Sends settled calls to a collector, some at a time. Whatever becomes of it, nobody waits for it and nothing fails by it. */
export class OtelExporter implements Disposable {
  #options: OtelExporterOptions;
  #waiting: SettledCall[] = [];
  #timer: Disposable | undefined;
  #sending: Promise<void> = Promise.resolve();
  #told = '';

  constructor(options: OtelExporterOptions) {
    this.#options = options;
  }

  add(call: SettledCall): void {
    this.#waiting.push(call);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
    if (this.#waiting.length >= mostInBatch) void this.flush();
    else this.#timer ??= this.#options.clock.after(batchMs, () => void this.flush());
  }

  /** Resolves when what waits now is sent, or given up. Never rejects. */
  flush(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    return (this.#sending = this.#sending.then(() => this.#send()));
  }

  /** What waits is sent, as far as the window's end leaves time for it. */
  dispose(): void {
    void this.flush();
  }

  async #send(): Promise<void> {
    const calls = this.#waiting.splice(0, mostInBatch);
    if (calls.length === 0) return;
    const { send } = this.#options;
    const { traces, metrics } = otlpBatch(calls, this.#options);
    const statuses = await Promise.all([
      this.#try(() => send('v1/traces', JSON.stringify(traces))),
      this.#try(() => send('v1/metrics', JSON.stringify(metrics))),
    ]);
    const bad = statuses.find(status => status !== 200);
    this.#tell(bad === undefined ? '' : `The OpenTelemetry collector did not take ${calls.length} call(s): ${bad}`);
    if (this.#waiting.length > 0) await this.#send();
  }

  async #try(send: () => Promise<number>): Promise<number | string> {
    try {
      return await send();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** The same trouble once, however long it lasts. */
  #tell(trouble: string): void {
    const kind = trouble.replace(/\d+ call/, '');
    if (trouble && kind !== this.#told) this.#options.log.warn(trouble);
    this.#told = kind;
  }
}
