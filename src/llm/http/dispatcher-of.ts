import type { Dispatcher } from 'undici';
import type { ProviderConfig } from '../provider-config.ts';

type Connected = Pick<ProviderConfig, 'dispatcher'>;

const dispatchers = new WeakMap<Connected, Dispatcher | Promise<Dispatcher>>();

/** What makes the connections of a configuration: the same for all that is sent under it. */
export function dispatcherOf(config: Connected): Dispatcher | Promise<Dispatcher> {
  const known = dispatchers.get(config);
  if (known) return known;
  const made = makeDispatcher(config);
  dispatchers.set(config, made);
  made.then(
    dispatcher => dispatchers.set(config, dispatcher),
    // A failure is not kept: the next call tries afresh.
    () => dispatchers.delete(config),
  );
  return made;
}

async function makeDispatcher({ dispatcher }: Connected): Promise<Dispatcher> {
  return typeof dispatcher === 'function' ? dispatcher() : (dispatcher ?? directAgent());
}

/** Connections straight to the host, kept open for the next request. */
export async function directAgent(): Promise<Dispatcher> {
  const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
  return new Agent({ allowH2: false });
}
