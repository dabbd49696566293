import * as vscode from 'vscode';
import { ChatSession } from '../chat/chat-session.ts';
import { endInterrupted } from '../chat/conversation.ts';
import type { TurnFacts, TurnSetup } from '../chat/turn-setup.ts';
import { systemClock } from '../core/clock.ts';
import { type Disposable, DisposableStore } from '../core/disposable.ts';
import { orderedId } from '../core/ordered-id.ts';
import { Drains } from '../cost/drains.ts';
import { PromptCounter } from '../cost/prompt-counter.ts';
import type { Cap } from '../cost/call-store.ts';
import { imageTokens } from '../llm/image-tokens.ts';
import { findModel } from '../llm/model-catalog.ts';
import { PolicyPool } from '../llm/policy-pool.ts';
import type { ActionId } from '../protocol/chat-view-state.ts';
import { allTools, createToolRegistry, type ToolRegistry } from '../tools/tool-registry.ts';
import { ChatView } from './chat-view.ts';
import { Connections } from './connections.ts';
import { CostStatus, type Periods } from './cost-status.ts';
import { CostView } from './cost-view.ts';
import { Reconciler } from './commands/reconcile.ts';
import { warnOfCosts } from './commands/warn-of-costs.ts';
import { watchBudget } from './commands/watch-budget.ts';
import { type Commands, engineCommands } from './engine-commands.ts';
import { followOtel } from './follow-otel.ts';
import { logTurns } from './log-turns.ts';
import { GuideDocument } from './guide-document.ts';
import { hostLog } from './host-log.ts';
import { httpSettings } from './http-settings.ts';
import { describeModel } from './describe-model.ts';
import { DraftPricer } from './draft-pricer.ts';
import { OtherWindows } from './other-windows.ts';
import { openStorage } from './open-storage.ts';
import { actionPerformer } from './perform-action.ts';
import { capsOf, everyCap, periodsAt, type Spender } from './periods.ts';
import { KeptParameters } from './kept-parameters.ts';
import { keyStateOf } from './key-for.ts';
import { followKnownModels } from './known-models.ts';
import { LearnedModels } from './learned-models.ts';
import { ModelLists } from './model-lists.ts';
import { comparisonTitle, providerComparison } from './provider-comparison.ts';
import { connectionOf, providerMaker } from './provider-maker.ts';
import { ReadOnlyPage } from './read-only-page.ts';
import { SecretKeys } from './secret-keys.ts';
import { contextWindow, tokenCounter } from './token-counter.ts';
import { readSettings } from './settings.ts';
import { openWorkspace } from './vscode-workspace.ts';

/** What the first use of anything brings to life. */
export interface Engine extends Disposable {
  readonly commands: Commands;
  showChat(view: vscode.WebviewView): Promise<void>;
}

const conversationKey = 'pennyloom.conversation';

