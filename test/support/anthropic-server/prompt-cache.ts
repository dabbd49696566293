import { createHash } from 'node:crypto';
import type { PromptPart } from './prompt-parts.ts';

/** Tokens of one prompt, by how they are billed; the rest of it is plain input. */
export interface CacheUse {
  readonly read: number;
  readonly written5m: number;
  readonly written1h: number;
}

/** How far back from a mark an earlier entry is looked for ("Prompt caching" on platform.claude.com, read 2026-11-28). */
const LOOK_BACK = 20;
const KEPT_MS = { '5m': 5 * 60_000, '1h': 60 * 60_000 } as const;

/** The prompt cache, simulated block by block: beginnings that were marked are kept, and found again from a mark at or after them. */
export class PromptCache {
  /** Hash of a beginning → until when, milliseconds. */
  readonly #kept = new Map<string, { until: number; readonly ms: number }>();

  clear(): void {
    this.#kept.clear();
  }

  /** @param least tokens a beginning must have */
  use(owner: string, parts: readonly PromptPart[], least: number, now: number): CacheUse {
    const ends = endsOf(owner, parts);
    const marks = parts.flatMap(({ mark }, at) => (mark ? { at, mark } : []));
    let found = -1;
    for (const { at } of marks)
      for (let back = at; back > Math.max(found, at - LOOK_BACK); back--)
        if ((this.#kept.get(ends[back]!.hash)?.until ?? 0) > now) found = Math.max(found, back);
    const read = found < 0 ? 0 : ends[found]!.tokens;
    const entry = found < 0 ? undefined : this.#kept.get(ends[found]!.hash);
    // A reading keeps it for as long again.
    if (entry) entry.until = now + entry.ms;
    let counted = read;
    const written = { '5m': 0, '1h': 0 };
    for (const { at, mark } of marks) {
      const { hash, tokens } = ends[at]!;
      if (at <= found || tokens < least) continue;
      this.#kept.set(hash, { until: now + KEPT_MS[mark], ms: KEPT_MS[mark] });
      written[mark] += tokens - counted;
      counted = tokens;
    }
    return { read, written5m: written['5m'], written1h: written['1h'] };
  }
}

function endsOf(owner: string, parts: readonly PromptPart[]): readonly { hash: string; tokens: number }[] {
  const hash = createHash('sha256').update(owner);
  let tokens = 0;
  return parts.map(part => {
    hash.update(`\n${part.content}`);
    tokens += part.tokens;
    return { hash: hash.copy().digest('base64'), tokens };
  });
}
