import type { HttpHeaders } from '../http/http-call.ts';

/** In what a host's answers differ from OpenAI's. */
export interface HostWays {
  /** Whose reasoning this is: what another wrote is not sent here. Default "openai". */
  readonly author?: string;
  /** Chat Completions: the host wants what the model thought back with the next request. */
  readonly wantsReasoningBack?: boolean;
  readonly reportedCost?: ReportedCost;
}

/**
 * What the call cost, where the host says so: US dollars as a decimal, undefined where it does not say.
 * @param usage the answer's usage, each number as the text it was sent as: a bill is not rounded to a double.
 */
export type ReportedCost = (usage: Json, headers: HttpHeaders) => string | undefined;

type Json = { readonly [key: string]: unknown };

/** JSON with each number as the digits it was written with. */
export const withDigits = (json: string): unknown => JSON.parse(json, keepDigits);

// The third argument is not in TypeScript's library yet (JSON.parse source text access; V8 11.4, so VS Code's Node 22 has it).
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}
