import type { JsonSchema } from '../message.ts';
import type { ResponseFormat } from '../request.ts';
import type { ModelRules } from './model-rules.ts';
import type { WireOutputConfig } from './wire.ts';

export interface FormatPlan {
  readonly format?: NonNullable<WireOutputConfig['format']>;
  /** Where the API cannot hold the model to it: what it is told instead, at the end of its instructions. */
  readonly instruction?: string;
  readonly notice?: string;
}

/**
 * JSON as far as Anthropic promises it: schemas of a certain kind on models from 4.5 on. There is no mode for JSON without a schema.
 * Elsewhere the model is asked, and what it says is checked all the same when it arrives.
 */
export function planFormat(
  format: ResponseFormat | undefined,
  { name, rules }: { readonly name: string; readonly rules: ModelRules | undefined },
): FormatPlan {
  if (!format || format.type === 'text') return {};
  const only = 'Answer with JSON and nothing else: no words around it, no code fence.';
  if (format.type === 'json-object')
    return {
      instruction: `${only} It must be one object.`,
      notice: `${name} has no JSON mode: it is asked for JSON, and the answer is checked.`,
    };
  const { schema } = format;
  if ((rules?.schemas ?? true) && canBeHeldTo(schema)) return { format: { type: 'json_schema', schema } };
  return {
    instruction: `${only} It must fit this JSON schema: ${JSON.stringify(schema)}`,
    notice: `${name} cannot be held to this schema: it is asked to keep to it, and the answer is checked.`,
  };
}

/** Keywords that are 400 wherever they stand. */
const refused = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'oneOf',
  'not',
  'if',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
]);

/**
 * Whether a schema is of the kind that "Structured outputs" on platform.claude.com lists (read 2026-11-28): objects closed, references
 * only within and not in circles, no bounds on numbers, texts or lists beside minItems 0 and 1. What is in doubt counts as not: then it is
 * asked for instead of refused.
 */
function canBeHeldTo(schema: unknown): boolean {
  // Definitions may refer to each other in circles, which is refused; few schemas have any.
  return isPlain(schema) && !JSON.stringify(schema).includes('"$ref"');
}

function isPlain(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isPlain);
  if (typeof schema !== 'object' || schema === null) return true;
  const { properties, enum: choices, ...rest } = schema as JsonSchema;
  if (rest['type'] === 'object' && rest['additionalProperties'] !== false) return false;
  if (Array.isArray(choices) && choices.some(choice => typeof choice === 'object' && choice !== null)) return false;
  const { minItems } = rest;
  if (minItems !== undefined && minItems !== 0 && minItems !== 1) return false;
  // The names of properties are the person's own words.
  const named = typeof properties === 'object' && properties !== null ? Object.values(properties) : [];
  return Object.keys(rest).every(key => !refused.has(key)) && [...named, ...Object.values(rest)].every(isPlain);
}
