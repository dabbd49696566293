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
  'ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** By the error codes of Node's net, dns and tls modules and of our own `HttpError`. */
const sentences: { readonly [code: string]: (host: string) => string } = {
  ENOTFOUND: host => `The host ${host} was not found. Check the endpoint and the network connection.`,
  EAI_AGAIN: host => `The name ${host} could not be looked up. Check the network connection.`,
  ECONNREFUSED: host => `${host} refused the connection. Nothing is listening there.`,
  ECONNRESET: host => `${host} closed the connection.`,
  EPIPE: host => `${host} closed the connection.`,
  ERR_SOCKET_CLOSED: host => `${host} closed the connection.`,
  ETIMEDOUT: host => `${host} did not answer the connection attempt.`,
  ERR_CONNECT_TIMEOUT: host => `${host} did not answer the connection attempt.`,
  EHOSTUNREACH: host => `${host} cannot be reached from this network.`,
  ENETUNREACH: host => `${host} cannot be reached from this network.`,
  ERR_NOT_HTTP: host => `${host} answered something that is not HTTP.`,
};

/**
 * Turns what a socket died of into a failure. What no second try mends names its remedy: a certificate nobody trusts, a port
 * that speaks no TLS, a proxy that refuses.
 */
export function connectionFailure(error: unknown, context: ConnectionContext): LlmError {
  if (error instanceof LlmError) return error;
  const { vendor, model, midAnswer } = context;
  const code = errorCode(error);
  const proxy = proxyOf(error);
  const hopeless = midAnswer ? undefined : lasting(error, code, context.host, proxy);
  return new LlmError({
    code: 'ERR_NETWORK',
    message: hopeless ?? passing(code, context, proxy),
    vendor,
    model,
    retryable: hopeless === undefined,
    cause: error,
    ...((hopeless !== undefined || (!midAnswer && (proxy !== undefined || neverConnected.has(code ?? '')))) && {
      notSent: true,
    }),
    ...(code && { vendorCode: code }),
  });
}

/** What stays wrong until a person changes something. It all happens before a request can leave. */
function lasting(error: unknown, code: string | undefined, asked: string, proxy?: string): string | undefined {
  if (code === undefined) return undefined;
  const host = proxy ?? asked;
  if (/^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code))
    return `The certificate of ${host} is not trusted (${code}). A company proxy may need its certificate in the system's store.`;
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code))
    return `${host} does not speak TLS as expected. Check the ${proxy === undefined ? "endpoint's" : "proxy's"} port and whether it begins with https.`;
  if (code === 'ERR_PROXY_REFUSED') {
    // The status is for show.
    const status = /\((\d{3})\)/.exec(error instanceof Error ? error.message : '')?.[1];
    return `The proxy refused the connection to ${asked}${status ? ` (${status})` : ''}. Check the proxy setting and its sign-in.`;
  }
  return undefined;
}

function passing(code: string | undefined, { host, midAnswer }: ConnectionContext, proxy?: string): string {
  const sentence = sentences[code ?? '']?.(proxy ?? host) ?? `The connection to ${proxy ?? host} failed.`;
  // Whoever has forgotten the proxy looks for the mistake at the host.
  if (proxy !== undefined)
    return `${sentence} It is the proxy on the way to ${host}: check "http.proxy" or HTTPS_PROXY.`;
  return midAnswer ? `${sentence} The answer was cut off.` : sentence;
}

/** The proxy's "host:port", where it failed before the connection was through: see `connectThrough`. */
function proxyOf(error: unknown): string | undefined {
  const proxy = error instanceof Error ? (error as { proxy?: unknown }).proxy : undefined;
  return typeof proxy === 'string' ? proxy : undefined;
}

function errorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors.length > 0) return errorCode(at.errors[0]);
  }
  return undefined;
}
