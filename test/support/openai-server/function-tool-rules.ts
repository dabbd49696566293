import { badRequest } from './errors.ts';
import { strictSchemaProblem } from './strict-schema.ts';

const NAME = /^[a-zA-Z0-9_-]+$/;

export interface FunctionShape {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly strict?: boolean | null;
}

/**
 * What both APIs ask of a function tool.
 * @param at where it stands: `tools[0].function` in Chat, `tools[0]` in Responses
 * @throws ApiError 400
 */
export function checkFunctionTool(tool: FunctionShape, at: string): void {
  checkName(tool.name, `${at}.name`, 64);
  const parameters = tool.parameters ?? {};
  if (Object.keys(parameters).length === 0) return;
  const invalid = (why: string): never => {
    const message = `Invalid schema for function '${tool.name}': ${why}`;
    throw badRequest(message, `${at}.parameters`, 'invalid_function_parameters');
  };
  const { type } = parameters;
  if (type !== 'object') {
    invalid(
      `schema must be a JSON Schema of 'type: "object"', got 'type: "${typeof type === 'string' ? type : 'None'}"'.`,
    );
  }
  const problem = tool.strict === true ? strictSchemaProblem(parameters) : undefined;
  if (problem !== undefined) invalid(problem);
}

/** @throws ApiError 400 for a name with other characters than letters, digits, `_` and `-`, or too many */
export function checkName(name: string, param: string, most: number): void {
  if (!NAME.test(name)) {
    const message = `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${NAME.source}'.`;
    throw badRequest(message, param, 'invalid_value');
  }
  if (name.length <= most) return;
  const message = `Invalid '${param}': string too long. Expected a string with maximum length ${most}, but got a string with length ${name.length} instead.`;
  throw badRequest(message, param, 'string_above_max_length');
}
