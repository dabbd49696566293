import type { MeasuredPrompt } from './measured-prompt.ts';
import { solve } from './solve.ts';

/** A request whose tokens the provider has told: its parts, what was expected of them without any learning, and the truth. */
export interface CountSample {
  readonly parts: readonly number[];
  readonly expected: number;
  readonly reported: number;
}

/** Answers that are gone by: enough to tell the parts of a prompt apart, few enough to follow a model whose tokenizer changes. */
export const samplesKept = 48;
/** Conversations whose last request is remembered with its true count. */
const anchorsKept = 8;
/** How far off a count is that a tokenizer of its own explains, as a share: what is further off weighs less. */
const noise = 0.05;
/** What is off by more than this is no tokenizer: a cache that is not told, a search in the middle of the answer. */
const credible = 4;

/** How far each part is trusted before anything was seen: as standard deviations of what one of it may be off, in the order of `partsOf`. */
const doubts = [0.3, 0.3, 0.3, 1, 30, 200, 0.1, 0.2] as const;

function partsOf({ words, beyondAscii, tools, frame, hasTools, sealed, sealedBefore }: MeasuredPrompt): number[] {
  return [words, beyondAscii, tools, frame, 1, hasTools ? 1 : 0, sealed, sealedBefore];
}

/**
 * How one model at one host counts, learned from what its own answers report: for each part of a prompt how much more or less it takes
 * than expected, doubtful at first and surer with each answer (a ridge towards what was expected, in shares of the whole, with outliers
 * held down as Huber does). Nothing of it is a bound.
 */
export class LearnedCounts {
  #samples: CountSample[];
  #onLearned: () => void;
  #more: readonly number[] | undefined;
  #anchors: { readonly prompt: MeasuredPrompt; readonly reported: number }[] = [];

  /** @param onLearned called after each sample. */
  constructor(samples: readonly CountSample[] = [], onLearned: () => void = () => {}) {
    this.#samples = samples.filter(isSample).slice(-samplesKept);
    this.#onLearned = onLearned;
  }

  get samples(): readonly CountSample[] {
    return this.#samples;
  }

  /** @param reported input tokens as the provider told them. */
  see(prompt: MeasuredPrompt, reported: number): void {
    const { expected } = prompt;
    if (reported * credible < expected || reported > expected * credible) return;
    this.#anchors = [{ prompt, reported }, ...this.#anchors.filter(anchor => !continues(prompt, anchor.prompt))].slice(
      0,
      anchorsKept,
    );
    // Pictures have rules of their own, which are not in doubt here.
    if (prompt.hasImages) return;
    this.#samples = [...this.#samples, { parts: partsOf(prompt), expected, reported }].slice(-samplesKept);
    this.#more = undefined;
    this.#onLearned();
  }

  /**
   * Input tokens that will probably be reported. Of a conversation that goes on, what was reported of it last is taken as it is, and only
   * what came since is estimated.
   */
  likely(prompt: MeasuredPrompt): number {
    const anchor = this.#anchors.find(known => continues(prompt, known.prompt));
    const known = anchor ? anchor.reported - this.#fitted(anchor.prompt) : 0;
    return Math.ceil(Math.max(prompt.expected / credible, this.#fitted(prompt) + known));
  }

  #fitted(prompt: MeasuredPrompt): number {
    this.#more ??= this.#fit();
    return prompt.expected + product(this.#more, partsOf(prompt));
  }

  #fit(): readonly number[] {
    let more: readonly number[] = doubts.map(() => 0);
    if (this.#samples.length === 0) return more;
    for (let round = 0; round < 5; round++) {
      const matrix = doubts.map((doubt, row) => doubts.map((_, column) => (row === column ? 1 / doubt ** 2 : 0)));
      const right = doubts.map(() => 0);
      for (const { parts, expected, reported } of this.#samples) {
        const off = Math.abs(reported - expected - product(more, parts)) / (noise * reported);
        const weight = Math.min(1, 1.5 / off) / (noise * reported) ** 2;
        for (const [row, part] of parts.entries()) {
          right[row]! += weight * part * (reported - expected);
          for (const [column, other] of parts.entries()) matrix[row]![column]! += weight * part * other;
        }
      }
      more = solve(matrix, right);
    }
    return more;
  }
}

const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** Whether a prompt begins with the whole of an earlier one, and offers the same tools. */
function continues({ texts, toolTexts }: MeasuredPrompt, earlier: MeasuredPrompt): boolean {
  const beginsWith = (all: readonly string[], first: readonly string[]): boolean =>
    all.length >= first.length && first.every((text, at) => text === all[at]);
  return (
    toolTexts.length === earlier.toolTexts.length &&
    beginsWith(toolTexts, earlier.toolTexts) &&
    beginsWith(texts, earlier.texts)
  );
}

/** What was kept may be of another version, or not ours. */
function isSample({ parts, expected, reported }: CountSample): boolean {
  return (
    Array.isArray(parts) &&
    parts.length === doubts.length &&
    [...parts, expected, reported].every(value => Number.isFinite(value) && value >= 0) &&
    reported > 0
  );
}
