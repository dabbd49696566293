export interface Facts {
  readonly model: string;
  readonly tokens: { readonly input: number; readonly output: number } | undefined;
  /** As shown: "$0.0069", "≥ $0.0069"; undefined where it is shown as unknown, or not at all. */
  readonly cost: string | undefined;
  /** As shown: "2.1 s". */
  readonly time: string;
}

/** Reads the line under an answer, in English: "gpt-5.4 · 1,520 → 384 · $0.0069 · 2.1 s". */
export function parseFacts(line: string): Facts | undefined {
  const parts = line.split('·').map(part => part.trim());
  const [model] = parts;
  if (!model) {
    return undefined;
  }
  const arrow = parts.map(part => /^([\d,]+) → ([\d,]+)$/.exec(part)).find(Boolean);
  const [, input, output] = arrow ?? [];
  return {
    model,
    tokens: input && output ? { input: toNumber(input), output: toNumber(output) } : undefined,
    cost: parts.find(part => /^[≈≥≤]?\s*\$\d/.test(part)),
    time: parts.find(part => /^[\d.,]+ (ms|s|min)$/.test(part)) ?? 'unknown',
  };
}

function toNumber(text: string): number {
  return Number(text.replaceAll(',', ''));
}
