export type Result = 'passed' | 'failed' | 'not offered';
type How = 'streamed' | 'whole';

const marks: { readonly [result in Result]: string } = { passed: '✓', failed: '✗', 'not offered': '–' };

/** Provider × scenario, each streamed and whole, in Markdown. */
export class ContractTable {
  #scenarios: readonly string[];
  #results = new Map<string, Map<string, { readonly [how in How]?: Result }>>();

  constructor(scenarios: readonly string[]) {
    this.#scenarios = scenarios;
  }

  set(provider: string, scenario: string, how: How, result: Result): void {
    const row = this.#results.get(provider) ?? new Map<string, { readonly [how in How]?: Result }>();
    this.#results.set(provider, row.set(scenario, { ...row.get(scenario), [how]: result }));
  }

  toString(): string {
    const rows = [...this.#results].map(([provider, row]) => [
      provider,
      ...this.#scenarios.map(name => {
        const { streamed, whole } = row.get(name) ?? {};
        return `${streamed ? marks[streamed] : ' '} ${whole ? marks[whole] : ' '}`;
      }),
    ]);
    const head = ['streamed, whole', ...this.#scenarios];
    const widths = head.map((name, at) => Math.max(name.length, ...rows.map(row => row[at]!.length)));
    const line = (cells: readonly string[]): string =>
      `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
    const rule = `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`;
    return [line(head), rule, ...rows.map(line)].join('\n');
  }
}
