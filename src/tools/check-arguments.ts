import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';

import type { JsonSchema } from '../llm/message.ts';
import type { Tool } from './tool.ts';

export type ArgumentsResult =
  | { readonly ok: true; readonly args: { readonly [key: string]: unknown } }
  /** `message` is for the model: what is wrong, and to try again. */
  | { readonly ok: false; readonly message: string };

/** A model that writes more than this has lost its thread. In UTF-16 code units. */
const MAX_LENGTH = 1 << 20;
const MAX_ERRORS = 8;

/**
 * Reads a call's arguments as the model wrote them and checks them against the tool's schema. '' and white space count as `{}`,
 * which is what some models send for "no arguments". Never throws for what the model wrote.
 */
export async function parseArguments(tool: Pick<Tool, 'name' | 'parameters'>, text: string): Promise<ArgumentsResult> {
  if (text.length > MAX_LENGTH) return refuse(tool.name, 'they are longer than 1 MB');
  let args: unknown;
  try {
    args = text.trim() === '' ? {} : JSON.parse(text, dropPrototype);
  } catch (error) {
    return refuse(tool.name, `they are not valid JSON (${error instanceof Error ? error.message : ''})`);
  }
  if (!isObject(args)) return refuse(tool.name, 'they must be a JSON object');

  let validate: ValidateFunction;
  try {
    validate = await validatorFor(tool.parameters);
  } catch {
    // The schema of a tool from elsewhere. Calling it again would not help.
    return {
      ok: false,
      message: `The tool "${tool.name}" cannot be used: its own description of its arguments is broken.`,
    };
  }
  if (validate(args)) return { ok: true, args };
  return refuse(tool.name, describe(validate.errors ?? []));
}

function refuse(name: string, reason: string): ArgumentsResult {
  return {
    ok: false,
    message: `The arguments for "${name}" were not accepted: ${reason}. Nothing was run; call again with arguments that fit.`,
  };
}

/** `{"__proto__": …}` is plain data to JSON.parse but becomes a prototype in whatever merges it later. No tool wants it. */
function dropPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

let ajv: Promise<Ajv> | undefined;
const validators = new WeakMap<JsonSchema, ValidateFunction>();

/** Compiles once per schema object; ajv itself is loaded at the first call of any tool, not before. */
async function validatorFor(schema: JsonSchema): Promise<ValidateFunction> {
  let validate = validators.get(schema);
  if (validate === undefined) {
    ajv ??= createAjv();
    validate = (await ajv).compile(schema);
    validators.set(schema, validate);
  }
  return validate;
}

async function createAjv(): Promise<Ajv> {
  const module = await import('ajv');
  return new module.Ajv({
    // Schemas of other people's tools hold keywords and formats of their own, and two may carry the same $id.
    strict: false,
    validateFormats: false,
    validateSchema: false,
    addUsedSchema: false,
    allErrors: true,
    // Else "required: ['constructor']" is met by every object.
    ownProperties: true,
    logger: false,
  });
}

function describe(errors: readonly ErrorObject[]): string {
  const lines = [...new Set(errors.map(describeOne))];
  const shown = lines.slice(0, MAX_ERRORS).join('; ');
  return lines.length > MAX_ERRORS ? `${shown}; and ${lines.length - MAX_ERRORS} more` : shown;
}

function describeOne({ instancePath, keyword, message, params }: ErrorObject): string {
  const where = instancePath === '' ? '' : `${instancePath.slice(1)} `;
  const { additionalProperty, allowedValues, missingProperty } = params as { [key: string]: unknown };
  if (keyword === 'additionalProperties') return `${where}there is no property ${quote(additionalProperty)}`;
  if (keyword === 'required') return `${where}${quote(missingProperty)} is missing`;
  if (keyword === 'enum') return `${where}must be one of ${quote(allowedValues)}`;
  return `${where}${message ?? keyword}`;
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
