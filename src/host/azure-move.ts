import { type AzureEndpoint, formatAzureEndpoint } from '../llm/azure-openai/azure-endpoint.ts';
import { familyOfSnapshot } from '../llm/model-id.ts';

/** All that a move to Azure needs to know. */
export interface AzureMove {
  readonly address: AzureEndpoint;
  readonly deployment: string;
  /** Which model it is; undefined where the person does not know, and then its cost is unknown. */
  readonly model: string | undefined;
  readonly auth: 'key' | 'entra';
  /** A host that is not Azure's and may get the token all the same. */
  readonly entraHost?: string;
}

/** The settings before, as far as they are maps and lists that are added to. */
export interface SettingsToAddTo {
  readonly endpoints: { readonly [provider: string]: string };
  readonly deployments: { readonly [deployment: string]: string };
  readonly entraHosts: readonly string[];
}

/** Every setting a move may write. */
export const movedSettings = [
  'endpoints',
  'azure.apiVersion',
  'azure.auth',
  'azure.entraHosts',
  'azure.deployments',
  'model',
  'provider',
] as const;
export type MovedSetting = (typeof movedSettings)[number];

/** What a move writes, by the settings' names after "pennyloom.", in this order: who is asked comes last, when all the rest is there. */
export function settingsOfMove(
  { address, deployment, model, auth, entraHost }: AzureMove,
  { endpoints, deployments, entraHosts }: SettingsToAddTo,
): readonly (readonly [name: MovedSetting, value: unknown])[] {
  const { [deployment]: _, ...others } = deployments;
  const { base, style, apiVersion } = address;
  // The deployment is the model's setting, so that another can be chosen; the date has a setting of its own.
  const endpoint = style === 'v1' ? formatAzureEndpoint({ base, style }) : base;
  return [
    ['endpoints', { ...endpoints, 'azure-openai': endpoint }],
    ['azure.apiVersion', apiVersion],
    ['azure.auth', auth],
    ...(entraHost ? [['azure.entraHosts', [...new Set([...entraHosts, entraHost])]] as const] : []),
    ['azure.deployments', model ? { ...others, [deployment]: model } : others],
    ['model', deployment],
    ['provider', 'azure-openai'],
  ];
}

/**
 * The model that Azure says answered, where the person said another or none: to be asked about, not believed.
 * @param answered as the answer names it: "gpt-4.1-2025-04-14"
 */
export function modelToAskAbout(answered: string | undefined, said: string | undefined): string | undefined {
  if (!answered) return undefined;
  const family = familyOfSnapshot(answered) ?? answered;
  return said && (said === answered || (familyOfSnapshot(said) ?? said) === family) ? undefined : answered;
}
