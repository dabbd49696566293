import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/disposable.ts';

export interface PageOptions {
  /** "pennyloom-guide": whose document it is. */
  readonly scheme: string;
  readonly title: string;
  /** Markdown, asked for whenever it is shown. */
  readonly content: () => string;
}

/** A document nobody can change, shown as VS Code shows Markdown. */
export class ReadOnlyPage implements Disposable {
  #options: PageOptions;
  #uri: vscode.Uri;
  #changed = new vscode.EventEmitter<vscode.Uri>();
  #own = new DisposableStore();
  #registered = false;

  constructor(options: PageOptions) {
    this.#options = options;
    this.#uri = vscode.Uri.from({ scheme: options.scheme, path: `/${options.title}.md` });
    this.#own.add(this.#changed);
  }

  async show(): Promise<void> {
    this.#register();
    this.update();
    await vscode.commands.executeCommand('markdown.showPreview', this.#uri);
  }

  /** What it would say has changed. */
  update(): void {
    this.#changed.fire(this.#uri);
  }

  dispose(): void {
    this.#own.dispose();
  }

  #register(): void {
    if (this.#registered) return;
    this.#registered = true;
    const { scheme, content } = this.#options;
    this.#own.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: content,
      }),
    );
  }
}
