import * as vscode from 'vscode';
import { LlmError } from '../llm/llm-error.ts';

/** Microsoft Learn, "How to configure Azure OpenAI with Microsoft Entra ID" (read 2026-11-22): the audience of every resource. */
const scopes = ['https://cognitiveservices.azure.com/.default'];

/**
 * An access token from VS Code's own Microsoft sign-in, which renews it as needed: asked for at each call, kept nowhere here.
 * @throws LlmError ERR_KEY_REQUIRED where the person does not sign in.
 */
export async function entraToken(): Promise<string> {
  try {
    return (await vscode.authentication.getSession('microsoft', scopes, { createIfNone: true })).accessToken;
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
