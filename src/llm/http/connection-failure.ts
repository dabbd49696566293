import { LlmError } from '../llm-error.ts';

/** Where the connection was meant to go, for the sentence a person reads. */
export interface ConnectionContext {
  readonly vendor: string;
  readonly model: string;
  readonly host: string;
  /** Whether part of the answer had already arrived. */
  readonly midAnswer: boolean;
}

/** Errors that come before the first byte of the request could leave this machine. */
const neverConnected = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** By the error codes of Node's net, dns and tls modules and of undici 7 (lib/core/errors.js). */
const sentences: { readonly [code: string]: (host: string) => string } = {
  ENOTFOUND: host => `The host ${host} was not found. Check the endpoint and the network connection.`,
  EAI_AGAIN: host => `The name ${host} could not be looked up. Check the network connection.`,
  ECONNREFUSED: host => `${host} refused the connection. Nothing is listening there.`,
  ECONNRESET: host => `${host} closed the connection.`,
  EPIPE: host => `${host} closed the connection.`,
  UND_ERR_SOCKET: host => `${host} closed the connection.`,
  ETIMEDOUT: host => `${host} did not answer the connection attempt.`,
  UND_ERR_CONNECT_TIMEOUT: host => `${host} did not answer the connection attempt.`,
  EHOSTUNREACH: host => `${host} cannot be reached from this network.`,
  ENETUNREACH: host => `${host} cannot be reached from this network.`,
};

/** Turns what a socket died of into a failure; a TLS failure names the remedy, since trying again never helps there. */
export function connectionFailure(error: unknown, context: ConnectionContext): LlmError {
  if (error instanceof LlmError) return error;
  const { vendor, model, host, midAnswer } = context;
  const code = errorCode(error);
  const tls = code !== undefined && /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code);
  const message = tls
    ? `The certificate of ${host} is not trusted (${code}). A company proxy may need its certificate in the system's store.`
    : (sentences[code ?? '']?.(host) ?? `The connection to ${host} failed.`) +
      (midAnswer ? ' The answer was cut off.' : '');
  return new LlmError({
    code: 'ERR_NETWORK',
    message,
    vendor,
    model,
    retryable: !tls,
    cause: error,
    ...((tls || neverConnected.has(code ?? '')) && { notSent: true }),
    ...(code && { vendorCode: code }),
  });
}

function errorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors.length > 0) return errorCode(at.errors[0]);
  }
  return undefined;
}
