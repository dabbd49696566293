import * as vscode from 'vscode';
import type { Conversation } from '../chat/conversation.ts';
import { redact } from '../core/redact.ts';

/** Puts what is known of a failure on the clipboard, for an issue or a support request: no question, no answer, no key. */
export async function copyReport({ turns }: Conversation, turnId: string | undefined): Promise<void> {
  const ending = turns.find(({ id }) => id === turnId)?.ending;
  if (!ending?.failure) return;
  const { code, message, status, requestId, retryable } = ending.failure;
  const lines = [
    `Pennyloom ${String(vscode.extensions.getExtension('pennyloom.pennyloom')?.packageJSON?.version)}, VS Code ${vscode.version}`,
    `model: ${ending.model || 'none'}`,
    `code: ${code}`,
    `status: ${status ?? 'none'}`,
    `request id: ${requestId ?? 'none'}`,
    `may be tried again: ${retryable ? 'yes' : 'no'}`,
    `message: ${message}`,
  ];
  await vscode.env.clipboard.writeText(redact(lines.join('\n')));
  vscode.window.setStatusBarMessage('$(copy) Details copied', 3000);
}
