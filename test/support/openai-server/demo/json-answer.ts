import type { ResponseFormat } from '../chat-request.ts';

/** An answer in the format asked for: as it is, as an object that holds it, or as the smallest value the schema takes. */
export function inFormat(text: string, format: ResponseFormat | undefined): string {
  if (format?.type === 'json_object') return JSON.stringify({ answer: text });
  if (format?.type !== 'json_schema') return text;
  return JSON.stringify(new Instance(format.json_schema.schema ?? {}, text).value);
}

type Schema = Readonly<Record<string, unknown>>;
/** Deeper than that, whatever may be left out is left out, so that schemas that contain themselves come to an end. */
const DEEPEST = 6;

/**
 * A minimal value for a simple schema: what is required, the first alternative, the lowest number. The first string that
 * is free to be anything carries the text. Patterns, `not` and conditions are beyond it.
 */
class Instance {
  readonly value: unknown;
  readonly #root: Schema;
  #text: string | undefined;

  constructor(root: Schema, text: string) {
    this.#root = root;
    this.#text = text;
    this.value = this.#of(root, 0);
  }

  #of(given: unknown, depth: number): unknown {
    const schema = this.#resolved(given);
    if ('const' in schema) return schema['const'];
    if (Array.isArray(schema['enum'])) return schema['enum'][0];
    const alternatives = schema['anyOf'] ?? schema['oneOf'];
    if (Array.isArray(alternatives)) return this.#of(this.#chosen(alternatives, depth), depth + 1);
    if (Array.isArray(schema['allOf'])) {
      const { allOf, ...rest } = schema;
      return this.#of(merged([rest, ...allOf.map(part => this.#resolved(part))]), depth + 1);
    }
    switch (typeOf(schema, depth)) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return this.#array(schema, depth);
      case 'integer':
      case 'number':
        return lowestNumber(schema);
      case 'boolean':
        return false;
      case 'null':
        return null;
      default:
        return this.#string(schema);
    }
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const properties = (schema['properties'] ?? {}) as Schema;
    const required = new Set((schema['required'] ?? []) as string[]);
    const names = Object.keys(properties).filter(name => required.has(name));
    return Object.fromEntries(names.map(name => [name, this.#of(properties[name], depth + 1)]));
  }

  #array(schema: Schema, depth: number): unknown[] {
    const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
    return Array.from({ length: least }, () => this.#of(schema['items'] ?? {}, depth + 1));
  }

  #string(schema: Schema): string {
    const stamp = STAMPS[String(schema['format'])];
    if (stamp !== undefined) return stamp;
    const least = typeof schema['minLength'] === 'number' ? schema['minLength'] : 0;
    const most = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : Infinity;
    const isFree = !('pattern' in schema) && !('format' in schema);
    const text = (isFree ? this.#text : undefined) ?? '';
    if (isFree) this.#text = undefined;
    return text.padEnd(least, '.').slice(0, most);
  }

  #chosen(alternatives: readonly unknown[], depth: number): unknown {
    if (depth < DEEPEST) return alternatives[0];
    return alternatives.find(each => !/^(object|array)$/.test(typeOf(this.#resolved(each), depth))) ?? alternatives[0];
  }

  /** What a local reference (`#`, `#/$defs/node`) stands for. */
  #resolved(given: unknown): Schema {
    let schema = isSchema(given) ? given : {};
    for (let hops = 0; typeof schema['$ref'] === 'string' && hops < 20; hops += 1) {
      const path = schema['$ref'].split('/').slice(1);
      const found = path.reduce<unknown>((node, part) => (isSchema(node) ? node[unescaped(part)] : node), this.#root);
      schema = isSchema(found) ? found : {};
    }
    return schema;
  }
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merged(parts: readonly Schema[]): Schema {
  const all = Object.assign({}, ...parts) as Record<string, unknown>;
  all['properties'] = Object.assign({}, ...parts.map(part => part['properties'] ?? {}));
  all['required'] = parts.flatMap(part => part['required'] ?? []);
  return all;
}

function typeOf(schema: Schema, depth: number): string {
  const types = [schema['type'] ?? []].flat() as string[];
  if (depth >= DEEPEST && types.includes('null')) return 'null';
  return types[0] ?? ('properties' in schema ? 'object' : 'items' in schema ? 'array' : 'string');
}

function lowestNumber(schema: Schema): number {
  const bound = (name: string): number | undefined => {
    const value = schema[name];
    return typeof value === 'number' ? value : undefined;
  };
  const step = bound('multipleOf') ?? 1;
  const above = bound('exclusiveMinimum');
  const least = bound('minimum') ?? (above === undefined ? undefined : above + step / 2);
  const most = bound('maximum') ?? bound('exclusiveMaximum');
  if (least !== undefined && schema['type'] === 'number' && above === undefined && !('multipleOf' in schema))
    return least;
  if (least !== undefined) return Math.ceil(least / step) * step;
  if (most === undefined || most > 0) return 0;
  return (Math.ceil(most / step) - 1) * step;
}

/** One sample of each format strict mode knows (structured outputs guide, 2026). */
const STAMPS: Readonly<Record<string, string>> = {
  'date-time': '2026-11-22T12:00:00Z',
  date: '2026-11-22',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'demo@example.com',
  hostname: 'example.com',
  ipv4: '127.0.0.1',
  ipv6: '::1',
  uuid: '00000000-0000-4000-8000-000000000000',
};