/** Builds the engine, left to right as the folders depend on each other: storage, model, cost, tools, chat, view. */
export function createEngine(context: vscode.ExtensionContext, statusItem: vscode.StatusBarItem): Engine {
  const own = new DisposableStore();
  const clock = systemClock;
  const newId = (): string => orderedId(clock.now());
  const channel = own.add(vscode.window.createOutputChannel('Pennyloom', { log: true }));
  const log = hostLog(channel);
  const keys = own.add(new SecretKeys(context.secrets, () => readSettings().keySource));
  const lists = new ModelLists(context.globalState);
  own.add(followKnownModels(lists, clock.now));
  const storage = openStorage(context.globalStorageUri.fsPath, clock, log);
  const { ledger, history, archive, learner, unavailable, onNotice } = storage;
  own.add(ledger);
  const counter = own.add(tokenCounter(context.extensionPath, clock));
  const prompts = new PromptCounter(counter);
  let sessionId = newId();
  const periods = (): Periods => periodsAt(clock.now(), sessionId);
  const policies = new PolicyPool(clock);
  const dispatcher = new Connections({ settings: httpSettings });
  const workspaceName = vscode.workspace.name ?? '';

  const drains = own.add(new Drains(clock, () => readSettings().costs.drain));
  const providerFor = providerMaker({
    keys,
    ledger,
    policies,
    dispatcher,
    clock,
    sessionId: () => sessionId,
    counter: prompts,
    learner,
    drains,
    parameters: new KeptParameters(context.globalState),
  });

  let workspace = openWorkspace(log);
  own.add(vscode.workspace.onDidChangeWorkspaceFolders(() => (workspace = openWorkspace(log))));
  const registry = createToolRegistry(allTools);
  const toolsFor = (provider: string, model: string): ToolRegistry | undefined =>
    mayUseTools(provider, model, workspace.roots.length > 0) ? registry : undefined;
  const learned = new LearnedModels(() => view.refreshModel());
  const setUp = async (facts: TurnFacts): Promise<TurnSetup> => {
    const provider = providerFor(facts);
    const settings = readSettings();
    await learned.learn({ ...connectionOf(settings, keys, facts.model), dispatcher });
    const { limits, fallback } = settings;
    return {
      provider,
      tools: toolsFor(provider.name, provider.model),
      limits,
      window: contextWindow(provider, settings, counter),
      ...(fallback && { fallback }),
    };
  };
  const kept = history.load(context.workspaceState.get(conversationKey, ''));
  if (kept) endInterrupted(kept, turn => ledger.total({ turn }));
  const session = own.add(
    new ChatSession(
      {
        setUp,
        ledger,
        history,
        // Asked for at each turn: folders come and go.
        get workspace() {
          return workspace;
        },
        workspaceName,
        clock,
        newId,
        log,
      },
      kept,
    ),
  );

  const spender = (): Omit<Spender, 'feature'> => ({
    session: sessionId,
    workspace: vscode.workspace.name ?? '',
  });
  const capsFor = (feature: string): readonly Cap[] =>
    capsOf(readSettings().budgets, { ...spender(), feature }, clock.now());
  const status = own.add(new CostStatus({ item: statusItem, ledger, periods, policies, caps: () => capsFor('chat') }));
  const pricer = own.add(
    new DraftPricer({
      session,
      counter: prompts,
      clock,
      settings: readSettings,
      learned: () => learner.of(readSettings()),
      roots: () => workspace.roots,
      toolsFor,
      locale: vscode.env.language,
    }),
  );
  const comparison = own.add(
    new ReadOnlyPage({
      scheme: 'pennyloom-comparison',
      title: comparisonTitle,
      content: () => providerComparison({ now: clock.now(), locale: vscode.env.language }),
    }),
  );
  own.add(warnOfCosts({ ledger, sessionId: () => sessionId }));
  const { version } = context.extension.packageJSON as { version: string };
  own.add(followOtel({ ledger, dispatcher, clock, log, version }));
  const reconciler = own.add(new Reconciler({ secrets: context.secrets, archive, dispatcher, clock, log }));
  const guide = own.add(new GuideDocument(() => clock.now()));
  const caps = (): readonly Cap[] => everyCap(readSettings().budgets, spender(), clock.now());
  const { extensionUri } = context;
  const otherWindows = own.add(
    new OtherWindows({ version: () => archive.version(), clock, focused: () => vscode.window.state.focused }),
  );
  own.add(vscode.window.onDidChangeWindowState(({ focused }) => focused && otherWindows.look()));
  const costs = own.add(
    new CostView({
      ledger,
      archive,
      otherWindows,
      rewritten: () => budgetsChanged(),
      periods,
      caps,
      clock,
      extensionUri,
      log,
      unavailable,
    }),
  );
  const act = (action: ActionId, turnId?: string): void => void perform(action, turnId);
  const view = own.add(
    new ChatView({
      extensionUri: context.extensionUri,
      session,
      model: () => describeModel(readSettings(), clock.now(), vscode.env.language),
      keyState: () => keyStateOf(readSettings(), keys),
      imageTokens: size => {
        const { provider, model } = readSettings();
        const rule = findModel(provider, model)?.imageTokens;
        return rule && imageTokens(rule, size, 'high');
      },
      priceDraft: (draft, tell) => void pricer.price(draft, tell),
      act,
      chooseModel: () => void commands.chooseModel(),
      log,
    }),
  );

  const refused = own.add(watchBudget({ session, ledger, clock, view, caps: capsFor }));
  const budgetsChanged = (): void => {
    status.update();
    refused.look();
  };
  own.add(otherWindows.onDidWrite(budgetsChanged));
  own.add(
    session.onEvent(event => {
      if (event.type === 'headroom-changed') status.showHeadroom(event.headroom);
      if (event.type === 'conversation-opened' || event.type === 'turn-started')
        void context.workspaceState.update(conversationKey, session.conversation.id);
    }),
  );
  own.add(logTurns(session, log));
  own.add(keys.onDidChange(() => void view.refreshKey()));
  own.add(
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration('http')) dispatcher.renew();
      if (!change.affectsConfiguration('pennyloom')) return;
      view.refreshModel();
      void view.refreshKey();
      budgetsChanged();
    }),
  );
  onNotice(notice => void vscode.window.showWarningMessage(notice));

  const commands = engineCommands({
    reconciler,
    dispatcher,
    keys,
    ledger,
    session,
    view,
    costs,
    guide,
    comparison,
    lists,
    channel,
    clock,
    newId,
    log,
    providerFor,
    policies,
    memory: context.globalState,
    act,
    resetSession: () => {
      sessionId = newId();
      budgetsChanged();
    },
  });
  const perform = actionPerformer({ session, commands, refused });

  return { commands, showChat: place => view.show(place), dispose: () => own.dispose() };
}

/** In an untrusted workspace nothing of it is shown to a model; and some models take no tools. */
function mayUseTools(provider: string, model: string, hasFolder: boolean): boolean {
  return vscode.workspace.isTrusted && hasFolder && (findModel(provider, model)?.tools ?? true);
}
