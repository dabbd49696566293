import type { ProviderConfig } from '../provider-config.ts';
import { DirectAgent } from './direct-agent.ts';
import type { Dispatcher } from './http-call.ts';

type Connected = Pick<ProviderConfig, 'dispatcher'>;

const dispatchers = new WeakMap<Connected, Dispatcher>();

/** What makes the connections of a configuration: the same for all that is sent under it. */
export function dispatcherOf(config: Connected): Dispatcher {
  if (config.dispatcher) return config.dispatcher;
  let made = dispatchers.get(config);
  if (!made) dispatchers.set(config, (made = new DirectAgent()));
  return made;
}
