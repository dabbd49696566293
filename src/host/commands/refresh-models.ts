import * as vscode from 'vscode';
import { failureRecord } from '../../chat/failure-record.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Dispatcher } from '../../llm/http/http-call.ts';
import { LlmError } from '../../llm/llm-error.ts';
import { findModel, type ModelAmendment } from '../../llm/model-catalog.ts';
import { vendorAt } from '../../llm/vendors.ts';
import type { ActionId } from '../../protocol/chat-view-state.ts';
import { explainFailure } from '../explain-failure.ts';
import { believe, type ModelLists } from '../model-lists.ts';
import { endpointOf } from '../provider-maker.ts';
import type { SecretKeys } from '../secret-keys.ts';
import { readSettings } from '../settings.ts';

export interface RefreshParts {
  readonly lists: ModelLists;
  readonly keys: SecretKeys;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
  readonly act: (action: ActionId) => void;
}

/** Asks the provider which models the key may use. Nothing else ever asks. @returns whether it told. */
export async function refreshModels(parts: RefreshParts): Promise<boolean> {
  const { lists, keys, dispatcher, clock } = parts;
  const settings = readSettings();
  const { provider, endpoint } = settings;
  const { label, listModels } = vendorAt(provider, endpoint);
  if (!listModels) {
    void vscode.window.showInformationMessage(`${label} has no list of models to ask for.`);
    return false;
  }
  let models: readonly ModelAmendment[];
  try {
    models = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Pennyloom: asking ${label} for its models…` },
      () => listModels({ ...endpointOf(settings, keys), dispatcher, clock }),
    );
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    await complain(error, parts);
    return false;
  }
  const list = { day: new Date(clock.now()).toISOString().slice(0, 10), models };
  await lists.keep(provider, endpoint, list);
  believe(list);
  const known = models.filter(({ id }) => findModel(provider, id)).length;
  vscode.window.setStatusBarMessage(
    `$(check) ${label} lists ${models.length} models, ${known} of them known here`,
    8000,
  );
  return true;
}

async function complain(error: LlmError, { clock, log, act }: RefreshParts): Promise<void> {
  const { provider: name, endpoint } = readSettings();
  const provider = { name, model: '', endpoint };
  const { title, detail, actions } = explainFailure(failureRecord(error, { provider, now: clock.now(), log }));
  const text = detail ? `${title} ${detail}` : title;
  const useful = actions.filter(({ id }) => id === 'set-key' || id === 'open-keys-page' || id === 'open-settings');
  const picked = await vscode.window.showErrorMessage(text, ...useful.map(action => action.label));
  const action = useful.find(action => action.label === picked);
  if (action) act(action.id);
}
