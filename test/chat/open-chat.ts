import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { type ChatEvent, ChatSession } from '../../src/chat/chat-session.ts';
import { type Conversation, endInterrupted, type Question, type Turn } from '../../src/chat/conversation.ts';
import { type StoredImage, SqliteHistory } from '../../src/chat/history.ts';
import type { TurnEvent } from '../../src/chat/run-turn.ts';
import type { TurnFacts, TurnSetup } from '../../src/chat/turn-setup.ts';
import type { Log } from '../../src/core/log.ts';
import type { Cap } from '../../src/cost/call-store.ts';
import { Ledger, ledgerIn } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { createToolRegistry } from '../../src/tools/tool-registry.ts';
import type { Tool } from '../../src/tools/tool.ts';
import type { Workspace } from '../../src/tools/workspace.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createInMemoryWorkspace } from '../support/in-memory-workspace.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface OpenChatOptions {
  /** Bare: it is metered here. A function is asked once per turn, as the settings are. */
  readonly provider: LlmProvider | (() => LlmProvider);
  /** Budgets that every call has to fit under. */
  readonly caps?: () => readonly Cap[];
  /** false: the provider meters itself. */
  readonly metered?: false;
  /** A function is asked once per turn. */
  readonly tools?: readonly Tool[] | (() => readonly Tool[] | undefined);
  readonly fallback?: TurnSetup['fallback'];
  readonly limits?: TurnSetup['limits'];
  readonly window?: TurnSetup['window'];
  readonly workspace?: Workspace;
  /** Where another chat kept its database, to open it again. */
  readonly folder?: string;
  readonly conversationId?: string;
  /** The ledger in memory, so that the database may break without it. */
  readonly ledgerApart?: boolean;
  readonly clock?: FakeClock;
}

export interface OpenChat {
  readonly session: ChatSession;
  readonly ledger: Ledger;
  readonly history: SqliteHistory;
  readonly db: Database;
  readonly folder: string;
  readonly clock: FakeClock;
  readonly events: readonly ChatEvent[];
  readonly logged: readonly string[];
  /** What each turn was set up with, in order. */
  readonly setUps: readonly TurnFacts[];
  /** What the extension does right after disposing the session. */
  closeStorage(): void;
  turn(index: number): Turn;
  /** Resolves with the next event of a running turn that `wanted` accepts. */
  nextEvent(wanted: (event: TurnEvent) => boolean): Promise<void>;
}

/** A chat as the extension wires it: real session, meter, ledger and history in a real database; only the model and time are the test's. */
export async function openChat(test: TestContext, options: OpenChatOptions): Promise<OpenChat> {
  const { provider, tools, workspace = createInMemoryWorkspace({}), clock = new FakeClock() } = options;
  const folder = options.folder ?? (await temporaryFolder(test));
  const db = openDatabase(join(folder, 'pennyloom.db'), schema);
  const ledger = options.ledgerApart
    ? new Ledger(new MemoryCallStore(), clock, () => crypto.randomUUID())
    : ledgerIn(db, clock);
  const history = new SqliteHistory(db);
  const logged: string[] = [];
  const events: ChatEvent[] = [];
  const setUps: TurnFacts[] = [];
  const { fallback, limits, window } = options;
  const setUp = async (facts: TurnFacts): Promise<TurnSetup> => {
    setUps.push(facts);
    const bare = typeof provider === 'function' ? provider() : provider;
    const offered = typeof tools === 'function' ? tools() : tools;
    const meter = {
      ledger,
      clock,
      maxTokens: 1000,
      facts: { ...facts, session: 'session', workspace: 'workspace' },
      ...(options.caps && { caps: options.caps }),
    };
    return {
      provider: options.metered === false ? bare : metered(bare, meter),
      tools: offered && createToolRegistry(offered),
      ...(fallback && { fallback }),
      ...(limits && { limits }),
      ...(window && { window }),
    };
  };
  const kept = options.conversationId === undefined ? undefined : history.load(options.conversationId);
  if (kept) endInterrupted(kept, turn => ledger.total({ turn }));
  const session = new ChatSession(
    {
      setUp,
      ledger,
      history,
      workspace,
      workspaceName: 'workspace',
      clock,
      newId: () => crypto.randomUUID(),
      log: logInto(logged),
    },
    kept,
  );
  session.onEvent(event => events.push(event));
  let closed = false;
  const closeStorage = (): void => {
    if (closed) return;
    closed = true;
    ledger.dispose();
    db.close();
  };
  test.after(() => {
    session.dispose();
    closeStorage();
  });
  return {
    session,
    ledger,
    history,
    db,
    folder,
    clock,
    events,
    logged,
    setUps,
    closeStorage,
    turn: index => session.conversation.turns.at(index)!,
    nextEvent: wanted =>
      new Promise(resolve => {
        const listening = session.onEvent(event => {
          if (event.type !== 'turn-progressed' || !wanted(event.event)) return;
          listening.dispose();
          resolve();
        });
      }),
  };
}

export function logInto(lines: string[]): Log {
  const write =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level}: ${message}`);
  return {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

export function ask(text: string): { question: Question; images: []; feature: string } {
  return { question: { text, images: [], contexts: [] }, images: [], feature: 'chat' };
}

/** A question with one image, which has these bytes. */
export function askAbout(
  text: string,
  bytes: Uint8Array,
): { question: Question; images: StoredImage[]; feature: string } {
  const image = { id: 'image-1', name: 'shot.png', mediaType: 'image/png', width: 2, height: 2, thumbnail: 'data:,' };
  return {
    question: { text, images: [image], contexts: [] },
    images: [{ id: image.id, mediaType: image.mediaType, bytes }],
    feature: 'chat',
  };
}

export function textOf(turn: Turn): string {
  return turn.entries.flatMap(entry => (entry.type === 'text' ? entry.text : [])).join('|');
}

/** The conversation as another process would find it. */
export function reopened(folder: string, conversationId: string): Conversation | undefined {
  const db = openDatabase(join(folder, 'pennyloom.db'), schema);
  try {
    return new SqliteHistory(db).load(conversationId);
  } finally {
    db.close();
  }
}
