import { isLoopback, originOf, parseEndpoint } from '../llm/endpoint.ts';
import { type ProviderName, vendorAt, vendorOf, vendors } from '../llm/vendors.ts';
import type { SecretKeys } from './secret-keys.ts';

/** Somebody who can be asked: a vendor, or one of the many hosts of the one that stands for them. */
export interface ProviderChoice {
  readonly provider: ProviderName;
  readonly label: string;
  /** '' where the person has to say it. */
  readonly endpoint: string;
  readonly isCurrent: boolean;
}

/**
 * The vendors, then the well-known compatible hosts and the person's own, then whatever else there may be.
 * @param endpointOf where each provider is asked by the settings; '' for nowhere yet.
 */
export function providerChoices(
  current: { readonly provider: ProviderName; readonly endpoint: string },
  endpointOf: (provider: ProviderName) => string,
): { readonly vendors: readonly ProviderChoice[]; readonly hosts: readonly ProviderChoice[] } {
  const choice = (provider: ProviderName, label: string, endpoint: string): ProviderChoice => ({
    provider,
    label,
    endpoint,
    isCurrent: provider === current.provider && (!vendorOf(provider).hosts || sameOrigin(endpoint, current.endpoint)),
  });
  const names = Object.keys(vendors) as ProviderName[];
  return {
    vendors: names
      .filter(name => !vendorOf(name).hosts)
      .map(name => choice(name, vendorOf(name).label, endpointOf(name))),
    hosts: names.flatMap(name => {
      const { label, hosts } = vendorOf(name);
      if (!hosts) return [];
      const own = endpointOf(name);
      const known = hosts.some(({ endpoint }) => sameOrigin(endpoint, own));
      return [
        ...(own && !known ? [choice(name, hostOf(own), own)] : []),
        // The person's own address of a known host, with the path they gave it.
        ...hosts.map(host => choice(name, host.label, sameOrigin(host.endpoint, own) ? own : host.endpoint)),
        { provider: name, label: `Another ${label}…`, endpoint: '', isCurrent: false },
      ];
    }),
  };
}

/** Where it is, and what there is to say about its key: never the key. */
export async function describeChoice(
  { provider, label, endpoint }: ProviderChoice,
  keys: Pick<SecretKeys, 'state'>,
): Promise<string> {
  if (!endpoint) return vendorOf(provider).hosts ? 'give its address' : 'not set up yet';
  const origin = originOf(endpoint);
  if (!origin) return `${endpoint} is not an address`;
  const { state } = await keys.state(provider, origin);
  const words = {
    set: 'key saved',
    missing: 'no key yet',
    'other-origin': 'no key for this address',
    'not-needed': isLocal(endpoint) ? 'on this machine' : '',
  };
  const host = hostOf(endpoint);
  return [host === label ? '' : host, words[state]].filter(Boolean).join(' · ');
}

/** Whether to ask for a key before the first question: only where one is wanted, none is there, and the person keeps keys here. */
export async function needsKey(
  { provider, endpoint }: Pick<ProviderChoice, 'provider' | 'endpoint'>,
  keys: Pick<SecretKeys, 'state'>,
): Promise<'required' | 'optional' | 'no'> {
  const origin = originOf(endpoint);
  const { key } = vendorAt(provider, endpoint);
  if (!origin || key === 'none' || (key === 'optional' && isLocal(endpoint))) return 'no';
  const { state } = await keys.state(provider, origin);
  return state === 'set' ? 'no' : key;
}

const sameOrigin = (one: string, other: string): boolean =>
  originOf(one) !== undefined && originOf(one) === originOf(other);

export function isLocal(endpoint: string): boolean {
  try {
    return isLoopback(parseEndpoint(endpoint).hostname);
  } catch {
    return false;
  }
}

function hostOf(endpoint: string): string {
  try {
    return parseEndpoint(endpoint).host;
  } catch {
    return endpoint;
  }
}
