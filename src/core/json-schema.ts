import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';

const MAX_ERRORS = 8;

type Schema = { readonly [key: string]: unknown };

/**
 * What is wrong with a value, in words that a model can act on; undefined where it fits.
 * @throws Error for a schema that is broken itself.
 */
export async function schemaErrors(schema: Schema, value: unknown): Promise<string | undefined> {
  const validate = await validatorFor(schema);
  return validate(value) ? undefined : describe(validate.errors ?? []);
}

let ajv: Promise<Ajv> | undefined;
const validators = new WeakMap<Schema, ValidateFunction>();

/** Compiles once per schema object; ajv itself is loaded with the first schema, not before. */
async function validatorFor(schema: Schema): Promise<ValidateFunction> {
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
