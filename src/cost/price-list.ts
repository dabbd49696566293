import { Money } from '../core/money.ts';
import { familyOfSnapshot } from '../llm/model-id.ts';
import list from './price-list.generated.json' with { type: 'json' };

/** US dollars per million tokens, as decimal strings ("0.075"): the way vendors print them, and exact. */
export interface Rates {
  readonly input: string;
  /** Input read from the prompt cache. Absent: not known, or no discount exists. */
  readonly cached?: string;
  /** Input written to the prompt cache. Absent: billed as plain input. */
  readonly cacheWrite?: string;
  /** The same where it is kept for an hour. Absent: as any other write. */
  readonly cacheWrite1h?: string;
  readonly output: string;
}

/** `long` replaces `base` for the whole request once its input exceeds the row's `aboveTokens`. */
export interface TierRates {
  readonly base: Rates;
  readonly long?: Rates;
}

export type PriceTier = 'standard' | 'batch' | 'flex' | 'priority';

/**
 * - unconfirmed: secondary sources only
 * - cache-write-rate-unknown: writes are billed, at a rate no source gives
 * - sources-disagree: see docs/price-sources.md
 * - override: entered by the user
 */
export type PriceRowFlag =
  'unconfirmed' | 'cache-write-rate-unknown' | 'sources-disagree' | 'moving-alias' | 'override';

export interface PriceRow {
  readonly provider: string;
  readonly id: string;
  /** Other ids that cost the same, matched exactly. */
  readonly aliases?: readonly string[];
  /** First day, "YYYY-MM-DD" UTC; absent: since the model exists. */
  readonly from?: string;
  /** First day on which it no longer holds. */
  readonly until?: string;
  /** Last day the vendor vouched for it; later it still is our best guess, marked as unverified. */
  readonly verifiedUntil?: string;
  readonly tiers: { readonly standard: TierRates } & { readonly [tier in PriceTier]?: TierRates };
  /** Input tokens a request may have before the long-context rates apply to all of it. */
  readonly aboveTokens?: number;
  readonly source: string;
  readonly dataDate: string;
  readonly flags?: readonly PriceRowFlag[];
}

export interface FoundPrice {
  readonly row: PriceRow;
  /** Past `verifiedUntil`, or before the first day we know a price for. */
  readonly unverified: boolean;
  /** An unlisted snapshot, priced as its family. */
  readonly family: boolean;
}

/** Prices by provider, model and day. User overrides come first. */
export class PriceList {
  readonly #rows: readonly PriceRow[];
  readonly #byModel = new Map<string, PriceRow[]>();

  constructor(rows: readonly PriceRow[]) {
    this.#rows = rows;
    for (const row of rows) {
      for (const id of [row.id, ...(row.aliases ?? [])]) {
        const key = keyOf(row.provider, id);
        const known = this.#byModel.get(key);
        if (known) known.push(row);
        else this.#byModel.set(key, [row]);
      }
    }
  }

  /** A list in which these rows replace every row of the same provider and id, whatever its dates. */
  withOverrides(overrides: readonly PriceRow[]): PriceList {
    const replaced = new Set(overrides.map(row => keyOf(row.provider, row.id)));
    const kept = this.#rows.flatMap(row => {
      const ids = [row.id, ...(row.aliases ?? [])].filter(id => !replaced.has(keyOf(row.provider, id)));
      const [id, ...aliases] = ids;
      return id === undefined ? [] : [{ ...row, id, aliases }];
    });
    return new PriceList([
      ...kept,
      ...overrides.map(row => ({ ...row, flags: [...(row.flags ?? []), 'override'] as const })),
    ]);
  }

  /** The row in force, or undefined for a model this list does not know. Azure falls back to OpenAI's list. */
  find(provider: string, model: string, at: Date | number): FoundPrice | undefined {
    const rows = this.rowsOf(provider, model);
    if (!rows) return undefined;
    const day = new Date(at).toISOString().slice(0, 10);
    const inForce = rows.rows
      .filter(row => (row.from ?? '') <= day && (row.until === undefined || day < row.until))
      .reduce<PriceRow | undefined>(
        (best, row) => (best && (best.from ?? '') > (row.from ?? '') ? best : row),
        undefined,
      );
    const row = inForce ?? rows.rows[0]!;
    const unverified = !inForce || (row.verifiedUntil !== undefined && day > row.verifiedUntil);
    return { row, unverified, family: rows.family };
  }

  /** Every row of a model, past and present. */
  rowsOf(
    provider: string,
    model: string,
  ): { readonly rows: readonly PriceRow[]; readonly family: boolean } | undefined {
    const family = familyOfSnapshot(model);
    for (const host of provider === 'azure-openai' ? [provider, 'openai'] : [provider]) {
      const exact = this.#byModel.get(keyOf(host, model));
      if (exact) return { rows: exact, family: false };
      const related = family === undefined ? undefined : this.#byModel.get(keyOf(host, family));
      if (related) return { rows: related, family: true };
    }
    return undefined;
  }
}

/** Picodollars per token: exact, because a rate has at most six decimals. */
export function picoPerToken(rate: string): bigint {
  const perMillion = Money.parse(rate).pico;
  if (perMillion % 1_000_000n !== 0n) throw new RangeError(`A rate has at most six decimals: "${rate}"`);
  return perMillion / 1_000_000n;
}

// The compiler reads a JSON file's words as plain strings; the price list test checks every row against the types above.
export const builtInPrices = new PriceList(list.rows as unknown as readonly PriceRow[]);

let inForce = builtInPrices;

/** What everything is priced by where no other list is named: the built-in prices under the person's own. */
export const pricesInForce = (): PriceList => inForce;

/** One list for the process, in place of the last: no caller can forget to pass it on, and then bill at another price. */
export function overridePrices(own: readonly PriceRow[]): void {
  inForce = own.length === 0 ? builtInPrices : builtInPrices.withOverrides(own);
}

function keyOf(provider: string, model: string): string {
  return `${provider}\n${model}`;
}
