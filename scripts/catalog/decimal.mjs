/**
 * A published float as the decimal it was meant to be: 0.00015225000000000001 → "0.00015225".
 * @param {number} value dollars per million tokens
 * @throws {Error} for more than six decimals: such a rate is not a whole number of picodollars per token
 */
export function decimal(value) {
  const text = Number(value.toPrecision(12)).toString();
  if (!/^\d+(\.\d{1,6})?$/.test(text)) throw new Error(`Not a price with at most six decimals: ${value}`);
  return text;
}

/** Millionths of a dollar, for exact arithmetic on decimals. */
export function micros(text) {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

/** `text` × numerator / denominator, or undefined when that has more than six decimals. */
export function scaled(text, numerator, denominator) {
  const product = micros(text) * BigInt(numerator);
  if (product % BigInt(denominator) !== 0n) return undefined;
  const value = product / BigInt(denominator);
  const fraction = (value % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return `${value / 1_000_000n}${fraction && `.${fraction}`}`;
}
