import type { ContractSubject } from '../contract/subject.ts';
import { anthropicServerInProcess } from './server.ts';

/** A model that thinks unasked, and one that does not. */
const models = ['claude-sonnet-5', 'claude-haiku-4-5'];

export const subject: ContractSubject = {
  provider: 'anthropic',
  traits: { key: true, parallelTools: true, cachedTokens: true },
  variants: models,
  async start(variant, encoding) {
    const server = await anthropicServerInProcess({ ...(encoding && { encoding }) });
    return {
      config: {
        provider: 'anthropic',
        model: variant ?? 'claude-sonnet-5',
        endpoint: server.url,
        apiKey: 'sk-ant-test-contract-0123456789',
        retry: false,
      },
      control: server.control,
      [Symbol.asyncDispose]: server.stop,
    };
  },
};
