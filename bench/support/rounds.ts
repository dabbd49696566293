import { median, short, spread } from './statistics.ts';

/** What each client measured, by round; a client that is missing or failed has no entry. */
export interface Table<Name extends string> {
  readonly values: ReadonlyMap<Name, readonly number[]>;
  /** "openai missing", "ai failed: …" */
  readonly absent: ReadonlyMap<Name, string>;
}

/** Clients interleaved, their order turned by one and back to front in turn, so that no one always runs first, or after the same one. */
export async function interleave<Name extends string>(
  names: readonly Name[],
  rounds: number,
  once: (name: Name, round: number) => Promise<number | undefined>,
): Promise<Table<Name>> {
  const values = new Map<Name, number[]>(names.map(name => [name, []]));
  const absent = new Map<Name, string>();
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < names.length; at++) {
      const step = round % 2 === 0 ? at : names.length - 1 - at;
      const name = names[(step + (round >> 1)) % names.length]!;
      if (absent.has(name)) continue;
      try {
        const value = await once(name, round);
        if (value === undefined) absent.set(name, `${name} missing`);
        else values.get(name)!.push(value);
      } catch (error) {
        absent.set(name, `${name} failed: ${reason(error)}`);
      }
    }
  }
  for (const name of absent.keys()) values.delete(name);
  return { values, absent };
}

/** Each round's value over the floor's value of the same round. */
export function ratios<Name extends string>({ values }: Table<Name>, name: Name, floor: Name): number[] {
  const bottom = values.get(floor) ?? [];
  return (values.get(name) ?? []).map((value, round) => value / bottom[round]!);
}

/** "floor 1.00, openai 3.07, ai missing" */
export function peers<Name extends string>(table: Table<Name>, names: readonly Name[], floor: Name): string {
  const known = names.map(name => table.absent.get(name) ?? `${name} ${short(median(ratios(table, name, floor)))}`);
  return ['floor 1.00', ...known].join(', ');
}

export const ofRounds = (values: readonly number[]): string => `n=${values.length}, spread ${spread(values)}`;

/** One line: a child's error brings its whole stack. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^\w*Error: .*$/m.exec(text)?.[0] ?? text.split('\n', 1)[0] ?? '';
}
