import { createSecureContext, getCACertificates } from 'node:tls';
import type { Trust } from '../llm/http/connect.ts';

export interface TrustWishes {
  /** `http.systemCertificates`: the operating system's certificates hold besides Node's own. */
  readonly systemCertificates: boolean;
  /** `http.proxyStrictSSL`; false: no certificate is judged. */
  readonly strict: boolean;
}

/** PEM. "default" has Node's own and those that NODE_EXTRA_CA_CERTS names. */
export type ReadCertificates = (which: 'default' | 'system') => readonly string[];

/** Since Node 22.15; an older editor's has Node's own only. */
const ofNode: ReadCertificates | undefined = getCACertificates;

/**
 * Whose certificates hold. The system's are read once, when a connection over TLS is first made: reading takes 40 to 80 ms where there are
 * 580, the context made of them 14 ms; that is made once, too, and only where the system has any that Node has not.
 */
export function trustedCertificates(wishes: () => TrustWishes, read = ofNode): () => Trust {
  const known = new Map<string, Trust>();
  return () => {
    const { strict, systemCertificates } = wishes();
    const key = `${strict} ${systemCertificates}`;
    let trust = known.get(key);
    if (!trust) known.set(key, (trust = makeTrust({ strict, systemCertificates }, read)));
    return trust;
  };
}

function makeTrust({ strict, systemCertificates }: TrustWishes, read: ReadCertificates | undefined): Trust {
  if (!strict) return { rejectUnauthorized: false };
  if (!systemCertificates || !read) return {};
  const nodes = read('default');
  const known = new Set(nodes.map(endOf));
  // Linux lists each several times.
  const more = [...new Set(read('system'))].filter(certificate => !known.has(endOf(certificate)));
  return more.length === 0 ? {} : { secureContext: createSecureContext({ ca: [...nodes, ...more] }) };
}

/** Where a certificate has its signature, which no other has. Without white space: the same one is broken into lines in several ways. */
const endOf = (pem: string): string => pem.slice(-200).replace(/\s+/g, '').slice(-125);
