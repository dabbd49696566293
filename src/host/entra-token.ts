import * as vscode from 'vscode';
import { LlmError } from '../llm/llm-error.ts';

/**
 * An access token for this scope from VS Code's own Microsoft sign-in, which keeps it and renews it: asked for at each call, kept
 * nowhere here. The clouds of states have a sign-in of their own, which the setting "microsoft-sovereign-cloud.environment" turns on
 * (microsoft/vscode#178725, read 2026-11-28).
 * @throws LlmError ERR_KEY_REQUIRED where the person does not sign in.
 */
export async function entraToken(scope: string): Promise<string> {
  const provider = new URL(scope).hostname.endsWith('.com') ? 'microsoft' : 'microsoft-sovereign-cloud';
  try {
    return (await vscode.authentication.getSession(provider, [scope], { createIfNone: true })).accessToken;
  } catch (error) {
    throw new LlmError({
      code: 'ERR_KEY_REQUIRED',
      message: 'Sign in to Microsoft to use this Azure resource, or set "pennyloom.azure.auth" to "key".',
      vendor: 'Azure OpenAI',
      retryable: false,
      notSent: true,
      cause: error,
    });
  }
}
