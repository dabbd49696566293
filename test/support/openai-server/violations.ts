import type { Violation } from '../loopback/request-log.ts';
import type { ErrorObject } from './schema.ts';
import { tagValues, validator } from './schema.ts';

/**
 * What a request body does that the published schema forbids, in the words the API uses for it; most telling first.
 * Empty: the body is valid.
 * @param at where the value stands in the body, e.g. `input[0]`; left out: it is the body
 */
export function schemaViolations(schema: string, body: unknown, at: string | null = null): Violation[] {
  const validate = validator(schema, 'strict');
  if (validate(body)) return [];
  const telling = withoutWrappers(validate.errors ?? []);
  const byPath = new Map<string, ErrorObject[]>();
  for (const error of telling) {
    const key = `${error.instancePath} ${error.keyword === 'type' ? 'type' : byPath.size}`;
    byPath.set(key, [...(byPath.get(key) ?? []), error]);
  }
  return sortedViolations([...byPath.values()].map(errors => describe(errors, at)));
}

/** Most telling first; otherwise in their order. */
export function sortedViolations(violations: readonly Violation[]): Violation[] {
  return violations.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * A value that fits no alternative is reported once for each, and once more for the alternatives together. What helps
 * is the complaint that went deepest: with an array for `content`, "not a string" says nothing, "content[0] has no text"
 * does.
 */
function withoutWrappers(errors: readonly ErrorObject[]): ErrorObject[] {
  const leaves = errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf');
  return leaves.filter(error => {
    if (error.keyword !== 'type') return true;
    const deeper = leaves.some(other => other.instancePath.startsWith(`${error.instancePath}/`));
    const beside = leaves.some(other => other.instancePath === error.instancePath && other.keyword !== 'type');
    return !deeper && !beside;
  });
}

/** The API speaks of what it does not know before it speaks of what is wrong or missing. */
function rank({ code }: Violation): number {
  if (code === 'unknown_parameter' || code === 'unsupported_parameter') return 0;
  return code === 'missing_required_parameter' ? 1 : 2;
}

function describe(errors: readonly ErrorObject[], at: string | null): Violation {
  const [error] = errors;
  if (error === undefined) throw new Error('a group of errors is never empty');
  const param = paramOf(error.instancePath, at);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'unevaluatedProperties':
    case 'additionalProperties': {
      const unknown = join(param, String(params['unevaluatedProperty'] ?? params['additionalProperty']));
      return { param: unknown, code: 'unknown_parameter', message: `Unknown parameter: '${unknown}'.` };
    }
    case 'required': {
      const missing = join(param, String(params['missingProperty']));
      return {
        param: missing,
        code: 'missing_required_parameter',
        message: `Missing required parameter: '${missing}'.`,
      };
    }
    case 'type':
      return wrongType(param, errors);
    case 'discriminator':
      return wrongTag(param, params, error);
    case 'enum':
    case 'const':
      return wrongValue(param, error.data, supported(params));
    default:
      return outOfBounds(param, error);
  }
}

function wrongTag(param: string | null, params: Record<string, unknown>, error: ErrorObject): Violation {
  const at = join(param, String(params['tag']));
  if (params['tagValue'] === undefined) {
    return { param: at, code: 'missing_required_parameter', message: `Missing required parameter: '${at}'.` };
  }
  return wrongValue(at, params['tagValue'], tagValues(error.parentSchema?.['oneOf'], String(params['tag'])));
}

function wrongValue(param: string | null, value: unknown, values: readonly string[]): Violation {
  const list = values.map(each => `'${each}'`).join(', ');
  return { param, code: 'invalid_value', message: `Invalid value: '${show(value)}'. Supported values are: ${list}.` };
}

function supported(params: Record<string, unknown>): string[] {
  const allowed = params['allowedValues'] ?? [params['allowedValue']];
  return (allowed as unknown[]).filter(value => value !== null).map(show);
}

function wrongType(param: string | null, errors: readonly ErrorObject[]): Violation {
  const types = errors.flatMap(({ params }) => params['type'] as string | string[]).filter(type => type !== 'null');
  const named = [...new Set(types)].map(type => TYPE_NAMES[type] ?? type);
  const expected = named.length > 1 ? `one of ${named.join(' or ')}` : (named[0] ?? 'null');
  const got = nameOf(errors[0]?.data);
  return {
    param,
    code: 'invalid_type',
    message: `Invalid type for '${param ?? 'body'}': expected ${expected}, but got ${got} instead.`,
  };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  array: 'an array',
  object: 'an object',
  number: 'a decimal',
  integer: 'an integer',
  boolean: 'a boolean',
};

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return TYPE_NAMES[typeof value] ?? typeof value;
}

/** keyword → [code, what is wrong, what is expected], as the API words them. */
const BOUNDS: Readonly<Record<string, readonly [string, string, string]>> = {
  maximum: ['above_max_value', 'above maximum value', 'a value <='],
  minimum: ['below_min_value', 'below minimum value', 'a value >='],
  exclusiveMaximum: ['above_max_value', 'above maximum value', 'a value <'],
  exclusiveMinimum: ['below_min_value', 'below minimum value', 'a value >'],
  maxItems: ['array_above_max_length', 'array too long', 'an array with maximum length'],
  minItems: ['array_below_min_length', 'array too short', 'an array with minimum length'],
  maxLength: ['string_above_max_length', 'string too long', 'a string with maximum length'],
  minLength: ['string_below_min_length', 'string too short', 'a string with minimum length'],
  maxProperties: ['object_above_max_properties', 'too many properties', 'an object with at most'],
};

function outOfBounds(param: string | null, error: ErrorObject): Violation {
  const { keyword, data } = error;
  const params = error.params as Record<string, unknown>;
  const bound = BOUNDS[keyword];
  const at = `'${param ?? 'body'}'`;
  if (bound === undefined)
    return { param, code: 'invalid_value', message: `Invalid ${at}: does not satisfy ${keyword}.` };
  const [code, wrong, expected] = bound;
  const number = typeof data === 'number';
  const kind = error.parentSchema?.['type'] === 'integer' ? 'integer' : 'decimal';
  const size = Array.isArray(data) || typeof data === 'string' ? `length ${data.length}` : show(data);
  if (keyword === 'minItems' && size === 'length 0') {
    return {
      param,
      code: 'empty_array',
      message: `Invalid ${at}: empty array. Expected ${expected} ${show(params['limit'])}, but got an empty array instead.`,
    };
  }
  return {
    param,
    code: number ? `${kind}_${code}` : code,
    message: `Invalid ${at}: ${number ? `${kind} ` : ''}${wrong}. Expected ${expected} ${show(params['limit'])}, but got ${size} instead.`,
  };
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

/** `/messages/0/content` → `messages[0].content` */
function paramOf(pointer: string, at: string | null): string | null {
  const names = pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<string | null>((path, name) => join(path, name), at);
}

function join(path: string | null, name: string): string {
  if (path === null) return name;
  return /^\d+$/.test(name) ? `${path}[${name}]` : `${path}.${name}`;
}
