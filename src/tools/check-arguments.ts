import { schemaErrors } from '../core/json-schema.ts';
import type { Tool } from './tool.ts';

export type ArgumentsResult =
  | { readonly ok: true; readonly args: { readonly [key: string]: unknown } }
  /** `message` is for the model: what is wrong, and to try again. */
  | { readonly ok: false; readonly message: string };

/** A model that writes more than this has lost its thread. In UTF-16 code units. */
const MAX_LENGTH = 1 << 20;

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

  let errors: string | undefined;
  try {
    errors = await schemaErrors(tool.parameters, args);
  } catch {
    // The schema of a tool from elsewhere. Calling it again would not help.
    return {
      ok: false,
      message: `The tool "${tool.name}" cannot be used: its own description of its arguments is broken.`,
    };
  }
  return errors === undefined ? { ok: true, args } : refuse(tool.name, errors);
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
