import type { FailureCode } from '../llm-error.ts';

/** What a refusal says of a limit: how much it is, how much is used up, how much this request asked for. */
export interface Figures {
  readonly limit: number;
  readonly used?: number;
  readonly requested?: number;
}

const n = String.raw`([\d,]+)`;

/**
 * The sentences vendors put figures into. OpenAI: "Limit 10000, Used 9500, Requested 1200" (rate limits guide), "maximum context length is
 * 8192 tokens. However, your messages resulted in 10000 tokens" (error codes guide); Anthropic: "prompt is too long: 210000 tokens >
 * 200000 maximum" (errors page); all read 2026-11-22. Mistral: "Prompt contains 40046 tokens and 0 draft
 * tokens, too large for model with 32768 maximum context length" (seen 2025).
 */
const sentences: { readonly [code in FailureCode]?: readonly [RegExp, readonly (keyof Figures)[]][] } = {
  ERR_RATE_LIMIT: [
    [new RegExp(`Limit:? ${n}, Used:? ${n}, Requested:? ${n}`, 'i'), ['limit', 'used', 'requested']],
    [new RegExp(`Limit:? ${n}, Requested:? ${n}`, 'i'), ['limit', 'requested']],
    [new RegExp(`Limit:? ${n} / min\\. Current:? ${n} / min`, 'i'), ['limit', 'used']],
  ],
  ERR_CONTEXT_LENGTH_EXCEEDED: [
    [
      new RegExp(
        `(?:maximum context length is|configured limit of) ${n} tokens\\..{0,40}(?:resulted in|requested) ${n} tokens`,
        'i',
      ),
      ['limit', 'requested'],
    ],
    [new RegExp(`${n} tokens > ${n} maximum`, 'i'), ['requested', 'limit']],
    [new RegExp(`contains ${n} tokens.{0,40} too large for model with ${n} maximum`, 'i'), ['requested', 'limit']],
  ],
};

/** For show only: what the failure is has been decided before, by status and code. */
export function figuresIn(code: FailureCode, message: string): Figures | undefined {
  for (const [pattern, names] of sentences[code] ?? []) {
    const match = pattern.exec(message);
    if (!match) continue;
    const counts = match.slice(1).map(text => Number(text.replaceAll(',', '')));
    return Object.fromEntries(names.map((name, at) => [name, counts[at]])) as unknown as Figures;
  }
  return undefined;
}
