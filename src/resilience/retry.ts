/** How often and how patiently something is tried again. */
export interface RetryOptions {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Wait after the first failure; doubles with each. */
  readonly baseMs: number;
  /** The doubling stops here. */
  readonly capMs: number;
  /** Added by chance, 0 to this, so that many clients do not come back in the same moment. */
  readonly jitterMs: number;
  /** All waits together, in line and between tries, may take so long; what would take longer is not begun. Default five minutes. */
  readonly deadlineMs?: number;
}

export const defaultDeadlineMs = 300_000;

/** The reference's numbers: 1 s doubling to 32 s, up to a second of jitter, 5 attempts. */
export const defaultRetry: RetryOptions = { attempts: 5, baseMs: 1000, capMs: 32_000, jitterMs: 1000 };

/**
 * How long to wait after the n-th failed try (from 1), or undefined where it was the last.
 * @param afterMs what the server asked for: it takes the place of our own wait and is never undercut.
 * @param random 0 ≤ random < 1.
 */
export function retryWaitMs(
  { attempts, baseMs, capMs, jitterMs }: RetryOptions,
  tries: number,
  random: () => number,
  afterMs?: number,
): number | undefined {
  if (tries >= attempts) return undefined;
  if (afterMs !== undefined) return afterMs;
  return Math.min(capMs, baseMs * 2 ** (tries - 1)) + Math.floor(random() * jitterMs);
}
