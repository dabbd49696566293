import { ApiError } from './errors.ts';

const KEYS_PAGE = 'https://platform.openai.com/account/api-keys';

/**
 * Who may ask. `any`: every `sk-…` key of 20 characters or more, unless it says `invalid` or `revoked`; a list: exactly
 * those. A key that says `quota` is accepted and then has none left.
 * @returns the key
 * @throws ApiError 401 invalid_api_key, 429 insufficient_quota
 */
export function authorize(authorization: string | undefined, accepted: 'any' | readonly string[]): string {
  const key = /^Bearer\s+(\S.*)$/i.exec(authorization ?? '')?.[1]?.trim();
  if (key === undefined) {
    throw new ApiError(
      401,
      `You didn't provide an API key. Send it in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from ${KEYS_PAGE}.`,
    );
  }
  if (!isAccepted(key, accepted)) {
    const message = `Incorrect API key provided: ${maskKey(key)}. You can find your API key at ${KEYS_PAGE}.`;
    throw new ApiError(401, message, { code: 'invalid_api_key' });
  }
  if (key.includes('quota')) {
    throw new ApiError(
      429,
      'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
      { type: 'insufficient_quota', code: 'insufficient_quota' },
    );
  }
  return key;
}

function isAccepted(key: string, accepted: 'any' | readonly string[]): boolean {
  if (accepted !== 'any') return accepted.includes(key);
  return key.startsWith('sk-') && key.length >= 20 && !/invalid|revoked/.test(key);
}

/** As the vendor echoes a wrong key: its beginning and its last four characters stay readable. */
export function maskKey(key: string): string {
  const head = key.startsWith('sk-proj-') ? 8 : Math.min(3, key.length);
  const tail = key.length >= 12 ? 4 : 0;
  return key.slice(0, head) + '*'.repeat(Math.max(4, key.length - head - tail)) + key.slice(key.length - tail);
}
