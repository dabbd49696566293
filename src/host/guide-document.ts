import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { priceOf } from '../cost/cost-of.ts';
import { defaultModel } from '../llm/model-catalog.ts';
import { azureGuide, type GuideState, guideTitle } from './azure-guide.ts';
import { dollars } from './describe-model.ts';
import { ReadOnlyPage } from './read-only-page.ts';
import { readSettings } from './settings.ts';

/** The guide to Azure as a page. */
export class GuideDocument implements Disposable {
  #tested: 'answered' | 'failed' | undefined;
  #page: ReadOnlyPage;

  /** @param now milliseconds since 1970: prices are of that day. */
  constructor(now: () => number) {
    const content = (): string => azureGuide(stateOf(now(), this.#tested));
    this.#page = new ReadOnlyPage({ scheme: 'pennyloom-guide', title: guideTitle, content });
  }

  show(): Promise<void> {
    return this.#page.show();
  }

  /** The settings have changed, or a test has ended. */
  update(tested?: 'answered' | 'failed'): void {
    this.#tested = tested;
    this.#page.update();
  }

  dispose(): void {
    this.#page.dispose();
  }
}

function stateOf(now: number, tested: 'answered' | 'failed' | undefined): GuideState {
  const { provider, model, asked, endpoint, azure } = readSettings();
  const onAzure = provider === 'azure-openai';
  const openAiModel = provider === 'openai' ? model : defaultModel;
  const rates = priceOf('openai', openAiModel, now)?.rates.base;
  const { language } = vscode.env;
  const said = azure.deployments[asked];
  return {
    openAi: {
      endpoint: vscode.workspace.getConfiguration('pennyloom').get('endpoint', ''),
      model: openAiModel,
      ...(rates && {
        price: `${dollars(rates.input, language)} in, ${dollars(rates.output, language)} out per 1M tokens`,
      }),
    },
    ...(onAzure && {
      azure: { endpoint, auth: azure.auth, deployment: asked, ...(said && { model: said }), ...(tested && { tested }) },
    }),
  };
}
