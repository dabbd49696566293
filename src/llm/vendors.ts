import { anthropic } from './anthropic/anthropic.ts';
import { azureOpenAi } from './azure-openai/azure-openai.ts';
import { ollama } from './ollama/ollama.ts';
import { mistral } from './mistral/mistral.ts';
import { openAiCompatible } from './openai-compatible/openai-compatible.ts';
import { openai } from './openai/openai.ts';
import { commonFraming, type PromptFraming } from './prompt-framing.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor there is. Adding one is a folder and a line here. */
export const vendors = {
  openai,
  'azure-openai': azureOpenAi,
  anthropic,
  ollama,
  mistral,
  'openai-compatible': openAiCompatible,
} satisfies { readonly [name: string]: Vendor };

export type ProviderName = keyof typeof vendors;

/**
 * The vendor, as it is at one endpoint where that is given. undefined for what is no vendor of ours: names out of storage and settings may
 * be anything.
 */
export function findVendor(provider: string, endpoint?: string): Vendor | undefined {
  if (!Object.hasOwn(vendors, provider)) return undefined;
  const name = provider as ProviderName;
  return endpoint === undefined ? vendorOf(name) : vendorAt(name, endpoint);
}

export const vendorOf = (provider: ProviderName): Vendor => vendors[provider];

export const framingOf = (provider: string): PromptFraming => findVendor(provider)?.framing ?? commonFraming;

/** The vendor as it is at one endpoint. */
export function vendorAt(provider: ProviderName, endpoint: string): Vendor {
  const vendor = vendorOf(provider);
  return { ...vendor, ...vendor.at?.(endpoint) };
}
