export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share of `q` lies, without interpolation: p99 of 300 is a value that was measured. */
export function quantile(values: readonly number[] | Int32Array, q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Three significant digits, as people read them: 0.74, 10.5, 123. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

export const spread = (values: readonly number[]): string =>
  `${short(Math.min(...values))}–${short(Math.max(...values))}`;
