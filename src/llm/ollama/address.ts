import { parseEndpoint } from '../endpoint.ts';

export const defaultEndpoint = 'http://localhost:11434';

const defaultPort = '11434';

/** The server's address, whatever part of its API was pasted with it. @throws LlmError (notSent) for an endpoint that is none. */
export function baseOf(endpoint: string): URL {
  const base = parseEndpoint(endpoint);
  base.pathname = base.pathname.replace(/\/(api(\/\w+)?|v1)$/, '') || '/';
  return base;
}

/** Models that run at ollama.com are billed there: by plans, not by the token (docs/api/authentication.mdx, read 2026-11-28). */
export const isCloudHost = ({ hostname }: URL): boolean =>
  hostname === 'ollama.com' || hostname.endsWith('.ollama.com');

/** A cloud model by its name, which local servers pass on to ollama.com: "gpt-oss:120b-cloud", "kimi:cloud" (docs/cloud.mdx). */
export const isCloudModel = (model: string): boolean => /[:-]cloud$/.test(model);

/**
 * Where `OLLAMA_HOST` says that the server is, read as Ollama reads it (envconfig/config.go, read 2026-11-28): "host", "host:port", ":port",
 * with or without a scheme; the port is 11434, or the scheme's where there is one. It is first of all where the server listens, so
 * "every address" is this machine.
 */
export function endpointFromHost(text: string | undefined): string | undefined {
  const host = text
    ?.trim()
    .replace(/^["']|["']$/g, '')
    .trim();
  if (!host) return undefined;
  const [, scheme, rest = ''] = /^(?:(https?):\/\/)?(.*?)\/*$/.exec(host)!;
  const withHost = rest.startsWith(':') ? `127.0.0.1${rest}` : rest;
  try {
    const url = new URL(`${scheme ?? 'http'}://${withHost}`);
    if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
    // An explicit port that is the scheme's own is not in URL.port.
    if (!scheme && !/:\d+$/.test(withHost)) url.port = defaultPort;
    return url.origin;
  } catch {
    return undefined;
  }
}
