import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

interface SchemaFile {
  readonly source: Readonly<Record<string, string>>;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}
type JsonSchema = { readonly [key: string]: unknown };

const REF = '#/components/schemas/';
const REF_PREFIX = 'openai:';

let file: SchemaFile | undefined;
const validators = new Map<string, ValidateFunction>();

/**
 * A validator for one of OpenAI's published schemas, compiled on first use.
 *
 * `strict` refuses properties the schema does not name, as the API does for request bodies (the published schema itself
 * leaves them open). Answers are checked without: a client has to accept fields it does not know.
 */
export function validator(name: string, strictness: 'strict' | 'open'): ValidateFunction {
  const key = `${strictness} ${name}`;
  let compiled = validators.get(key);
  if (compiled === undefined) {
    compiled = compile(name, strictness);
    validators.set(key, compiled);
  }
  return compiled;
}

export function schemaSource(): Readonly<Record<string, string>> {
  return read().source;
}

/** The tags that tell the branches of a oneOf apart, e.g. `system`, `user`, … for a message's `role`. */
export function tagValues(branches: unknown, tag: string): string[] {
  return (Array.isArray(branches) ? branches : []).flatMap(branch => {
    const ref = (branch as JsonSchema)['$ref'];
    const target = typeof ref === 'string' ? read().schemas[ref.slice(REF_PREFIX.length)] : (branch as JsonSchema);
    const property = (target?.['properties'] as Record<string, JsonSchema> | undefined)?.[tag];
    return (property?.['enum'] ?? [property?.['const']]) as string[];
  });
}

export type { ErrorObject };

function read(): SchemaFile {
  file ??= JSON.parse(readFileSync(new URL('openai-schema.generated.json', import.meta.url), 'utf8')) as SchemaFile;
  return file;
}

function compile(name: string, strictness: 'strict' | 'open'): ValidateFunction {
  const { schemas } = read();
  if (!(name in schemas)) throw new Error(`no such schema: ${name}`);
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateFormats: false,
    discriminator: true,
    verbose: true,
  });
  const open = strictness === 'open' ? undefined : partsOfAllOf(schemas);
  for (const part of reachable(name, schemas)) {
    const schema = schemas[part] ?? {};
    ajv.addSchema(rewrite(schema, open !== undefined && !open.has(part), open !== undefined), REF_PREFIX + part);
  }
  const compiled = ajv.getSchema(REF_PREFIX + name);
  if (compiled === undefined) throw new Error(`cannot compile ${name}`);
  return compiled;
}

function reachable(name: string, schemas: SchemaFile['schemas']): Set<string> {
  const found = new Set<string>();
  const visit = (part: string): void => {
    if (found.has(part)) return;
    found.add(part);
    for (const [, next] of JSON.stringify(schemas[part]).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      if (next !== undefined) visit(next);
    }
  };
  visit(name);
  return found;
}

/** Components that are one part of a larger object: closing them would refuse the other parts' properties. */
function partsOfAllOf(schemas: SchemaFile['schemas']): Set<string> {
  const parts = new Set<string>();
  const visit = (node: unknown, inAllOf: boolean): void => {
    if (Array.isArray(node)) {
      for (const inner of node) visit(inner, inAllOf);
    } else if (isObject(node)) {
      if (inAllOf && typeof node['$ref'] === 'string') parts.add(node['$ref'].slice(REF.length));
      for (const [key, inner] of Object.entries(node)) visit(inner, key === 'allOf');
    }
  };
  visit(Object.values(schemas), false);
  return parts;
}

/** The schema with references to our ids and, where `close`, no room for properties it does not name. */
function rewrite(node: unknown, close: boolean, closeInner: boolean): JsonSchema {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isObject(node) ? node : {})) {
    if (key === '$ref' && typeof value === 'string') out[key] = REF_PREFIX + value.slice(REF.length);
    else if (key === 'properties' && isObject(value)) {
      out[key] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, rewrite(inner, closeInner, closeInner)]),
      );
    } else if (key === 'enum' || key === 'required' || key === 'const') out[key] = value;
    else if (Array.isArray(value)) {
      const inside = closeInner && key !== 'allOf';
      out[key] = value.map(inner => (isObject(inner) ? rewrite(inner, inside, closeInner) : inner));
    } else out[key] = isObject(value) && key !== 'discriminator' ? rewrite(value, closeInner, closeInner) : value;
  }
  const isShape = 'properties' in out || 'allOf' in out;
  if (close && isShape && !('additionalProperties' in out)) out['unevaluatedProperties'] = false;
  return out;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
