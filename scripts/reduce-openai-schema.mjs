// Cuts OpenAI's published OpenAPI document down to the schemas the loopback server validates with, and to their shapes
// only: no descriptions, titles, examples or vendor extensions.
//
//   node scripts/reduce-openai-schema.mjs path/to/openai-openapi.json [path/to/write.json]
//
// OpenAPI 3.1 schemas are JSON Schema 2020-12 in name; where the published document still writes older dialects the
// result is put right, so that a plain 2020-12 validator reads it:
//   nullable: true          becomes a null in `type` (and `enum`), or an `anyOf` with null
//   $recursiveRef: "#"      becomes a $ref to the component it stands in
//   oneOf                   becomes anyOf (the document's alternatives overlap, e.g. a string and a string enum), except
//   oneOf + discriminator   which stays (or is added) where every branch names its own tag: then one branch is tried, not
//                           all, and an error speaks of that branch
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const ROOTS = [
  'CreateChatCompletionRequest',
  'CreateChatCompletionResponse',
  'CreateChatCompletionStreamResponse',
  'CreateResponse',
  'Response',
  'ResponseStreamEvent',
  'ListModelsResponse',
  'Model',
  'ErrorResponse',
  'UsageResponse',
];
const PROSE = new Set(['description', 'title', 'example', 'examples', 'externalDocs', 'deprecated', 'default', 'xml']);
/** Keywords whose values map names we must not mistake for keywords (a property may be called "title"). */
const NAME_MAPS = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);
const REF = '#/components/schemas/';
const TARGET = new URL('../test/support/openai-server/openai-schema.generated.json', import.meta.url);

async function main() {
  const path = process.argv[2];
  if (path === undefined) throw new Error('usage: node scripts/reduce-openai-schema.mjs <openai-openapi.json>');
  const bytes = readFileSync(path);
  const document = JSON.parse(bytes.toString('utf8'));
  const published = document.components.schemas;
  const names = reachable(published);
  const schemas = {};
  for (const name of [...names].toSorted((a, b) => (a < b ? -1 : 1)))
    schemas[name] = reduce(published[name], { name, published });
  const source = {
    title: document.info.title,
    version: document.info.version,
    openapi: document.openapi,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    license: document.info.license?.name ?? 'unknown',
    date: process.env.SCHEMA_DATE ?? new Date().toISOString().slice(0, 10),
  };
  const roots = ROOTS.filter(name => name in published);
  const target = process.argv[3] ?? fileURLToPath(TARGET);
  const json = JSON.stringify({ source, roots, schemas });
  // Formatted like every other file here: a difference between two releases of the document stays readable.
  writeFileSync(target, await format(json, { ...(await resolveConfig(target)), parser: 'json' }));
  process.stdout.write(`${names.size} schemas -> ${target}
`);
}

function reachable(published) {
  const seen = new Set();
  const visit = node => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object') return;
    if (typeof node.$ref === 'string') visitName(componentName(node.$ref));
    Object.values(node).forEach(visit);
  };
  const visitName = name => {
    if (seen.has(name) || !(name in published)) return;
    seen.add(name);
    visit(published[name]);
  };
  ROOTS.forEach(visitName);
  return seen;
}

function reduce(schema, context) {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (schema.$recursiveRef === '#') return { $ref: REF + context.name };
  const out = {};
  for (const [key, value] of Object.entries(schema)) {
    if (PROSE.has(key) || key.startsWith('x-') || ['nullable', 'discriminator', '$recursiveAnchor'].includes(key))
      continue;
    out[key] = reduceValue(key, value, context);
  }
  settleAlternatives(out, schema, context);
  return schema.nullable === true ? withNull(out) : out;
}

function reduceValue(key, value, context) {
  if (NAME_MAPS.has(key)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, reduce(inner, context)]));
  }
  if (key === 'enum' || key === 'required' || key === 'const' || key === 'type') return value;
  if (Array.isArray(value)) return value.map(inner => reduce(inner, context));
  return reduce(value, context);
}

function settleAlternatives(out, schema, context) {
  if (out.oneOf === undefined) return;
  const tags = schema.discriminator === undefined ? ['type', 'role'] : [schema.discriminator.propertyName];
  const tag = tags.find(name => hasDistinctTags(schema.oneOf, name, context.published));
  if (tag !== undefined) {
    out.discriminator = { propertyName: tag };
    out.type = 'object';
    return;
  }
  const alternatives = out.oneOf;
  delete out.oneOf;
  if (out.anyOf === undefined) out.anyOf = alternatives;
  else out.allOf = [...(out.allOf ?? []), { anyOf: alternatives }];
}

function hasDistinctTags(branches, tag, published) {
  const seen = new Set();
  for (const branch of branches) {
    const target = branch.$ref === undefined ? branch : published[componentName(branch.$ref)];
    const property = target?.properties?.[tag];
    const values = property?.enum ?? (property?.const === undefined ? undefined : [property.const]);
    if (values === undefined || !(target.required ?? []).includes(tag)) return false;
    for (const value of values) {
      if (seen.has(value)) return false;
      seen.add(value);
    }
  }
  return true;
}

function withNull(schema) {
  if (typeof schema.type === 'string' && schema.anyOf === undefined && schema.oneOf === undefined) {
    const nullable = { ...schema, type: [schema.type, 'null'] };
    if (schema.enum !== undefined) nullable.enum = [...schema.enum, null];
    return nullable;
  }
  return { anyOf: [schema, { type: 'null' }] };
}

function componentName(ref) {
  if (!ref.startsWith(REF)) throw new Error(`a reference outside components/schemas: ${ref}`);
  return ref.slice(REF.length);
}

await main();
