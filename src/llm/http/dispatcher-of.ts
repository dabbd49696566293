import type { Dispatcher } from 'undici';
import type { ProviderConfig } from '../provider-config.ts';

type Connected = Pick<ProviderConfig, 'dispatcher'>;

const dispatchers = new WeakMap<Connected, Promise<Dispatcher>>();

/** What makes the connections of a configuration: the same for all that is sent under it. */
export function dispatcherOf(config: Connected): Promise<Dispatcher> {
  let dispatcher = dispatchers.get(config);
  if (!dispatcher) {
    dispatchers.set(config, (dispatcher = makeDispatcher(config)));
    // A failure is not kept: the next call tries afresh.
    dispatcher.catch(() => dispatchers.delete(config));
  }
  return dispatcher;
}

async function makeDispatcher({ dispatcher }: Connected): Promise<Dispatcher> {
  return typeof dispatcher === 'function' ? dispatcher() : (dispatcher ?? directAgent());
}

/** Connections straight to the host, kept open for the next request. */
export async function directAgent(): Promise<Dispatcher> {
  const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
  return new Agent({ allowH2: false });
}
