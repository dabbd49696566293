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

  static sum(amounts: Iterable<Money>): Money {
    let pico = 0n;
    for (const amount of amounts) pico += amount.pico;
    return new Money(pico);
  }

  add(other: Money): Money {
    return new Money(this.pico + other.pico);
  }

  subtract(other: Money): Money {
    return new Money(this.pico - other.pico);
  }

  /** Whole multiples only: there is no such thing as half a token. */
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

  /**
   * For a person: "$0.0423", "$1.27", "$12.70", "$0.00". Never fewer digits than cents; below a dollar two significant digits
   * and up to four where they exist. Rounded half up, display only.
   */
  format(locale?: string): string {
    const { sign, whole, fraction } = this.#digits();
    const places = whole === '0' ? placesBelowADollar(fraction) : 2;
    const { text, carry } = roundDigits(fraction, places);
    const trimmed = places > 2 ? trimToSignificant(text) : text;
    const dollars = (BigInt(whole) + (carry ? 1n : 0n)).toLocaleString(locale);
    return `${sign}$${dollars}${decimalSeparator(locale)}${trimmed}`;
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

/** At least four decimals; more only while fewer than two significant digits are shown. */
function placesBelowADollar(fraction: string): number {
  const leadingZeros = /^0*/.exec(fraction)![0].length;
  if (leadingZeros === decimals) return 2;
  return Math.min(decimals, Math.max(4, leadingZeros + 2));
}

/** "0.5000" reads as "0.50": zeros at the end go, cents stay. */
function trimToSignificant(fraction: string): string {
  return fraction.replace(/0+$/, '').padEnd(2, '0');
}

function roundDigits(fraction: string, places: number): { text: string; carry: boolean } {
  const kept = BigInt(fraction.slice(0, places));
  const rounded = (fraction[places] ?? '0') >= '5' ? kept + 1n : kept;
  const text = rounded.toString().padStart(places, '0');
  return text.length > places ? { text: text.slice(1), carry: true } : { text, carry: false };
}

function decimalSeparator(locale?: string): string {
  return (1.5).toLocaleString(locale).charAt(1);
}
