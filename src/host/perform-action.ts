import * as vscode from 'vscode';
import type { ChatSession } from '../chat/chat-session.ts';
import type { FailureRecord } from '../chat/failure-record.ts';
import { continueText } from '../chat/prompts.ts';
import type { VendorPages } from '../llm/vendor.ts';
import { findVendor, vendorAt } from '../llm/vendors.ts';
import type { ActionId } from '../protocol/chat-view-state.ts';
import type { BudgetWatch } from './budget-watch.ts';
import { copyReport } from './copy-report.ts';
import type { Commands } from './engine-commands.ts';
import { readSettings } from './settings.ts';

export interface PerformerParts {
  readonly session: ChatSession;
  readonly commands: Commands;
  readonly refused: BudgetWatch;
}

/** What the buttons of the chat do: most are a command, some belong to the turn they stand under. */
export function actionPerformer({
  session,
  commands,
  refused,
}: PerformerParts): (action: ActionId, turnId: string | undefined) => Promise<void> {
  const failureOf = (turnId: string | undefined): FailureRecord | undefined =>
    session.conversation.turns.find(({ id }) => id === turnId)?.ending?.failure;
  const budgetOf = (turnId: string | undefined): string => failureOf(turnId)?.budget?.setting ?? 'budget';
  /** Of the vendor that the turn failed with, not of the one that is chosen by now. */
  const openPage = async (page: keyof VendorPages, turnId: string | undefined): Promise<void> => {
    const { provider, endpoint } = readSettings();
    const failed = failureOf(turnId);
    const vendor = failed?.provider ? findVendor(failed.provider, failed.origin) : vendorAt(provider, endpoint);
    const url = vendor?.pages[page];
    if (url) await vscode.env.openExternal(vscode.Uri.parse(url));
  };
  return async (action, turnId) => {
    switch (action) {
      case 'set-key':
        await commands.setApiKey();
        break;
      case 'open-keys-page':
        await openPage('keys', turnId);
        break;
      case 'open-billing':
        await openPage('billing', turnId);
        break;
      case 'open-status':
        await openPage('status', turnId);
        break;
      case 'shorten':
        if (turnId) await session.retry(turnId, { shorten: true });
        break;
      case 'use-fallback':
        if (turnId) await session.retry(turnId, { fallback: true });
        break;
      case 'open-settings':
        await commands.openSettings();
        break;
      case 'raise-budget':
        await vscode.commands.executeCommand('workbench.action.openSettings', `pennyloom.${budgetOf(turnId)}`);
        break;
      case 'remind-of-budget':
        if (turnId) refused.remindOf(turnId);
        break;
      case 'choose-provider':
        await commands.chooseProvider();
        break;
      case 'switch-model':
        await commands.chooseModel();
        break;
      case 'try-again':
        if (turnId) await session.retry(turnId);
        break;
      case 'ask-now':
        await commands.resetCircuitBreakers();
        if (turnId) await session.retry(turnId);
        break;
      case 'continue':
        await session.send({ feature: 'chat', images: [], question: { text: continueText, images: [], contexts: [] } });
        break;
      case 'open-log':
        await commands.showLog();
        break;
      case 'copy-report':
        await copyReport(session.conversation, turnId);
        break;
      case 'new-chat':
        session.newChat();
        break;
    }
  };
}
