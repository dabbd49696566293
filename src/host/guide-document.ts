import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/disposable.ts';
import { priceOf } from '../cost/cost-of.ts';
import { defaultModel } from '../llm/model-catalog.ts';
import { azureGuide, type GuideState, guideTitle } from './azure-guide.ts';
import { dollars } from './describe-model.ts';
import { readSettings } from './settings.ts';

const scheme = 'pennyloom-guide';

/** The guide to Azure as a document nobody can change, shown as VS Code shows Markdown. */
export class GuideDocument implements Disposable {
  #now: () => number;
  #tested: 'answered' | 'failed' | undefined;
  #changed = new vscode.EventEmitter<vscode.Uri>();
  #uri = vscode.Uri.from({ scheme, path: `/${guideTitle}.md` });
  #own = new DisposableStore();
  #registered = false;

  /** @param now milliseconds since 1970: prices are of that day. */
  constructor(now: () => number) {
    this.#now = now;
    this.#own.add(this.#changed);
  }

  async show(): Promise<void> {
    this.#register();
    await vscode.commands.executeCommand('markdown.showPreview', this.#uri);
  }

  /** The settings have changed, or a test has ended. */
  update(tested?: 'answered' | 'failed'): void {
    this.#tested = tested;
    this.#changed.fire(this.#uri);
  }

  dispose(): void {
    this.#own.dispose();
  }

  #register(): void {
    if (this.#registered) return;
    this.#registered = true;
    this.#own.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: () => azureGuide(stateOf(this.#now(), this.#tested)),
      }),
    );
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
