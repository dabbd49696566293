import * as vscode from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';
import type { Log } from '../core/log.ts';
import type { CallArchive } from '../cost/call-archive.ts';
import type { Cap } from '../cost/call-store.ts';
import type { Ledger } from '../cost/ledger.ts';
import { parseFromCostView, type ToCostView } from '../protocol/cost-messages.ts';
import {
  changeCostView,
  type CostQuery,
  type CostViewChanges,
  type CostViewState,
  firstQuery,
  type OthersScope,
} from '../protocol/cost-view-state.ts';
import { deleteCosts, keepFrom } from './commands/delete-costs.ts';
import { exportCosts } from './commands/export-costs.ts';
import { reRateCosts } from './commands/re-rate-costs.ts';
import { CostReport } from './cost-report.ts';
import type { Periods } from './cost-status.ts';
import type { OtherWindows } from './other-windows.ts';
import { webviewPage } from './webview-page.ts';

export interface CostViewOptions {
  readonly ledger: Ledger;
  readonly archive: CallArchive;
  readonly otherWindows: OtherWindows;
  /** What had been written was deleted or priced again; no call tells of it. */
  readonly rewritten: () => void;
  readonly periods: () => Periods;
  readonly caps: () => readonly Cap[];
  readonly clock: Clock;
  readonly extensionUri: vscode.Uri;
  readonly log: Log;
  /** Why nothing is kept beyond this window. */
  readonly unavailable: string | undefined;
}

/** Changes are shown at most so often, and less often where showing them takes long. */
const showEveryMs = 1000;

/** What was spent, in an editor tab. The host's side: owns what is shown, and answers what the page asks. */
export class CostView implements Disposable {
  #options: CostViewOptions;
  #report: CostReport;
  #panel: vscode.WebviewPanel | undefined;
  #whilePanel: DisposableStore | undefined;
  #state: CostViewState;
  #ready = false;
  /** Ends the work on an answer that nobody waits for any more. */
  #asked = new AbortController();
  #isShowDue = false;
  #isStale = false;
  #tookMs = 0;

  constructor(options: CostViewOptions) {
    this.#options = options;
    this.#report = new CostReport({ ...options, locale: vscode.env.language });
    this.#state = {
      query: firstQuery,
      periods: [],
      budgets: [],
      notices: [],
      groups: [],
      chart: undefined,
      requests: undefined,
      facts: undefined,
      others: undefined,
    };
  }

  show(): void {
    if (this.#panel) return this.#panel.reveal();
    const { extensionUri, ledger, archive, clock, otherWindows } = this.#options;
    const roots = ['dist', 'media'].map(folder => vscode.Uri.joinPath(extensionUri, folder));
    const panel = vscode.window.createWebviewPanel('pennyloom.costs', 'Pennyloom Costs', vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: roots,
    });
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'pennyloom.svg');
    this.#panel = panel;
    this.#ready = false;
    const own = (this.#whilePanel = new DisposableStore());
    own.add(ledger.onDidChange(() => this.#showSoon()));
    own.add(panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)));
    own.add(panel.onDidChangeViewState(() => panel.visible && this.#isStale && this.#showSoon()));
    own.add(otherWindows.onDidWrite(() => this.#showSoon()));
    panel.onDidDispose(() => {
      this.#asked.abort();
      own.dispose();
      this.#panel = undefined;
    });
    panel.webview.html = webviewPage(panel.webview, extensionUri, {
      title: 'Pennyloom Costs',
      stylesheet: 'costs.css',
      script: 'cost-webview.js',
    });
    archive.purge(keepFrom(clock.now())).catch((error: unknown) => this.#failed(error));
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#whilePanel?.dispose();
  }

  #receive(value: unknown): void {
    const message = parseFromCostView(value);
    if (!message) return this.#options.log.warn('The cost view said something that is no message; it was dropped.');
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#post({ type: 'snapshot', state: this.#state });
        void this.#answer(this.#state.query);
        break;
      case 'query':
        void this.#answer(message.query);
        break;
      case 'open':
        this.#change({ facts: message.id === undefined ? undefined : this.#report.facts(message.id) });
        break;
      case 'compare':
        void this.#compare(message.scope);
        break;
      case 'export':
        void this.#act(() => exportCosts(this.#options, this.#report.spanOf(this.#state.query)));
        break;
      case 're-rate':
        void this.#act(() => reRateCosts(this.#options));
        break;
      case 'delete':
        void this.#act(() => deleteCosts(this.#options, this.#state.query, this.#report.spanOf(this.#state.query)));
        break;
    }
  }

  async #act(work: () => Promise<boolean>): Promise<void> {
    try {
      if (!(await work())) return;
      this.#options.rewritten();
      await this.#answer({ ...this.#state.query, offset: 0 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.error(`The cost view: ${reason}`);
      void vscode.window.showErrorMessage(`Pennyloom: ${reason}`);
    }
  }

  /** Works out what was asked for, part by part, the quick ones first; another question ends it. */
  async #answer(query: CostQuery): Promise<void> {
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    const began = performance.now();
    this.#isStale = false;
    this.#change({ query, ...this.#report.summary() });
    try {
      this.#change({ requests: await this.#report.requests(query, signal) });
      this.#change(await this.#report.chart(query, signal));
      const { others } = this.#state;
      if (others) this.#change({ others: await this.#report.others(others.scope, query, signal) });
      this.#tookMs = performance.now() - began;
    } catch (error) {
      if (signal.aborted) return;
      this.#failed(error);
    }
  }

  async #compare(scope: OthersScope): Promise<void> {
    const { signal } = this.#asked;
    try {
      this.#change({ others: await this.#report.others(scope, this.#state.query, signal) });
    } catch (error) {
      // Another question has taken this one's place; the comparison belongs to that one, unless the view is gone.
      if (signal.aborted) return this.#panel && this.#compare(scope);
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.error(`The costs could not be read: ${reason}`);
    this.#change({ notices: [...this.#state.notices, `The costs could not be read: ${reason}`] });
  }

  #showSoon(): void {
    if (!this.#panel?.visible) {
      this.#isStale = true;
      return;
    }
    if (this.#isShowDue) return;
    this.#isShowDue = true;
    // Whoever has a million requests should not spend a core on looking at them.
    setTimeout(
      () => {
        this.#isShowDue = false;
        if (this.#panel) void this.#answer(this.#state.query);
      },
      Math.max(showEveryMs, this.#tookMs * 10),
    );
  }

  #change(changes: CostViewChanges): void {
    this.#state = changeCostView(this.#state, changes);
    this.#post({ type: 'changed', changes });
  }

  #post(message: ToCostView): void {
    if (this.#ready) void this.#panel?.webview.postMessage(message);
  }
}
