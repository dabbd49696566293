import type { ContractSubject } from '../contract/subject.ts';
import { AZURE_KEY } from './azure-settings.ts';
import { azureServerInProcess } from './in-process.ts';

/** The v1 API with both of its wires, and the dated one, which has one. */
const variants = ['v1 chat', 'v1 responses', 'classic'] as const;

export const subject: ContractSubject = {
  provider: 'azure-openai',
  traits: { key: true, parallelTools: true, cachedTokens: true },
  variants,
  async start(variant, encoding) {
    const server = await azureServerInProcess({ ...(encoding && { encoding }) });
    return {
      config: {
        provider: 'azure-openai',
        model: 'team-chat',
        deployments: { 'team-chat': 'gpt-4.1' },
        api: variant === 'v1 responses' ? 'responses' : 'chat',
        endpoint: server.url,
        apiKey: AZURE_KEY,
        retry: false,
        ...(variant === 'classic' && { apiVersion: '2024-10-21' }),
      },
      control: server.control,
      [Symbol.asyncDispose]: server.stop,
    };
  },
};
