import { LlmError } from '../llm/llm-error.ts';
import { originOf } from '../llm/endpoint.ts';
import { vendorAt } from '../llm/vendors.ts';
import type { SecretKeys } from './secret-keys.ts';
import type { Settings } from './settings.ts';

/**
 * The key to send to `origin`, asked for at the moment of the call.
 * @throws LlmError ERR_KEY_REQUIRED where the saved one belongs to another host.
 */
export async function keyFor(keys: SecretKeys, provider: string, origin: string): Promise<string | undefined> {
  const found = await keys.state(provider, origin);
  if (found.state !== 'other-origin') return keys.get(provider, origin);
  throw new LlmError({
    code: 'ERR_KEY_REQUIRED',
    message: `API key is required for ${origin}: the saved key belongs to ${found.origin} and is never sent anywhere else.`,
    retryable: false,
    notSent: true,
  });
}

/** Whether the person's sign-in takes the place of a key. */
export const signsIn = ({ provider, azure }: Pick<Settings, 'provider' | 'azure'>): boolean =>
  provider === 'azure-openai' && azure.auth === 'entra';

/** Whether a question can be asked as things stand: a key is there, or none is needed. */
export async function keyStateOf(
  { provider, endpoint, azure }: Pick<Settings, 'provider' | 'endpoint' | 'azure'>,
  keys: SecretKeys,
): Promise<'set' | 'missing'> {
  if (signsIn({ provider, azure })) return 'set';
  // An endpoint that is none has no key either; sending will say what is wrong with it.
  const origin = originOf(endpoint);
  if (!origin) return vendorAt(provider, endpoint).key === 'required' ? 'missing' : 'set';
  const { state } = await keys.state(provider, origin);
  return state === 'set' || state === 'not-needed' ? 'set' : 'missing';
}
