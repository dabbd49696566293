import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';
import type { CallFilter, Cap } from '../cost/call-store.ts';
import type { Ledger, LedgerTotal } from '../cost/ledger.ts';
import type { PolicyPool } from '../llm/policy-pool.ts';
import type { RateLimitHeadroom } from '../llm/stream-event.ts';
import { budgetState, standingsOf } from './budget-standing.ts';
import { spokenLabel, statusText, tooltipText } from './cost-words.ts';

export interface Periods {
  readonly session: CallFilter;
  readonly today: CallFilter;
  readonly month: CallFilter;
}

export interface CostStatusOptions {
  readonly item: vscode.StatusBarItem;
  readonly ledger: Ledger;
  readonly periods: () => Periods;
  /** The budgets that a question asked now would have to fit under. */
  readonly caps: () => readonly Cap[];
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
    const { item, ledger, periods, caps, policies } = this.#options;
    const { session, today, month } = periods();
    const totalOf = eachOnce(ledger);
    const totals = { session: totalOf(session), today: totalOf(today), month: totalOf(month) };
    const standings = standingsOf(caps(), totalOf);
    const locale = vscode.env.language;
    item.text = statusText(totals.session, locale);
    const label = spokenLabel(totals.session, standings, locale);
    item.accessibilityInformation = { label, role: 'button' };
    const limits = { headroom: this.#headroom, lines: policies.lines };
    const tooltip = new vscode.MarkdownString(tooltipText(totals, standings, limits, locale));
    tooltip.isTrusted = {
      enabledCommands: ['showCosts', 'openSettings', 'resetSessionCost'].map(own => `pennyloom.${own}`),
    };
    item.tooltip = tooltip;
    const background = backgrounds[budgetState(standings)];
    item.backgroundColor = background === undefined ? undefined : new vscode.ThemeColor(background);
  }

  dispose(): void {
    this.#own.dispose();
  }
}

/** Budgets go by the same spans as the rows of the tooltip: an answer that is written has this asked five times a second. */
function eachOnce(ledger: Ledger): (filter: CallFilter) => LedgerTotal {
  const known = new Map<string, LedgerTotal>();
  return filter => {
    const name = JSON.stringify(filter);
    const total = known.get(name) ?? ledger.total(filter);
    known.set(name, total);
    return total;
  };
}
