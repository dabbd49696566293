import { createHash } from 'node:crypto';
import { blocksOf, type Block, type MessagesRequest } from './messages-request.ts';

/** What is inside a signature: nothing anybody needs to hide, but nothing a client should read or change either. */
export interface SealedThinking {
  readonly model: string;
  readonly tokens: number;
  /** Of all that came before: see `prefixes`. */
  readonly prefix: string;
  /** Of the words that are shown. */
  readonly words: string;
}

const HEAD = 'ErcBCkgI';

/** A seal without a secret, so that a conversation outlives the server that led it; as long as if the thoughts were in it. */
export function seal(thinking: SealedThinking): string {
  const thoughts = 'hm, '.repeat(thinking.tokens);
  const content = Buffer.from(JSON.stringify({ ...thinking, thoughts })).toString('base64url');
  return `${HEAD}${digest(content)}${content}`;
}

/** undefined for anything else than what `seal` gave. */
export function unseal(signature: string): SealedThinking | undefined {
  if (!signature.startsWith(HEAD)) return undefined;
  const sum = signature.slice(HEAD.length, HEAD.length + 16);
  const content = signature.slice(HEAD.length + 16);
  return sum === digest(content)
    ? (JSON.parse(Buffer.from(content, 'base64url').toString('utf8')) as SealedThinking)
    : undefined;
}

export const digest = (content: string): string =>
  createHash('sha256').update(content).digest('base64url').slice(0, 16);

/**
 * A name for all that comes before each turn, and the last one for all of it. Marks for the cache are no part of it.
 */
export function prefixes({ system, tools, messages }: MessagesRequest): readonly string[] {
  const plain = (value: unknown): string =>
    JSON.stringify(value, (key, inner: unknown) => (key === 'cache_control' ? undefined : inner));
  const hash = createHash('sha256').update(plain([system, tools]));
  return [
    hash.copy().digest('base64url').slice(0, 16),
    ...messages.map(turn => {
      for (const block of blocksOf(turn)) hash.update(`${turn.role} ${plain(block)}`);
      return hash.copy().digest('base64url').slice(0, 16);
    }),
  ];
}

export const sealedIn = (block: Block): SealedThinking | undefined => {
  if (block.type === 'thinking') return unseal(block.signature);
  return block.type === 'redacted_thinking' ? unseal(block.data) : undefined;
};
