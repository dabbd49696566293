import type { Figures } from './http/figures.ts';

/**
 * The closed set of things that can go wrong with a model call. Classified once, at the wire, by status, error code and error type;
 * nobody above reads status codes or message text. Names and gRPC codes follow the reference where it has them.
 */
export const failureCodes = {
  ERR_KEY_REQUIRED: 'UNAUTHENTICATED',
  ERR_INVALID_API_KEY: 'UNAUTHENTICATED',
  ERR_PERMISSION_DENIED: 'PERMISSION_DENIED',
  ERR_INSUFFICIENT_QUOTA: 'RESOURCE_EXHAUSTED',
  ERR_RATE_LIMIT: 'RESOURCE_EXHAUSTED',
  ERR_MODEL_NOT_FOUND: 'NOT_FOUND',
  ERR_INVALID_REQUEST: 'INVALID_ARGUMENT',
  ERR_CONTEXT_LENGTH_EXCEEDED: 'INVALID_ARGUMENT',
  ERR_CONTENT_FILTER: 'INVALID_ARGUMENT',
  ERR_CONFLICT: 'ABORTED',
  ERR_SERVICE_UNAVAILABLE: 'UNAVAILABLE',
  ERR_NETWORK: 'UNAVAILABLE',
  ERR_TIMEOUT: 'DEADLINE_EXCEEDED',
  /** An answer arrived that is not one: wrong shape, cut off, not JSON. */
  ERR_BAD_RESPONSE: 'DATA_LOSS',
  /** Refused here, before anything was sent: a setting out of range, an image on a model that cannot see. */
  ERR_REFUSED_LOCALLY: 'FAILED_PRECONDITION',
  /** The next call could pass a limit the person set. */
  ERR_BUDGET_EXCEEDED: 'RESOURCE_EXHAUSTED',
} as const;

export type FailureCode = keyof typeof failureCodes;

export interface BudgetFacts {
  /** The most the request could cost, in dollars to the last digit; absent where that is unknown. */
  readonly needs?: string;
  /** Where it is set: "budget.day". */
  readonly setting?: string;
  /** When it starts anew, milliseconds since the epoch; absent where it never does. */
  readonly until?: number;
  /** Nothing is known to be used up: the request has no known price, or the ledger cannot be read or written. */
  readonly unknown?: 'price' | 'ledger';
}

export interface LlmErrorFacts {
  readonly code: FailureCode;
  /** The server's own sentence, or ours where there was no server. Redacted by whoever creates the error. */
  readonly message: string;
  /** Whether the same request may succeed later. What the retry layer and the "Try Again" button go by. */
  readonly retryable: boolean;
  /** True where it is certain that the vendor received nothing, so nothing can be billed. */
  readonly notSent?: true;
  /** Set where the request will be sent differently when it is asked again at once; says for a person what changed. */
  readonly adjusted?: string;
  /** The vendor as a person knows it: "OpenAI". */
  readonly vendor?: string;
  readonly status?: number;
  /** error.code or error.type as the vendor wrote it. */
  readonly vendorCode?: string;
  /** The request field the vendor objects to. */
  readonly param?: string;
  readonly requestId?: string;
  /** What the server asked for, milliseconds from now. Never undercut. */
  readonly retryAfterMs?: number;
  /** The server's own word on trying again (`x-should-retry`); stands above ours. */
  readonly shouldRetry?: boolean;
  readonly model?: string;
  /** The figures the server's sentence names: tokens of a context, requests or tokens of a rate limit. For show. */
  readonly figures?: Figures;
  /** Of a request that a budget refuses. */
  readonly budget?: BudgetFacts;
  /** What the model did write, where that is not what was asked for. Never part of the message. */
  readonly text?: string;
  readonly cause?: unknown;
}

/** The only error a provider throws, besides the reason of an aborted signal. */
export class LlmError extends Error {
  override readonly name = 'LlmError';
  readonly code: FailureCode;
  readonly facts: LlmErrorFacts;

  constructor(facts: LlmErrorFacts) {
    super(describe(facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.facts = facts;
  }

  /** The gRPC status of the reference's error table. */
  get grpcStatus(): (typeof failureCodes)[FailureCode] {
    return failureCodes[this.code];
  }

  get retryable(): boolean {
    return this.facts.retryable;
  }
}

/** "OpenAI API error (401): Incorrect API key provided (invalid_api_key, request req_123)". */
function describe({ vendor, status, message, vendorCode, requestId }: LlmErrorFacts): string {
  const asides = [vendorCode, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  const head = status === undefined ? message : `${vendor ?? 'Model'} API error (${status}): ${message}`;
  return asides ? `${head} (${asides})` : head;
}

/** A refusal of our own, before anything was sent. */
export function refusedLocally(message: string, param?: string): LlmError {
  return new LlmError({
    code: 'ERR_REFUSED_LOCALLY',
    message,
    retryable: false,
    notSent: true,
    ...(param && { param }),
  });
}
