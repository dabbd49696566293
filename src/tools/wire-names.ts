/**
 * The names tools go by on the wire: at most 64 of [a-zA-Z0-9_-] (Chat Completions, FunctionObject.name, OpenAI's OpenAPI description,
 * read 2026-11; every other vendor takes these too). A tool of somebody else's may be called anything ("github/create issue", "天気").
 */
export interface WireNames {
  /** The name to send for a tool's own. @throws RangeError for one that was not in the list. */
  toWire(own: string): string;
  /** The tool's own name for one the model called; undefined for a name that was never sent. */
  fromWire(wire: string): string | undefined;
}

const maxLength = 64;
const valid = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Names that are valid stay as they are, whatever else is in the list; the others are spelt with "_", cut to fit, and numbered where
 * that makes two alike. The same list gives the same names, so that a conversation can be gone on with.
 * @throws Error where two tools have the same name.
 */
export function wireNames(own: readonly string[]): WireNames {
  const toWire = new Map<string, string>();
  const fromWire = new Map<string, string>();
  const add = (name: string, wire: string): void => {
    toWire.set(name, wire);
    fromWire.set(wire, name);
  };
  if (new Set(own).size !== own.length) throw new Error('Two tools have the same name.');
  for (const name of own) if (valid.test(name)) add(name, name);
  for (const name of own) if (!valid.test(name)) add(name, unused(spelt(name), fromWire));
  return {
    toWire(name) {
      const wire = toWire.get(name);
      if (wire === undefined) throw new RangeError(`No such tool: ${JSON.stringify(name)}`);
      return wire;
    },
    fromWire: wire => fromWire.get(wire),
  };
}

const spelt = (name: string): string => name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxLength) || 'tool';

function unused(name: string, taken: ReadonlyMap<string, string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) {
    const suffix = `_${number}`;
    free = name.slice(0, maxLength - suffix.length) + suffix;
  }
  return free;
}
