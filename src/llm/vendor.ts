import type { Wire } from './http/wire.ts';
import type { FailureCode } from './llm-error.ts';
import type { ModelAmendment } from './model-catalog.ts';
import type { PromptFraming } from './prompt-framing.ts';
import type { ProviderConfig } from './provider-config.ts';
import type { Usage } from './usage.ts';

/** What one vendor is, to the rest of the program: its folder exports one of these, and `vendors` lists it. */
export interface Vendor {
  /** For a person: "OpenAI". */
  readonly label: string;
  /** Absent where everybody has an address of their own. */
  readonly defaultEndpoint?: string;
  /** Absent where no model can be assumed. */
  readonly defaultModel?: string;
  readonly key: 'required' | 'optional' | 'none';
  /** What its models read beside the words of a request; default is the common one. */
  readonly framing?: PromptFraming;
  /** As OpenTelemetry's conventions for generative AI call it, where that is another name than the settings'. */
  readonly telemetryName?: string;
  readonly keyForm?: KeyForm;
  /** The environment variables the vendor's own tools read: the key, and the base URL it is for; default is `keyFor`, then the default endpoint. */
  readonly environment?: { readonly key: string; readonly endpoint?: string; readonly keyFor?: string };
  /** Where the environment says that the server is, for vendors whose servers are people's own. */
  readonly endpointFrom?: (environment: { readonly [name: string]: string | undefined }) => string | undefined;
  /** Where a person looks after their account; absent where there is no such page. */
  readonly pages: VendorPages;
  /** How a person gets a key, in order. */
  readonly keySteps?: readonly string[];
  /**
   * Where models go by names their owner gave them (deployments), and no list says what there is: the model behind one, going by what its
   * owner says of it.
   */
  readonly modelBehind?: (name: string, said: { readonly [name: string]: string }) => string;
  /** An address as a person pasted it, in the form settings keep, with the model it names. @throws LlmError for what is none. */
  readonly readEndpoint?: (text: string) => { readonly endpoint: string; readonly model?: string };
  /** What mends a failure with this vendor and no other; said before the general advice. */
  readonly remedies?: (failure: FailureToMend) => readonly string[];
  /** What the server itself says it has, to choose from; ids alone where it says no more. @throws LlmError */
  readonly listModels?: (config: ProviderConfig) => Promise<readonly ModelAmendment[]>;
  /** What the server itself says of the configured model; undefined where it does not tell. Asked once, then remembered. */
  readonly learnModel?: (config: ProviderConfig) => Promise<ModelAmendment | undefined>;
  /** Reads a usage object that was kept, so that a call can be priced again by what is known today; undefined for what is none. */
  readonly readUsage?: (raw: unknown) => Usage | undefined;
  /** Whether anybody is there. Asked only when a person looks at the choice of providers; an answer within 300 ms, never an error. */
  readonly probe?: (config: ProviderConfig) => Promise<Presence>;
  /** Models that run on people's own machines and cost nothing. */
  readonly isFree?: (model: string) => boolean;
  /** Where one vendor stands for many hosts: the well-known ones. Each has a key of its own. */
  readonly hosts?: readonly KnownHost[];
  /** Where one vendor stands for many hosts: what is known of the one at this endpoint, in place of the above. */
  readonly at?: (endpoint: string) => Partial<HostFacts>;
  /** Called for each provider that is made. What is wrong with the configuration is said when a request is prepared. */
  connect(config: ProviderConfig): Wire;
}

export interface Presence {
  readonly isThere: boolean;
  /** For a person, beside the vendor's name: "running, 3 models". */
  readonly words: string;
}
export type HostFacts = Pick<Vendor, 'label' | 'key' | 'environment' | 'pages'>;

export interface KnownHost {
  /** For a person. */
  readonly label: string;
  readonly endpoint: string;
  /** The environment variable that the host's own tools read. */
  readonly environmentKey?: string;
}

/** What a key looks like. One that looks different may be saved all the same. */
export interface KeyForm {
  /** For an empty input box: "sk-proj-…". */
  readonly example: string;
  readonly pattern: RegExp;
  /** A sentence: how keys begin. */
  readonly words: string;
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
