/** One line of the report. What is not measured says why, so that nobody reads silence as success. */
export type Result =
  | {
      readonly value: string;
      readonly goal: string;
      readonly met: boolean;
      /** Floor, peers, number of rounds, spread. */
      readonly beside: string;
      /** Everything measured, for bench/results.json. */
      readonly raw: unknown;
    }
  | { readonly notMeasured: string };

export interface Line {
  /** "S1", or "S1b" for an aside. */
  readonly name: string;
  readonly result: Result;
}

export interface Figure {
  readonly name: string;
  readonly what: string;
  measure(): Promise<readonly Line[]>;
}

/** `S1  0.74  goal 0.75  met  (floor 1.00, …)` */
export function format({ name, result }: Line): string {
  if ('notMeasured' in result) return `${name}  not measured: ${result.notMeasured}`;
  const { value, goal, met, beside } = result;
  return `${name}  ${value}  goal ${goal}  ${met ? 'met' : 'missed'}  (${beside})`;
}
