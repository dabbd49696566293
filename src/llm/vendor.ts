import type { Wire } from './http/wire.ts';
import type { FailureCode } from './llm-error.ts';
import type { ProviderConfig } from './provider-config.ts';

/** What one vendor is, to the rest of the program: its folder exports one of these, and `vendors` lists it. */
export interface Vendor {
  /** For a person: "OpenAI". */
  readonly label: string;
  /** Absent where everybody has an address of their own. */
  readonly defaultEndpoint?: string;
  /** Absent where no model can be assumed. */
  readonly defaultModel?: string;
  readonly key: 'required' | 'optional' | 'none';
  /** What a key looks like, for an empty input box. */
  readonly keyPlaceholder?: string;
  /** Where a person looks after their account; absent where there is no such page. */
  readonly pages: VendorPages;
  /** How a person gets a key, in order. */
  readonly keySteps?: readonly string[];
  /** What mends a failure with this vendor and no other; said before the general advice. */
  readonly remedies?: (failure: FailureToMend) => readonly string[];
  /** Called for each provider that is made. What is wrong with the configuration is said when a request is prepared. */
  connect(config: ProviderConfig): Wire;
}

/** What a vendor's remedies may go by. */
export interface FailureToMend {
  readonly code: FailureCode;
  /** error.code or error.type, or the connection's error (ECONNREFUSED). */
  readonly vendorCode?: string;
  readonly status?: number;
  readonly model?: string;
}

export interface VendorPages {
  readonly keys?: string;
  readonly billing?: string;
  readonly status?: string;
  readonly limits?: string;
}
