import * as vscode from 'vscode';
import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';
import type { Log } from '../../core/log.ts';
import type { CallArchive } from '../../cost/call-archive.ts';
import { reconcile, utcDays } from '../../cost/reconcile.ts';
import { parseEndpoint } from '../../llm/endpoint.ts';
import type { Dispatcher } from '../../llm/http/http-call.ts';
import { LlmError } from '../../llm/llm-error.ts';
import { organizationCosts, organizationUsage } from '../../llm/openai/organization.ts';
import { AdminKeys } from '../admin-keys.ts';
import { ReadOnlyPage } from '../read-only-page.ts';
import { reconcileReport } from '../reconcile-report.ts';
import { checkKey } from '../secret-keys.ts';

export interface ReconcilerOptions {
  readonly secrets: vscode.SecretStorage;
  readonly archive: CallArchive;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
}

/** As many as one page of the provider's holds. */
const days = 31;
const provider = 'openai';

/** Compares the ledger with what OpenAI says the organization used and owes, as a page that nobody can change. */
export class Reconciler implements Disposable {
  #options: ReconcilerOptions;
  #keys: AdminKeys;
  #report = '';
  #page = new ReadOnlyPage({
    scheme: 'pennyloom-reconcile',
    title: 'Costs of Pennyloom and OpenAI',
    content: () => this.#report,
  });

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#keys = new AdminKeys(options.secrets);
  }

  /** Asks for an admin key the first time. Keeps it only if it was taken. */
  async run(): Promise<void> {
    const endpoint = vscode.workspace.getConfiguration('pennyloom').get('endpoint', '');
    const { origin, host } = parseEndpoint(endpoint);
    const key = (await this.#keys.get(origin)) ?? (await askForKey(host));
    if (key === undefined) return;
    try {
      this.#report = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: 'Pennyloom: asking OpenAI for its figures…' },
        () => this.#compare(endpoint, key),
      );
      await this.#keys.set(origin, key);
      await this.#page.show();
    } catch (error) {
      if (!(error instanceof LlmError)) throw error;
      await this.#tell(error);
    }
  }

  /** With the provider's own key its admin key goes too. */
  async forgetKey(cleared: string): Promise<void> {
    if (cleared === provider) await this.#keys.clear();
  }

  dispose(): void {
    this.#page.dispose();
  }

  async #compare(endpoint: string, key: string): Promise<string> {
    const { archive, dispatcher, clock, log } = this.#options;
    const spans = utcDays(days, clock.now());
    const from = new Date(spans[0]!.span.from);
    const to = new Date(spans.at(-1)!.span.to);
    const access = { endpoint, key, dispatcher, clock };
    const usage = await organizationUsage(access, from, to);
    const costs = await organizationCosts(access, from, to);
    log.info(`reconcile: free admin requests · ${usage.length} rows of usage, ${costs.length} of costs`);
    const drifts = await reconcile({ archive, provider, days: spans, usage, costs });
    return reconcileReport(drifts, days, vscode.env.language);
  }

  async #tell({ code, message }: LlmError): Promise<void> {
    const refused = code === 'ERR_INVALID_API_KEY' || code === 'ERR_PERMISSION_DENIED';
    if (refused) await this.#keys.clear();
    this.#options.log.warn(`reconcile: ${code}: ${message}`);
    void vscode.window.showErrorMessage(
      refused ? `${message} The costs of an organization are told to its admin keys only.` : message,
    );
  }
}

async function askForKey(host: string): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: 'Pennyloom: Reconcile with OpenAI',
    prompt: `An admin key of your organization. It is kept in VS Code's secret storage, apart from your API key, and sent to ${host} only, to read usage and costs.`,
    placeHolder: 'sk-admin-…',
    password: true,
    ignoreFocusOut: true,
    validateInput: text => (text ? checkKey(text).refused : undefined),
  });
  return typed?.trim() || undefined;
}
