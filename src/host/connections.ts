import { connectBy } from '../llm/http/connect-by.ts';
import { DirectAgent } from '../llm/http/direct-agent.ts';
import type { Dispatcher, HttpCall, HttpRequest, ResponseReader } from '../llm/http/http-call.ts';
import { proxyFor, type ProxyWishes } from '../llm/http/proxy-choice.ts';
import { type ReadCertificates, trustedCertificates, type TrustWishes } from './trusted-certificates.ts';

/** The editor's own settings for whoever asks the network. */
export interface HttpSettings extends TrustWishes, Omit<ProxyWishes, 'environment'> {}

export interface ConnectionsOptions {
  /** Asked when a connection is made. */
  readonly settings: () => HttpSettings;
  readonly environment?: ProxyWishes['environment'];
  readonly certificates?: ReadCertificates;
}

/** The connections of this window, for all it asks: the next question finds its connection open, with no handshake before its first word. */
export class Connections implements Dispatcher {
  readonly #make: () => DirectAgent;
  #agent: DirectAgent;

  constructor({ settings, environment = process.env, certificates }: ConnectionsOptions) {
    const trust = trustedCertificates(settings, certificates);
    const connect = connectBy(to => proxyFor(to, { ...settings(), environment }), trust);
    this.#make = () => new DirectAgent({ connect });
    this.#agent = this.#make();
  }

  /** @throws LlmError (notSent) for a setting that names no proxy; and as any dispatcher. */
  open(request: HttpRequest, reader: ResponseReader): HttpCall {
    return this.#agent.open(request, reader);
  }

  /** The settings have changed: kept connections are not used again. Requests on their way go on. */
  renew(): void {
    this.#agent = this.#make();
  }
}
