import { createHash } from 'node:crypto';

/** What is inside `encrypted_content`: nothing anybody needs to hide, but nothing a client should read or change either. */
export interface SealedReasoning {
  /** The reasoning item's id. */
  readonly id: string;
  readonly tokens: number;
}

/** The vendor's are Fernet tokens, which begin like this. */
const HEAD = 'gAAAAAB';

/** A seal without a secret, so that a conversation outlives the server that led it; as long as if the thoughts were in it. */
export function seal(reasoning: SealedReasoning): string {
  const thoughts = 'hm, '.repeat(reasoning.tokens);
  const content = Buffer.from(JSON.stringify({ ...reasoning, thoughts })).toString('base64url');
  return `${HEAD}${checksum(content)}${content}`;
}

/** undefined for anything else than what `seal` gave for this item. */
export function unseal(sealed: string, id: string): SealedReasoning | undefined {
  if (!sealed.startsWith(HEAD)) return undefined;
  const sum = sealed.slice(HEAD.length, HEAD.length + 16);
  const content = sealed.slice(HEAD.length + 16);
  if (sum !== checksum(content)) return undefined;
  const reasoning = JSON.parse(Buffer.from(content, 'base64url').toString('utf8')) as SealedReasoning;
  return reasoning.id === id ? reasoning : undefined;
}

function checksum(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 16);
}
