/**
 * Exact US dollars: whole picodollars (1e-12 $) in a bigint. A price of $0.000001 per million tokens is one picodollar per token, so
 * every price list in use is represented exactly, and adding a million calls loses nothing.
 */
const picoPerDollar = 1_000_000_000_000n;
const decimals = 12;

export class Money {
  static readonly zero = new Money(0n);
  /** Whole picodollars. */
  readonly pico: bigint;

  constructor(pico: bigint) {
    this.pico = pico;
  }

  /**
   * Reads a plain decimal number of dollars: "0.002975", "12", "-3.5".
   * @throws RangeError for anything else, or for more than 12 decimals: rounding here would be silent.
   */
  static parse(dollars: string): Money {
    const match = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(dollars);
    if (!match) throw new RangeError(`Not an amount of dollars with at most ${decimals} decimals: "${dollars}"`);
    const [, sign, whole, fraction = ''] = match;
    const pico = BigInt(whole!) * picoPerDollar + BigInt(fraction.padEnd(decimals, '0'));
    return new Money(sign ? -pico : pico);
  }

  /**
   * Reads any decimal number as JSON writes it, also "9.8e-7" and one with more decimals than there are, which is rounded half away
   * from zero: what others computed in floating point ("0.0009884999999999998") is meant no finer than that.
   * @throws RangeError for anything else, or for a number no bill has (beyond 1e18).
   */
  static fromDecimal(dollars: string): Money {
    const match = /^(-?)(\d{1,40})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(dollars);
    if (!match) throw new RangeError(`Not an amount of dollars: "${dollars.slice(0, 80)}"`);
    const [, sign, whole, fraction = '', exponent = '0'] = match;
    const shift = decimals - fraction.length + Number(exponent);
    const digits = BigInt(whole! + fraction);
    const pico = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedQuotient(digits, 10n ** BigInt(-shift));
    if (pico > 10n ** 18n * picoPerDollar) throw new RangeError(`Not an amount of dollars: "${dollars.slice(0, 80)}"`);
    return new Money(sign ? -pico : pico);
  }

  static sum(amounts: Iterable<Money>): Money {
    let pico = 0n;
    for (const amount of amounts) pico += amount.pico;
    return new Money(pico);
  }

  static max(first: Money, ...others: readonly Money[]): Money {
    return others.reduce((most, other) => (other.compare(most) > 0 ? other : most), first);
  }

  add(other: Money): Money {
    return new Money(this.pico + other.pico);
  }

  subtract(other: Money): Money {
    return new Money(this.pico - other.pico);
  }

  /** Whole multiples only: there is no such thing as half a token. @throws RangeError for a number that is not an integer. */
  times(count: bigint | number): Money {
    return new Money(this.pico * BigInt(count));
  }

  /** Negative, zero or positive, as for Array.sort. */
  compare(other: Money): number {
    return this.pico < other.pico ? -1 : this.pico > other.pico ? 1 : 0;
  }

  equals(other: Money): boolean {
    return this.pico === other.pico;
  }

  /** Every digit, at least six decimals as price lists print them: "0.002975", "0.000135", "12.000000". */
  toString(): string {
    const { sign, whole, fraction } = this.#digits();
    return `${sign}${whole}.${fraction.replace(/0+$/, '').padEnd(6, '0')}`;
  }

  /** JSON has no bigint: the exact decimal, readable by `Money.parse` (which takes at most 12 decimals, all there are). */
  toJSON(): string {
    return this.toString();
  }

  /**
   * For a person, rounded half away from zero: "$0.0423", "$1.27", "$1,234.50". A dollar and more: cents. Below: four decimals,
   * or as many as show two significant digits; zeros at the end go while cents and two significant digits stay, so that
   * 0.002975 reads "$0.0030", 0.000135 "$0.00014", half a dollar "$0.50". Only zero itself reads "$0.00".
   * @param locale for the separators; digits stay 0–9
   */
  format(locale = 'en'): string {
    const { sign, whole, fraction } = this.#digits();
    const places = whole === '0' ? placesBelowADollar(fraction) : 2;
    const { text, carry } = roundDigits(fraction, places);
    const shown = places > 2 ? trimToSignificant(text) : text;
    const numbers = new Intl.NumberFormat(locale, { numberingSystem: 'latn' });
    const point = numbers.formatToParts(1.5).find(part => part.type === 'decimal')!.value;
    return `${sign}$${numbers.format(BigInt(whole) + (carry ? 1n : 0n))}${point}${shown}`;
  }

  #digits(): { sign: string; whole: string; fraction: string } {
    const absolute = this.pico < 0n ? -this.pico : this.pico;
    return {
      sign: this.pico < 0n ? '-' : '',
      whole: (absolute / picoPerDollar).toString(),
      fraction: (absolute % picoPerDollar).toString().padStart(decimals, '0'),
    };
  }
}

const roundedQuotient = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor / 2n) / divisor;

/** At least four decimals; more only where they would show fewer than two significant digits. */
function placesBelowADollar(fraction: string): number {
  const leadingZeros = /^0*/.exec(fraction)![0].length;
  if (leadingZeros === decimals) return 2;
  return Math.min(decimals, Math.max(4, leadingZeros + 2));
}

/** "5000" → "50", "0500" → "05", "00300" → "0030": zeros at the end go; cents stay, and below them two significant digits. */
function trimToSignificant(fraction: string): string {
  const trimmed = fraction.replace(/0+$/, '').padEnd(2, '0');
  if (trimmed.length === 2) return trimmed;
  const leadingZeros = /^0*/.exec(trimmed)![0].length;
  return trimmed.padEnd(Math.min(decimals, leadingZeros + 2), '0');
}

function roundDigits(fraction: string, places: number): { text: string; carry: boolean } {
  const kept = BigInt(fraction.slice(0, places));
  const rounded = (fraction[places] ?? '0') >= '5' ? kept + 1n : kept;
  const text = rounded.toString().padStart(places, '0');
  return text.length > places ? { text: text.slice(1), carry: true } : { text, carry: false };
}
