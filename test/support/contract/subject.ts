import type { ProviderConfig } from '../../../src/llm/provider-config.ts';
import type { ProviderName } from '../../../src/llm/vendors.ts';
import type { EncodingName } from '../openai-server/tokenizer.ts';
import type { LoopbackControl } from '../loopback/control.ts';

/** One vendor, as the contract suite meets it: `test/support/<vendor>-server/contract.ts` exports one as `subject`. */
export interface ContractSubject {
  readonly provider: ProviderName;
  /** Starts the vendor's own loopback server, steered by the same scripts as every other; it counts tokens in this encoding. */
  start(variant?: string, encoding?: EncodingName): Promise<ContractServer>;
  readonly traits: ContractTraits;
  /** Where a vendor has several wires: each goes through the whole suite, started by its name. */
  readonly variants?: readonly string[];
}

/** Whether the vendor asks for a key at all, and what its models cannot do. */
export interface ContractTraits {
  readonly key: boolean;
  readonly parallelTools: boolean;
  readonly cachedTokens: boolean;
}

export interface ContractServer extends AsyncDisposable {
  /** Enough for createProvider: provider, endpoint, key, a model that takes tools and images. No retry. */
  readonly config: ProviderConfig;
  /** Each vendor's settings are its own; all the rest is the same everywhere. */
  readonly control: Omit<LoopbackControl<never>, 'configure'>;
  /** Which paths run a model, where others are asked by POST too; default all of them. */
  readonly runsModel?: (path: string) => boolean;
}
