import type { Cacheable, WireBlock, WireMessage, WireRequest } from './wire.ts';

/**
 * Marks the beginnings that the next request will repeat: tools and instructions, which all of a conversation shares; what the person
 * said last, because its answer is followed by more of the same; and what they said before that, which is where the request before this
 * one put its mark, so that it is found however many blocks have come since (the vendor looks back 20). Three of the four there may be.
 *
 * Writing costs a quarter more than reading anew and every repetition nine tenths less, so what is asked once and never again is not
 * marked: a lone question without tools. Too short a beginning costs nothing, but is not marked either where that is certain.
 * Source: "Prompt caching" on platform.claude.com, read 2026-11-28; decision 0013.
 * @param leastTokens what a beginning must have to be kept.
 */
export function markStableBeginnings(body: WireRequest, leastTokens: number): void {
  const conversation = body.tools !== undefined || body.messages.some(({ role }) => role === 'assistant');
  if (!conversation) return;
  // No token stands for less than a byte: a beginning of fewer bytes is certainly too short.
  let bytes = sizeOf(body.tools) + sizeOf(body.system);
  const instructions = body.system?.at(-1);
  if (instructions && bytes >= leastTokens) mark(instructions);
  const users = body.messages.flatMap(({ role }, at) => (role === 'user' ? at : []));
  const marked = new Set(users.slice(-2));
  for (const [at, message] of body.messages.entries()) {
    // Pictures are megabytes: no more is measured than has to be known.
    if (bytes < leastTokens) bytes += sizeOf(message);
    if (marked.has(at) && bytes >= leastTokens) markLast(message);
  }
}

function markLast({ content }: WireMessage): void {
  const last = content.findLast((block): block is Exclude<WireBlock, { type: 'thinking' | 'redacted_thinking' }> => {
    return block.type !== 'thinking' && block.type !== 'redacted_thinking';
  });
  if (last) mark(last);
}

function mark(block: Cacheable): void {
  block.cache_control = { type: 'ephemeral' };
}

const sizeOf = (part: unknown): number => (part === undefined ? 0 : Buffer.byteLength(JSON.stringify(part)));
