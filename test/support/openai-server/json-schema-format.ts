import type { NamedSchema } from './chat-request.ts';
import { badRequest } from './errors.ts';
import { checkName } from './function-tool-rules.ts';
import type { ServedModel } from './models.ts';
import { strictSchemaProblem } from './strict-schema.ts';

/** What the two APIs call the same things. */
export interface FormatNames {
  /** The parameter that holds the format. */
  readonly param: string;
  readonly name: string;
  /** How an unfit schema is reported. */
  readonly schema: { readonly param: string; readonly code: string | null };
}

/**
 * What both APIs ask of a reply format of type `json_schema`.
 * @throws ApiError 400
 */
export function checkFormatSchema(format: NamedSchema, model: ServedModel, names: FormatNames): void {
  if (model.noSchemas === true) {
    const message = `Invalid parameter: '${names.param}' of type 'json_schema' is not supported with this model. Learn more about supported models at the Structured Outputs guide: https://platform.openai.com/docs/guides/structured-outputs`;
    throw badRequest(message, names.param, null);
  }
  checkName(format.name, names.name, 64);
  if (format.strict !== true) return;
  const schema = format.schema ?? {};
  const problem =
    schema['type'] === 'object'
      ? strictSchemaProblem(schema)
      : `schema must be a JSON Schema of 'type: "object"', got 'type: "${typeof schema['type'] === 'string' ? schema['type'] : 'None'}"'.`;
  if (problem === undefined) return;
  const message = `Invalid schema for response_format '${format.name}': ${problem}`;
  throw badRequest(message, names.schema.param, names.schema.code);
}
