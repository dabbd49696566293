import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Money } from '../../src/core/money.ts';

const pico = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });

describe('Money', () => {
  it('a thousand times 0.000135 is 0.135000, which floats miss', () => {
    const calls = Array.from({ length: 1000 }, () => Money.parse('0.000135'));
    assert.equal(Money.sum(calls).toString(), '0.135000');
    assert.notEqual(
      Array.from({ length: 1000 }, () => 0.000135).reduce((sum, cost) => sum + cost, 0),
      0.135,
    );
  });

  it('what a host writes in its own notation is taken to the twelfth decimal, rounded half away from zero', () => {
    const amounts = {
      '1e-7': '0.0000001',
      '2.5E-6': '0.0000025',
      '0.00014': '0.000140',
      '0.0009884999999999998': '0.0009885',
      '4e-13': '0.000000',
      '5e-13': '0.000000000001',
      '1.5e2': '150.000000',
    };
    for (const [text, dollars] of Object.entries(amounts))
      assert.equal(Money.fromDecimal(text).pico, Money.parse(dollars).pico, text);
    for (const none of ['', 'NaN', '1e', '.5', '0x1', '1e99', '1,5', ' 1'])
      assert.throws(() => Money.fromDecimal(none), RangeError);
  });

  it('what is written is read back exactly', () => {
    fc.assert(fc.property(pico, amount => Money.parse(new Money(amount).toString()).pico === amount));
  });

  it('the smallest price per million tokens in use is still whole picodollars per token', () => {
    assert.equal(Money.parse('0.005').pico / 1_000_000n, 5000n);
  });

  it('reads nothing but plain decimals of at most twelve places', () => {
    for (const text of ['', '.5', '5.', '1e-3', '+1', ' 1', '1,5', '0x10', 'NaN', '0.0000000000001', '--1', '１']) {
      assert.throws(() => Money.parse(text), RangeError, text);
    }
    assert.equal(Money.parse('0.000000000001').pico, 1n);
    assert.equal(Money.parse('-3.5').pico, -3_500_000_000_000n);
  });

  it('half a token is refused', () => {
    assert.throws(() => Money.parse('1').times(0.5), RangeError);
    assert.throws(() => Money.parse('1').times(Number.NaN), RangeError);
  });

  it('prints at least six decimals, as price lists do, and drops none', () => {
    assert.equal(Money.parse('12').toString(), '12.000000');
    assert.equal(Money.parse('-0.002975').toString(), '-0.002975');
    assert.equal(Money.parse('0.0000001').toString(), '0.0000001');
  });

  it('goes through JSON as its exact decimal', () => {
    assert.equal(JSON.stringify({ cost: Money.parse('0.006255') }), '{"cost":"0.006255"}');
  });

  it('the dearest of several is found', () => {
    assert.equal(Money.max(Money.parse('1'), Money.parse('1.000000000001'), Money.zero).toString(), '1.000000000001');
  });
});

describe('Money for a person', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['0', '$0.00'],
    ['0.0423', '$0.0423'],
    ['0.0422', '$0.0422'],
    ['0.00688', '$0.0069'],
    ['0.002975', '$0.0030'],
    ['0.006255', '$0.0063'],
    ['0.003', '$0.0030'],
    ['0.000135', '$0.00014'],
    ['0.000996', '$0.0010'],
    ['0.00000075', '$0.00000075'],
    ['0.000000000001', '$0.000000000001'],
    ['0.05', '$0.05'],
    ['0.5', '$0.50'],
    ['0.12345', '$0.1235'],
    ['0.99994', '$0.9999'],
    ['0.99996', '$1.00'],
    ['1.265', '$1.27'],
    ['12.7', '$12.70'],
    ['1.995', '$2.00'],
    ['1234.5', '$1,234.50'],
    ['-0.0423', '-$0.0423'],
    ['-1.265', '-$1.27'],
  ];
  for (const [dollars, shown] of cases) {
    it(`${dollars} reads ${shown}`, () => assert.equal(Money.parse(dollars).format(), shown));
  }

  it('takes its separators, not its digits, from the language', () => {
    assert.equal(Money.parse('1234.5').format('de'), '$1.234,50');
    assert.equal(Money.parse('1234.5').format('ar-EG').replaceAll(/[^\d]/g, ''), '123450');
  });

  it('anything but zero never reads as zero, and is never off by more than 5 %', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), amount => {
        const shown = Money.parse(new Money(amount).format().replaceAll(/[$,]/g, ''));
        const off = shown.subtract(new Money(amount)).pico;
        return shown.pico > 0n && (off < 0n ? -off : off) * 20n <= amount;
      }),
    );
  });
});
