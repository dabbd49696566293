import type { OpenAiServerSettings } from '../openai-server/settings.ts';

export interface AzureServerSettings extends OpenAiServerSettings {
  /** The resource's deployments and the model each is. A name nobody would take for its model's, and one that lies. */
  readonly deployments: { readonly [deployment: string]: string };
  /** The Microsoft Entra ID tokens that are good at this moment. */
  readonly tokens: readonly string[];
  /** False: "Key based authentication is disabled for this resource." */
  readonly keyAuth: boolean;
}

export const AZURE_KEY = '0123456789abcdef0123456789ABCDEF';

export const AZURE_DEFAULTS = {
  deployments: {
    'team-chat': 'gpt-4.1-2025-04-14',
    'gpt-4o': 'gpt-5.4-2026-03-05',
    reasoner: 'gpt-5.6-sol',
    'old-reasoner': 'o1-mini',
  },
  tokens: [],
  // Azure runs models on a calendar of its own: those that OpenAI shut down since are here.
  today: '2025-07-01',
  keyAuth: true,
} as const satisfies Partial<AzureServerSettings>;
