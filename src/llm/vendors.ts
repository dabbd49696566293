import { openai } from './openai/openai.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor there is. Adding one is a folder and a line here. */
export const vendors = {
  openai,
} satisfies { readonly [name: string]: Vendor };

export type ProviderName = keyof typeof vendors;

export const vendorOf = (provider: ProviderName): Vendor => vendors[provider];
