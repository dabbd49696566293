/** What became of one part of the tests. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What to print: a text for each failure. */
  readonly reports: readonly string[];
}
