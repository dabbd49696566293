import { LlmError } from '../llm/llm-error.ts';
import type { SecretKeys } from './secret-keys.ts';

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
