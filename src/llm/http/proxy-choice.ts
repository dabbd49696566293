import { isIPv6 } from 'node:net';
import { isLoopback } from '../endpoint.ts';
import { refusedLocally } from '../llm-error.ts';
import { type Address, bracketed } from './address.ts';
import { fieldValue } from './header-field.ts';
import type { Proxy } from './tunnel.ts';

/** What a person says of proxies: the editor's settings, and the environment as curl reads it. */
export interface ProxyWishes {
  /** `http.proxySupport`; "off": never a proxy. */
  readonly support?: string | undefined;
  /** `http.proxy`; goes before the environment. */
  readonly proxy?: string | undefined;
  /** `http.proxyAuthorization`: a header's value. */
  readonly authorization?: string | undefined;
  /** `http.noProxy`; NO_PROXY holds besides. */
  readonly noProxy?: readonly string[] | undefined;
  readonly environment: { readonly [name: string]: string | undefined };
}

/**
 * The proxy on the way to a host; undefined for none. This machine is always asked directly, as curl's users expect of servers of their own.
 * @throws LlmError (notSent) for a setting or variable that is no proxy's address; it names that, and never what it holds.
 */
export function proxyFor(to: Address, wishes: ProxyWishes): Proxy | undefined {
  const { support, proxy, authorization, noProxy = [], environment } = wishes;
  if (support === 'off' || isLoopback(bracketed(to.host))) return undefined;
  const exceptions = [...noProxy, ...(fromEnvironment(environment, 'no_proxy')?.value ?? '').split(/[\s,]+/)];
  if (exceptions.some(entry => covers(entry, to))) return undefined;
  const chosen = proxy?.trim()
    ? { name: 'http.proxy', value: proxy.trim() }
    : fromEnvironment(environment, to.secure ? 'https_proxy' : 'http_proxy');
  if (!chosen) return undefined;
  const url = proxyUrl(chosen.name, chosen.value);
  return authorization ? { url, authorization: checked(authorization) } : { url };
}

interface Named {
  readonly name: string;
  readonly value: string;
}

/** curl reads the lower case first. */
function fromEnvironment(environment: ProxyWishes['environment'], lower: string): Named | undefined {
  for (const name of [lower, lower.toUpperCase()]) {
    const value = environment[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}

/** "host:port" is http, as curl has it. */
function proxyUrl(name: string, value: string): URL {
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  } catch {
    throw refusedLocally(
      `"${name}" is not the address of a proxy. It should look like http://proxy.example:3128; empty, the host is asked directly.`,
      name,
    );
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw refusedLocally(
    `"${name}" names a proxy of the kind "${url.protocol.slice(0, -1)}". Pennyloom goes through proxies that begin with http:// or https:// only.`,
    name,
  );
}

function checked(authorization: string): string {
  if (fieldValue.test(authorization)) return authorization;
  throw refusedLocally(
    '"http.proxyAuthorization" cannot be sent: it holds a line break or another character that no header may hold.',
    'http.proxyAuthorization',
  );
}

/**
 * Whether an exception holds for a host: "*", a name (and all below it, with "." or "*." before it or not), an address, each with ":port" or
 * without; a "*" inside stands for anything.
 */
function covers(entry: string, { host, port, isName }: Address): boolean {
  const { pattern, port: only } = apart(entry.trim().toLowerCase());
  if (!pattern || (only !== undefined && only !== port)) return false;
  if (isIPv6(pattern)) return canonical(pattern) === canonical(host);
  const bare = pattern.replace(/^(\*?\.)+/, '').replace(/\.$/, '');
  const anything = bare.replace(/[^*]+/g, escaped).replace(/\*+/g, '.*');
  return new RegExp(`^${isName ? '(?:.*\\.)?' : ''}${anything}$`).test(host.toLowerCase().replace(/\.$/, ''));
}

function apart(entry: string): { readonly pattern: string; readonly port?: number } {
  if (isIPv6(entry)) return { pattern: entry };
  const [, inBrackets, name, port] = /^(?:\[(.*)\]|([^[\]]*?))(?::(\d+))?$/.exec(entry) ?? [];
  return { pattern: inBrackets ?? name ?? '', ...(port !== undefined && { port: Number(port) }) };
}

/** IPv6 in the one way a URL writes it. */
const canonical = (host: string): string => (isIPv6(host) ? new URL(`http://[${host}]`).hostname : host);
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
