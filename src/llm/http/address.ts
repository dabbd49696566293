import { isIP } from 'node:net';

/** Where a connection leads. */
export interface Address {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Over TLS. */
  readonly secure: boolean;
  /** false: an IP address, which is no server name for TLS (RFC 6066 §3). */
  readonly isName: boolean;
}

export function addressOf({ protocol, hostname, port }: URL): Address {
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(port) || (secure ? 443 : 80), secure, isName: isIP(host) === 0 };
}

/** As a URL writes it: IPv6 in brackets. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** "host:port" */
export const placeOf = ({ host, port }: Address): string => `${bracketed(host)}:${port}`;
