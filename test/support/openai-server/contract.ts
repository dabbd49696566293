import type { ContractSubject } from '../contract/subject.ts';
import { openAiServerInProcess } from './in-process.ts';

const apis = ['chat', 'responses'] as const;

export const subject: ContractSubject = {
  provider: 'openai',
  traits: { key: true, parallelTools: true, cachedTokens: true },
  variants: apis,
  async start(variant, encoding) {
    const server = await openAiServerInProcess({ ...(encoding && { encoding }) });
    const api = apis.find(name => name === variant) ?? 'auto';
    return {
      config: {
        provider: 'openai',
        model: 'gpt-4.1',
        api,
        endpoint: server.baseUrl,
        apiKey: 'sk-test-contract-0123456789',
        retry: false,
      },
      control: server.control,
      [Symbol.asyncDispose]: server.stop,
    };
  },
};
