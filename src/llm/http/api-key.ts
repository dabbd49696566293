import { whenKnown } from '../../core/when-known.ts';
import { LlmError } from '../llm-error.ts';

/** A key as it may be put in a header. @throws LlmError (notSent) where there is none, or none that may be. */
export function requiredKey(vendor: string, source: KeySource): string | Promise<string> {
  return whenKnown(optionalKey(vendor, source), key => required(vendor, key));
}

function required(vendor: string, key: string | undefined): string {
  if (key !== undefined) return key;
  throw new LlmError({
    code: 'ERR_KEY_REQUIRED',
    message: 'API key is required',
    vendor,
    retryable: false,
    notSent: true,
  });
}

/** The same for hosts that may do without. @throws LlmError (notSent) for a key that cannot be sent. */
export function optionalKey(vendor: string, source: KeySource): string | undefined | Promise<string | undefined> {
  return whenKnown(keyFrom(source), key => sendable(vendor, key));
}

const keyFrom = (source: KeySource): string | undefined | Promise<string | undefined> =>
  typeof source === 'function' ? source() : source;

function sendable(vendor: string, given: string | undefined): string | undefined {
  const key = given?.trim();
  if (!key) return undefined;
  // Said here, where it is known to be the key.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new LlmError({
      code: 'ERR_INVALID_API_KEY',
      message: 'The API key holds characters that no key has (spaces, line breaks or letters outside ASCII).',
      vendor,
      retryable: false,
      notSent: true,
    });
  return key;
}

/** The key, or where to ask for it at the moment of a call. */
export type KeySource = string | (() => Promise<string | undefined>) | undefined;

/** What proves who is asking, and what of it must never show. */
export interface Identity {
  readonly headers: Record<string, string>;
  readonly secrets: readonly string[];
}

/** The key as most vendors want it. @throws LlmError (notSent), when it is called, where there is no key. */
export function bearer(vendor: string, source: KeySource): () => Identity | Promise<Identity> {
  let seen: string | undefined;
  let known: Identity;
  // Looked at once: it is the same for one call after the other.
  const identify = (given: string | undefined): Identity => {
    if (given !== undefined && given === seen) return known;
    const key = required(vendor, sendable(vendor, given));
    known = { headers: { authorization: `Bearer ${key}` }, secrets: [key] };
    seen = given;
    return known;
  };
  return () => whenKnown(keyFrom(source), identify);
}
