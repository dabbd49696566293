import type { ContractSubject } from '../contract/subject.ts';
import { ollamaServer } from './server.ts';

export const subject: ContractSubject = {
  provider: 'ollama',
  traits: { key: false, parallelTools: true, cachedTokens: true },
  async start(_variant, encoding) {
    const { url, control, stop } = await ollamaServer({ ...(encoding && { encoding }) });
    return {
      config: { provider: 'ollama', model: 'mistral-small3.2:24b', endpoint: url, retry: false },
      control,
      runsModel: path => path === '/api/chat',
      [Symbol.asyncDispose]: stop,
    };
  },
};
