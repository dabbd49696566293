/**
 * Answers that come at a model's pace, each delta with its number and the moment it was sent, so that whoever reads it can tell
 * whether one is missing and how late it is.
 */

/** Deltas of one paced answer, and the time between them. With 500 streams at once: 25,000 events a second. */
export const pace = { deltas: 200, everyMs: 20 } as const;

export const pacedUsage = { inputTokens: 1234, outputTokens: pace.deltas } as const;

/** Microseconds of the clock that all processes of a machine share. */
export const sharedMicros = (): number => Number(process.hrtime.bigint() / 1000n);

export const pacedDelta = (at: number): string => `${at} ${sharedMicros().toString(36)} `;

/** How late deltas were read, microseconds. Its room is made beforehand: an array that grows is copied in the middle of the measurement. */
export class Lags {
  readonly values: Int32Array;
  #count = 0;

  constructor(deltas: number) {
    this.values = new Int32Array(deltas);
  }

  add(micros: number): void {
    this.values[this.#count++] = micros;
  }
}

/** Takes the deltas of one stream as they arrive. @throws where one is missing, doubled or out of order. */
export class PacedReader {
  #next = 0;
  #lags: Lags;

  /** @param lags every delta's lag is added. */
  constructor(lags: Lags) {
    this.#lags = lags;
  }

  readonly take = (text: string): void => {
    const space = text.indexOf(' ');
    if (Number(text.slice(0, space)) !== this.#next++) throw new Error('a delta is missing or out of order');
    this.#lags.add(sharedMicros() - Number.parseInt(text.slice(space + 1), 36));
  };
}
