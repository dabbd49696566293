import type { FailureCode } from '../llm-error.ts';

/** What an error answer means, and whether asking again may help. */
export interface Verdict {
  readonly code: FailureCode;
  readonly retryable: boolean;
}

/** By what a vendor writes. A Map: servers may write "constructor". */
export type Verdicts = ReadonlyMap<string, Verdict>;

export const no = (code: FailureCode): Verdict => ({ code, retryable: false });
export const later = (code: FailureCode): Verdict => ({ code, retryable: true });

/**
 * What an HTTP status says by itself, alike with every vendor: for where no code of the vendor's says it more exactly.
 * @param isVendors whether the vendor's own API wrote the answer. Another's 404 says nothing about the model: the address is wrong.
 */
export function verdictOfStatus(status: number, isVendors: boolean): Verdict {
  switch (status) {
    case 401:
      return no('ERR_INVALID_API_KEY');
    case 402:
      return no('ERR_INSUFFICIENT_QUOTA');
    case 403:
      return no('ERR_PERMISSION_DENIED');
    case 404:
      return no(isVendors ? 'ERR_MODEL_NOT_FOUND' : 'ERR_BAD_RESPONSE');
    case 407:
      return no('ERR_NETWORK');
    case 408:
      return later('ERR_TIMEOUT');
    case 409:
      return later('ERR_CONFLICT');
    case 429:
      return later('ERR_RATE_LIMIT');
    default:
      if (status >= 500) return later('ERR_SERVICE_UNAVAILABLE');
      return no(status >= 400 ? 'ERR_INVALID_REQUEST' : 'ERR_BAD_RESPONSE');
  }
}
