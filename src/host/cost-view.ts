import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';
import type { Ledger, LedgerTotal } from '../cost/ledger.ts';
import type { Periods } from './cost-status.ts';
import { formatCost } from './format-cost.ts';

/** What was spent, in an editor tab: this session, today, this month, by model. A page without scripts, written anew when the ledger changes. */
export class CostView implements Disposable {
  #ledger: Ledger;
  #periods: () => Periods;
  #panel: vscode.WebviewPanel | undefined;
  #own = new DisposableStore();
  #extensionUri: vscode.Uri;

  constructor(ledger: Ledger, periods: () => Periods, extensionUri: vscode.Uri) {
    this.#ledger = ledger;
    this.#periods = periods;
    this.#extensionUri = extensionUri;
  }

  show(): void {
    if (this.#panel) return this.#panel.reveal();
    const media = vscode.Uri.joinPath(this.#extensionUri, 'media');
    const panel = vscode.window.createWebviewPanel('pennyloom.costs', 'Pennyloom Costs', vscode.ViewColumn.Active, {
      enableScripts: false,
      localResourceRoots: [media],
    });
    panel.iconPath = vscode.Uri.joinPath(media, 'pennyloom.svg');
    this.#panel = panel;
    const listening = this.#own.add(this.#ledger.onDidChange(() => this.#draw(panel)));
    panel.onDidDispose(() => {
      listening.dispose();
      this.#panel = undefined;
    });
    this.#draw(panel);
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#own.dispose();
  }

  #draw({ webview }: vscode.WebviewPanel): void {
    const { session, today, month } = this.#periods();
    const style = webview.asWebviewUri(vscode.Uri.joinPath(this.#extensionUri, 'media', 'costs.css')).toString();
    const totals: [string, LedgerTotal][] = [
      ['This session', this.#ledger.total(session)],
      ['Today', this.#ledger.total(today)],
      ['This month', this.#ledger.total(month)],
    ];
    webview.html = `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}">
<link rel="stylesheet" href="${style}">
<title>Pennyloom Costs</title>
</head>
<body>
<h1>Costs</h1>
<dl class="totals">${totals.map(([name, total]) => `<div><dt>${name}</dt><dd>${formatCost(total, vscode.env.language)}</dd></div>`).join('')}</dl>
${totals.map(([name, total]) => section(name, total)).join('\n')}
</body>
</html>`;
  }
}

function section(name: string, { models }: LedgerTotal): string {
  if (models.length === 0) return `<h2>${name}</h2><p>Nothing was spent.</p>`;
  const locale = vscode.env.language;
  const number = (count: number): string => count.toLocaleString(locale);
  const rows = models.map(
    total =>
      `<tr><th scope="row">${escapeHtml(total.model)}</th><td>${number(total.calls)}</td><td>${number(total.inputTokens)}</td><td>${number(total.cachedTokens)}</td><td>${number(total.outputTokens)}</td><td>${number(total.reasoningTokens)}</td><td>${formatCost(total, locale)}</td></tr>`,
  );
  const priceDate = models
    .flatMap(total => total.priceDate ?? [])
    .sort()
    .at(-1);
  return `<h2>${name}</h2>
<table>
<thead><tr><th scope="col">Model</th><th scope="col">Requests</th><th scope="col">Input</th><th scope="col">Cached</th><th scope="col">Output</th><th scope="col">Reasoning</th><th scope="col">Cost</th></tr></thead>
<tbody>${rows.join('')}</tbody>
</table>
${priceDate ? `<p class="note">Prices of ${escapeHtml(priceDate)}. Tokens; cached is part of input, reasoning is part of output.</p>` : ''}`;
}

const entities: { readonly [char: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, char => entities[char]!);
