import { createHash, type Hash } from 'node:crypto';
import type { AssistantMessage, Continuation } from '../message.ts';
import type { WireBlock, WireRequest, WireThinking } from './wire.ts';

/** One block the model made, in its order: so many characters of the text, a call by its place in `toolCalls`, or thinking. */
export type Piece = { readonly text: number } | { readonly call: number } | { readonly thinking: WireThinking };

/**
 * An answer's blocks as they came, to be sent back that way: "exactly as the API returned it" (platform.claude.com, "Prefix checks on
 * thinking blocks", read 2026-11-28). With them goes what they followed, because thinking is bound to it.
 * undefined where the blocks are what text and calls say anyway.
 */
export function makeContinuation(model: string, prefix: string, pieces: readonly Piece[]): Continuation | undefined {
  const usual = pieces.every((piece, at) => ('text' in piece ? at === 0 : 'call' in piece));
  return usual ? undefined : { provider: 'anthropic', model, items: [{ prefix }, ...pieces] };
}

/**
 * The blocks of an answer of this model. Thinking only where everything before it is what it was when the model thought it: newer models
 * answer 400 to thinking whose conversation was edited, shortened or given other tools. What was thought elsewhere cannot be read.
 */
export function readContinuation(
  { content, continuation, toolCalls = [] }: AssistantMessage,
  model: string,
  prefix: string,
): readonly Piece[] | undefined {
  if (continuation?.provider !== 'anthropic' || continuation.model !== model) return undefined;
  const [before, ...pieces] = continuation.items as readonly [{ readonly prefix: string }, ...Piece[]];
  const calls = pieces.filter(piece => 'call' in piece).length;
  const length = pieces.reduce((sum, piece) => sum + ('text' in piece ? piece.text : 0), 0);
  // Words or calls that were left out of the conversation take their thinking with them.
  if (calls !== toolCalls.length || length !== content.length) return undefined;
  return before.prefix === prefix ? pieces : pieces.filter(piece => !('thinking' in piece));
}

/** A short name for all that comes before a block: two conversations have the same one only where every block of theirs is the same. */
export class Prefix {
  #hash: Hash;

  constructor({ tools, system }: Required<Pick<WireRequest, 'tools' | 'system'>>) {
    this.#hash = createHash('sha256').update(JSON.stringify([tools, system]));
  }

  add(role: string, block: WireBlock): void {
    this.#hash.update(`\n${role} ${JSON.stringify(block)}`);
  }

  name(): string {
    return this.#hash.copy().digest('base64url');
  }
}
