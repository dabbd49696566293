interface Schema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly unknown[];
  readonly additionalProperties?: unknown;
}

/**
 * What the API has against a JSON Schema in strict mode, in its words; undefined where it takes it. Every object, however
 * deep, must forbid further properties and require all it names.
 * Source: structured outputs guide, "Supported schemas" (2026); wording from moeru-ai/xsai#202.
 */
export function strictSchemaProblem(schema: Readonly<Record<string, unknown>>): string | undefined {
  return problemAt(schema, []);
}

function problemAt(node: unknown, path: readonly string[]): string | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined;
  const schema = node as Schema & Readonly<Record<string, unknown>>;
  const context = `In context=(${path.map(part => `'${part}'`).join(', ')}${path.length === 1 ? ',' : ''})`;
  if ([schema.type].flat().includes('object') || schema.properties !== undefined) {
    if (schema.additionalProperties !== false) {
      return `${context}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const required = new Set(schema.required ?? []);
    const missing = Object.keys(schema.properties ?? {}).find(name => !required.has(name));
    if (missing !== undefined) {
      return `${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
    }
  }
  for (const name of ['allOf', 'oneOf', 'not', 'if', 'patternProperties']) {
    if (Object.hasOwn(schema, name)) return `${context}, '${name}' is not permitted.`;
  }
  return innerSchemas(schema)
    .map(([at, inner]) => problemAt(inner, [...path, ...at]))
    .find(problem => problem !== undefined);
}

function innerSchemas(schema: Schema & Readonly<Record<string, unknown>>): [string[], unknown][] {
  const named = (keyword: string): [string[], unknown][] =>
    Object.entries(schema[keyword] ?? {}).map(([name, inner]) => [[keyword, name], inner]);
  const items: [string[], unknown][] = schema['items'] === undefined ? [] : [[['items'], schema['items']]];
  return [...named('properties'), ...items, ...named('anyOf'), ...named('$defs'), ...named('definitions')];
}
