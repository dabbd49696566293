import { redact } from '../core/redact.ts';
import { refusedLocally } from './llm-error.ts';

const example = 'https://api.openai.com/v1';

/**
 * The base URL a person meant: "https://host/v1", with or without a slash at its end, or the reference's full
 * "…/v1/chat/completions".
 *
 * @throws LlmError ERR_REFUSED_LOCALLY where it is no URL, or neither https nor loopback http: a key sent over plain http is
 *   everybody's key.
 */
export function parseEndpoint(text: string): URL {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw refusedLocally(`The endpoint "${redact(text)}" is not a URL. It should look like ${example}.`, 'endpoint');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw refusedLocally(
      `The endpoint ${url.origin} is not https. Plain http is accepted only for this machine (localhost, 127.0.0.1).`,
      'endpoint',
    );
  if (url.username || url.password)
    throw refusedLocally(
      'The endpoint holds a user name or password. Save the key with "Set API Key" instead.',
      'endpoint',
    );
  url.hash = '';
  url.pathname = url.pathname.replace(/\/+$/, '').replace(/\/(chat\/completions|responses|messages|models)$/, '');
  return url;
}

/** `base` + "/chat/completions", keeping a query such as Azure's api-version. */
export function endpointUrl(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** The origin a key would be sent to; undefined where the endpoint is none. */
export function originOf(endpoint: string | undefined): string | undefined {
  try {
    return endpoint ? parseEndpoint(endpoint).origin : undefined;
  } catch {
    return undefined;
  }
}
