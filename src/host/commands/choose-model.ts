import * as vscode from 'vscode';
import { priceOf } from '../../cost/cost-of.ts';
import { lifeCycle, listModels, type ModelFacts } from '../../llm/model-catalog.ts';
import { dollars } from '../describe-model.ts';
import { readSettings } from '../settings.ts';

type ModelItem = vscode.QuickPickItem & { readonly id?: string };

/** Lists what can be asked, with price, context and abilities, and makes the chosen one the model of the next question. */
export async function chooseModel(now: number): Promise<void> {
  const { provider, model } = readSettings();
  const models = listModels(provider, { at: now });
  const other: ModelItem = { label: 'Another Model…', alwaysShow: true };
  const items: ModelItem[] = [
    ...models.map(facts => describe(facts, facts.id === model, now)),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    other,
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Pennyloom: Choose Model',
    placeHolder: 'Prices are US dollars per 1M tokens, input / output',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) return;
  const id = picked === other ? await askForId(model) : picked.id;
  if (id) await vscode.workspace.getConfiguration('pennyloom').update('model', id, target());
}

function describe(facts: ModelFacts, current: boolean, now: number): ModelItem {
  const price = priceOf(facts.provider, facts.id, now);
  const life = lifeCycle(facts, now);
  return {
    id: facts.id,
    label: `${current ? '$(check) ' : ''}${facts.id}`,
    description: price ? pricePair(price.rates.base, vscode.env.language) : 'price unknown',
    detail: [
      facts.bestFor,
      facts.contextWindow !== undefined &&
        `${facts.contextWindow.toLocaleString(vscode.env.language)} tokens of context`,
      facts.vision && 'images',
      facts.tools && 'tools',
      life.state === 'ending' && `$(warning) shuts down ${life.shutdown}`,
    ]
      .filter(Boolean)
      .join(' · '),
  };
}

const pricePair = ({ input, output }: { input: string; output: string }, locale: string): string =>
  `${dollars(input, locale)} / ${dollars(output, locale)}`;

function askForId(current: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Pennyloom: Choose Model',
    prompt: 'Model id, exactly as the provider writes it. Its cost is shown as unknown if no price is known.',
    value: current,
    validateInput: text => (text.trim() ? undefined : 'A model id is required'),
  });
}

/** Where the setting is overridden by the workspace, changing the user's would change nothing. */
function target(): vscode.ConfigurationTarget {
  const found = vscode.workspace.getConfiguration('pennyloom').inspect('model');
  return found?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
}
