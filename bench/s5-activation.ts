import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Figure, Result } from './support/figure.ts';
import { type Loaded, loadTime, PeerBundles } from './support/load-time.ts';
import { interleave, ofRounds, type Table } from './support/rounds.ts';
import { median, short } from './support/statistics.ts';

const goalMs = 2;
const rounds = 15;
const root = resolve(import.meta.dirname, '..');
/** What activation must not have touched: Node's own HTTP, TLS, fetch, SQLite, zlib and workers. */
const heavyBuiltin = /\b(http|https|http2|tls|undici|sqlite|worker_threads|zlib)\b/;

const eager = {
  'undici+parser': "require('undici'); require('eventsource-parser'); exports.activate = () => {}",
  openai: "require('openai'); exports.activate = () => {}",
  ai: "require('ai'); require('@ai-sdk/openai'); exports.activate = () => {}",
} as const;
type Name = 'ours' | 'empty' | keyof typeof eager;

/** CPU of evaluating the main bundle and activate(), less an empty extension's. */
export const s5: Figure = {
  name: 'S5',
  what: 'activation',
  async measure() {
    const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { main: string };
    const own = resolve(root, main);
    if (!existsSync(own)) return [{ name: 'S5', result: { notMeasured: `no ${main}: run \`npm run build\`` } }];
    const bundles = await PeerBundles.create();
    try {
      const files = new Map<Name, string | undefined>([
        ['ours', own],
        ['empty', await bundles.write('empty.cjs', 'exports.activate = () => {}')],
      ]);
      for (const [name, contents] of Object.entries(eager))
        files.set(name as Name, await bundles.bundle(name, contents));
      let loaded: Loaded | undefined;
      const table = await interleave([...files.keys()], rounds, async name => {
        const file = files.get(name);
        if (file === undefined) return undefined;
        const once = await loadTime([file], { activate: true });
        if (name === 'ours') loaded = once;
        return once.ms;
      });
      return [{ name: 'S5', result: report(table, loaded, own) }];
    } finally {
      await bundles.dispose();
    }
  },
};

function report(table: Table<Name>, loaded: Loaded | undefined, main: string): Result {
  if (!loaded || table.absent.has('ours')) return { notMeasured: table.absent.get('ours') ?? 'activate() did not run' };
  const over = (name: Name): number[] => {
    const empty = table.values.get('empty')!;
    return table.values.get(name)!.map((ms, round) => ms - empty[round]!);
  };
  const tooEarly = [
    ...loaded.builtins.filter(name => heavyBuiltin.test(name)),
    ...loaded.files.filter(file => file !== main),
  ];
  const own = over('ours');
  const value = median(own);
  const others = (Object.keys(eager) as (keyof typeof eager)[])
    .map(name => table.absent.get(name) ?? `eager ${name} +${short(median(over(name)))}`)
    .join(', ');
  const early = tooEarly.length === 0 ? 'nothing loaded early' : `loaded too early: ${tooEarly.join(', ')}`;
  return {
    value: `${value < 0 ? '' : '+'}${short(value)} ms`,
    goal: `+${short(goalMs)} ms`,
    met: value <= goalMs && tooEarly.length === 0,
    beside: `empty ${short(median(table.values.get('empty')!))} ms, ${others}; ${ofRounds(own)}; ${early}; ${realHost()}`,
    raw: { valueMs: value, cpuMs: Object.fromEntries(table.values), builtins: loaded.builtins, tooEarly },
  };
}

/** "Developer: Show Running Extensions" in the real host, where a host probe has left its figure (PENNYLOOM_ACTIVATION_MS). */
function realHost(): string {
  const ms = Number(process.env['PENNYLOOM_ACTIVATION_MS']);
  return ms > 0 ? `real host ${short(ms)} ms` : 'real host not measured: no probe ran';
}
