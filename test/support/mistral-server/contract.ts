import type { ContractSubject } from '../contract/subject.ts';
import { MISTRAL_KEY, mistralServerInProcess } from './in-process.ts';

export const subject: ContractSubject = {
  provider: 'mistral',
  traits: { key: true, parallelTools: true, cachedTokens: true },
  async start(_variant, encoding) {
    const server = await mistralServerInProcess({ ...(encoding && { encoding }) });
    return {
      config: {
        provider: 'mistral',
        model: 'mistral-medium-2604',
        endpoint: server.baseUrl,
        apiKey: MISTRAL_KEY,
        retry: false,
      },
      control: server.control,
      [Symbol.asyncDispose]: server.stop,
    };
  },
};
