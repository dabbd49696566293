import { createHash } from 'node:crypto';

/** What a vendor takes for the id of a tool call. */
export interface CallIdForm {
  readonly pattern: RegExp;
  /** Hexadecimal digits that fit the pattern; at most 64. */
  readonly digits: number;
}

/**
 * The id of a tool call as a vendor takes it: its own where it can be, else digits made of it, the same each time, so that call and
 * result stay together and a cached prompt stays the same. Conversations go from one vendor to another, and what one makes (vLLM's
 * "chatcmpl-tool-" and 32 digits, Kimi's "functions.read_file:0") the next refuses.
 */
export function callIdFor(id: string, { pattern, digits }: CallIdForm): string {
  return pattern.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, digits);
}
