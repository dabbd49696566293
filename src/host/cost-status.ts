import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';
import type { CallFilter } from '../cost/call-store.ts';
import type { Ledger } from '../cost/ledger.ts';
import type { PolicyPool } from '../llm/policy-pool.ts';
import type { RateLimitHeadroom } from '../llm/stream-event.ts';
import { budgetState, spokenLabel, statusText, tooltipText } from './cost-words.ts';
import type { Budgets } from './settings.ts';

export interface Periods {
  readonly session: CallFilter;
  readonly today: CallFilter;
  readonly month: CallFilter;
}

export interface CostStatusOptions {
  readonly item: vscode.StatusBarItem;
  readonly ledger: Ledger;
  readonly periods: () => Periods;
  readonly budgets: () => Budgets;
  readonly policies: Pick<PolicyPool, 'lines' | 'onDidChangeLines'>;
}

const backgrounds = { free: undefined, near: 'statusBarItem.warningBackground', over: 'statusBarItem.errorBackground' };

/** The status-bar item: what this session has cost, always; the rest in the tooltip. Listens to the ledger and nothing else. */
export class CostStatus implements Disposable {
  #options: CostStatusOptions;
  #own = new DisposableStore();
  #headroom: RateLimitHeadroom | undefined;

  constructor(options: CostStatusOptions) {
    this.#options = options;
    this.#own.add(options.ledger.onDidChange(() => this.update()));
    this.#own.add(options.policies.onDidChangeLines(() => this.update()));
    this.update();
  }

  /** What the server said about its limits with the last answer. */
  showHeadroom(headroom: RateLimitHeadroom): void {
    this.#headroom = headroom;
    this.update();
  }

  update(): void {
    const { item, ledger, periods, budgets, policies } = this.#options;
    const { session, today, month } = periods();
    const totals = { session: ledger.total(session), today: ledger.total(today), month: ledger.total(month) };
    const locale = vscode.env.language;
    item.text = statusText(totals.session, locale);
    const label = spokenLabel(totals.session, locale);
    item.accessibilityInformation = { label, role: 'button' };
    const limits = { headroom: this.#headroom, lines: policies.lines };
    const tooltip = new vscode.MarkdownString(tooltipText(totals, budgets(), limits, locale));
    tooltip.isTrusted = {
      enabledCommands: ['showCosts', 'openSettings', 'resetSessionCost'].map(own => `pennyloom.${own}`),
    };
    item.tooltip = tooltip;
    const background = backgrounds[budgetState(totals, budgets())];
    item.backgroundColor = background === undefined ? undefined : new vscode.ThemeColor(background);
  }

  dispose(): void {
    this.#own.dispose();
  }
}
