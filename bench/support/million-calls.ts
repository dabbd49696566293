/** A month of a million settled calls, seeded; as rows of the ledger, and as the lines a log would hold. */
import { mulberry32, seed } from './chat-answer.ts';

export interface SettledCall {
  readonly id: string;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly state: 'reported' | 'estimated' | 'lost';
  /** Picodollars; undefined where it is unknown. */
  readonly cost: bigint | undefined;
  readonly input: number;
  readonly output: number;
  readonly priceDate: string;
}

/** Where people live whose midnight falls into the middle of an hour of UTC: the month begins at a half hour. */
export const monthBegins = Date.UTC(2026, 10, 1) - 5.5 * 3_600_000;
export const todayBegins = Date.UTC(2026, 10, 30) - 5.5 * 3_600_000;
const models = ['gpt-5.4', 'gpt-5.4-mini', 'gpt-5.4-nano', 'gpt-4o', 'o3'];

export function* millionCalls(count = 1_000_000): Generator<SettledCall> {
  const random = mulberry32(seed);
  const days = 30;
  for (let at = 0; at < count; at++) {
    const kind = random();
    const input = Math.floor(random() * 100_000);
    const output = Math.floor(random() * 10_000);
    yield {
      id: `call-${at}`,
      model: models[Math.floor(random() ** 2 * models.length)]!,
      started: monthBegins + Math.floor((at / count) * days * 86_400_000),
      state: kind < 0.98 ? 'reported' : kind < 0.99 ? 'estimated' : 'lost',
      cost: kind < 0.99 ? BigInt(input) * 1_250_000n + BigInt(output) * 10_000_001n : undefined,
      input,
      output,
      priceDate: at < count / 2 ? '2026-10-01' : '2026-11-15',
    };
  }
}
