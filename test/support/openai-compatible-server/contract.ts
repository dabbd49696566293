import type { ContractSubject } from '../contract/subject.ts';
import { compatibleServerInProcess } from './in-process.ts';
import { COMPATIBLE_KEY } from './settings.ts';

/** With and without a key, and over the other API where a host has it. */
const variants = ['chat', 'keyless', 'responses'] as const;

export const subject: ContractSubject = {
  provider: 'openai-compatible',
  traits: { key: false, parallelTools: true, cachedTokens: true },
  variants,
  async start(variant, encoding) {
    const keyless = variant === 'keyless';
    const server = await compatibleServerInProcess({ keyless, ...(encoding && { encoding }) });
    return {
      config: {
        provider: 'openai-compatible',
        model: 'qwen3-coder',
        api: variant === 'responses' ? 'responses' : 'auto',
        endpoint: server.baseUrl,
        ...(!keyless && { apiKey: COMPATIBLE_KEY }),
        headers: { 'X-Title': 'Pennyloom' },
        retry: false,
      },
      control: server.control,
      [Symbol.asyncDispose]: server.stop,
    };
  },
};
