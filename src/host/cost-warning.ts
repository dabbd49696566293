import type { Disposable } from '../core/disposable.ts';
import type { Money } from '../core/money.ts';
import type { Ledger } from '../cost/ledger.ts';

export interface CostWarningOptions {
  readonly ledger: Ledger;
  readonly sessionId: () => string;
  /** undefined for never. */
  readonly warnAt: () => Money | undefined;
  readonly warn: (text: string) => void;
  readonly locale?: string;
}

/** Says once that a session has cost more than the amount set; again only for another session, or another amount. */
export class CostWarning implements Disposable {
  #options: CostWarningOptions;
  #listening: Disposable;
  #told = new Set<string>();

  constructor(options: CostWarningOptions) {
    this.#options = options;
    this.#listening = options.ledger.onDidChange(() => this.#look());
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #look(): void {
    const { ledger, sessionId, warnAt, warn, locale } = this.#options;
    const session = sessionId();
    const limit = warnAt();
    const name = `${session} ${limit?.toString()}`;
    if (!limit || this.#told.has(name)) return;
    const { money, estimatedCalls, unknownCalls } = ledger.total({ session });
    if (money.compare(limit) <= 0) return;
    this.#told.add(name);
    const sign = unknownCalls > 0 ? 'at least ' : estimatedCalls > 0 ? 'about ' : '';
    warn(
      `This session has cost ${sign}${money.format(locale)}, more than the ${limit.format(locale)} you set in pennyloom.warnAt.`,
    );
  }
}
