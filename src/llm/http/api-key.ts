import { LlmError } from '../llm-error.ts';

/** A key as it may be put in a header. @throws LlmError (notSent) where there is none, or none that may be. */
export async function requiredKey(vendor: string, source: KeySource): Promise<string> {
  const key = await optionalKey(vendor, source);
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
export async function optionalKey(vendor: string, source: KeySource): Promise<string | undefined> {
  const key = (typeof source === 'function' ? await source() : source)?.trim();
  if (!key) return undefined;
  // undici would name the header's value in its error; the key must not get there.
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
export const bearer = (vendor: string, source: KeySource) => async (): Promise<Identity> => {
  const key = await requiredKey(vendor, source);
  return { headers: { authorization: `Bearer ${key}` }, secrets: [key] };
};
