import { originOf } from '../llm/endpoint.ts';
import type { Database } from '../storage/database.ts';
import { type CountSample, LearnedCounts } from './learned-counts.ts';

/** Whose counting is learned: the same model may be served with another template elsewhere. */
export interface CountedModel {
  readonly provider: string;
  readonly endpoint: string | undefined;
  readonly model: string;
}

/** Answers between two writings. What a window learned since the last one is learned again. */
const keepEvery = 8;

/** How models count, as learned by all windows. Kept now and then, with a call that is written anyway; the last window to write stands. */
export class TokenLearner {
  #db: Database | undefined;
  #writeAlong: (write: () => void) => void;
  #known = new Map<string, LearnedCounts>();

  /** @param db where it is kept; without, it is forgotten with the window. @param writeAlong puts a write beside the next one. */
  constructor(db: Database | undefined, writeAlong: (write: () => void) => void) {
    this.#db = db;
    this.#writeAlong = writeAlong;
  }

  of({ provider, endpoint, model }: CountedModel): LearnedCounts {
    const key = [provider, originOf(endpoint) ?? '', model] as const;
    const known = this.#known.get(key.join(' '));
    if (known) return known;
    let sinceKept = 0;
    const learned: LearnedCounts = new LearnedCounts(this.#read(key), () => {
      if (++sinceKept < keepEvery) return;
      sinceKept = 0;
      this.#keep(key, learned.samples);
    });
    this.#known.set(key.join(' '), learned);
    return learned;
  }

  /** Nothing is learned of what cannot be read. */
  #read(key: readonly string[]): CountSample[] {
    try {
      const row = this.#db?.get('SELECT samples FROM learned_counts WHERE provider = ? AND host = ? AND model = ?', ...key);
      return row ? (JSON.parse(String(row['samples'])) as CountSample[]) : [];
    } catch {
      return [];
    }
  }

  #keep(key: readonly string[], samples: readonly CountSample[]): void {
    const db = this.#db;
    if (!db) return;
    const text = JSON.stringify(samples, (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value));
    this.#writeAlong(() => db.run('INSERT OR REPLACE INTO learned_counts (provider, host, model, samples) VALUES (?, ?, ?, ?)', ...key, text));
  }
} // prettier-ignore
