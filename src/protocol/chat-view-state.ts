/**
 * What the chat view shows, and the one function that folds events into it. Extension host and webview both keep this state and both
 * use `reduceChatView`, so a hidden, reloaded or restored view needs one snapshot and no second code path.
 *
 * Everything here is ready to be shown: money is already formatted by the host, which alone knows prices; token counts and durations are
 * numbers, because only the view knows the person's locale at the moment of drawing.
 */

/** The model the next question goes to. */
export interface ModelView {
  readonly id: string;
  readonly name: string;
  /** Who answers, for a person: "OpenAI". */
  readonly provider: string;
  /** Whether there is a page where a key is made. */
  readonly keysPage: boolean;
  /** Whether images may be attached. */
  readonly vision: boolean;
  /** e.g. "$2.50 in, $15.00 out per 1M tokens"; absent when the price is unknown. */
  readonly price?: string;
  /** What a short question typically costs, e.g. "≈ $0.004"; absent when the price is unknown. */
  readonly typicalCost?: string;
  /** What is to be known before asking it: what it cannot do, that its days are counted. Sentences. */
  readonly notes?: readonly string[];
}

export interface ImageView {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  /** Pixels, after EXIF rotation. */
  readonly width: number;
  readonly height: number;
  /** Small data URI for the transcript; never the image that is sent. */
  readonly thumbnail: string;
  /** Input tokens the image costs on the model it was sent to; absent when the rule is unknown. */
  readonly tokens?: number;
}

/** Something attached to a question besides images: a selection, later a file, a diff, a terminal. */
export interface ContextView {
  /** e.g. "src/loop.ts:12-30". */
  readonly label: string;
  readonly kind: 'selection';
}

export interface QuestionView {
  readonly text: string;
  readonly images: readonly ImageView[];
  readonly contexts: readonly ContextView[];
}

export interface ToolCallView {
  readonly type: 'tool';
  readonly id: string;
  readonly name: string;
  /** One line for a person, e.g. "Read src/loop.ts". */
  readonly summary: string;
  /** Arguments as the model wrote them, pretty-printed where they are JSON. */
  readonly arguments: string;
  readonly status: 'running' | 'done' | 'failed' | 'not-run';
  readonly result?: string;
  readonly truncated?: boolean;
  readonly durationMs?: number;
}

/** What the model shows of its reasoning: Markdown, folded away. */
export interface ThinkingView {
  readonly type: 'thinking';
  readonly text: string;
  /** Absent while it lasts, and where it was broken off. */
  readonly durationMs?: number;
}

export type PartView =
  | { readonly type: 'text'; readonly text: string }
  | ThinkingView
  | ToolCallView
  | { readonly type: 'notice'; readonly text: string };

/** A button that a failure or a state offers. The host decides which; the view only draws them. */
export const actionIds = [
  'set-key',
  'open-keys-page',
  'open-billing',
  'open-status',
  'open-settings',
  'raise-budget',
  'remind-of-budget',
  'choose-provider',
  'switch-model',
  'try-again',
  'ask-now',
  'use-fallback',
  'shorten',
  'continue',
  'open-log',
  'copy-report',
  'new-chat',
] as const;
export type ActionId = (typeof actionIds)[number];

export interface ActionView {
  readonly id: ActionId;
  readonly label: string;
  readonly primary?: boolean;
}

export interface FailureView {
  /** ERR_… */
  readonly code: string;
  /** One sentence: what happened. */
  readonly title: string;
  /** What else is to be known at once, in a sentence or two. */
  readonly hint?: string;
  /** What went wrong does so no more: the question can be asked again. */
  readonly mended?: true;
  /** The server's own sentence, redacted; folded by default. */
  readonly detail?: string;
  /** What to do, in order. */
  readonly resolutions: readonly string[];
  readonly actions: readonly ActionView[];
}

/** The line under an answer. */
export interface FactsView {
  readonly model: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  readonly reasoningTokens?: number;
  /** "$0.0069", "≈ $0.0031 ($0.0020–$0.0100)", "≈ $0.0031, counting…", "≥ $0.0069" or "unknown". */
  readonly cost: string;
  /** The longer truth for the tooltip: price source and date, bounds, what is unknown. */
  readonly costNote?: string;
  readonly durationMs: number;
  readonly toolCalls: number;
  /** Shown when it is not the ordinary end. */
  readonly stopNote?: string;
}

export type TurnStatus = 'running' | 'done' | 'stopped' | 'failed';

export interface TurnView {
  readonly id: string;
  readonly question: QuestionView;
  readonly parts: readonly PartView[];
  readonly status: TurnStatus;
  /** A line where the answer will be, while nothing arrives: "Waiting 3 s for the rate limit". */
  readonly waiting?: string;
  readonly failure?: FailureView;
  readonly facts?: FactsView;
  /** Buttons under a finished answer, e.g. Continue after a truncated one. */
  readonly actions?: readonly ActionView[];
}

export interface ChatViewState {
  readonly conversationId: string;
  readonly turns: readonly TurnView[];
  readonly model: ModelView;
  readonly key: 'set' | 'missing';
}

export type ChatViewEvent =
  | { readonly type: 'turn-started'; readonly turn: TurnView }
  | { readonly type: 'text-appended'; readonly turnId: string; readonly text: string }
  | { readonly type: 'thinking-appended'; readonly turnId: string; readonly text: string }
  | { readonly type: 'thinking-finished'; readonly turnId: string; readonly durationMs: number }
  | { readonly type: 'part-added'; readonly turnId: string; readonly part: PartView }
  | { readonly type: 'tool-finished'; readonly turnId: string; readonly call: ToolCallView }
  | { readonly type: 'waiting-changed'; readonly turnId: string; readonly waiting?: string }
  | {
      readonly type: 'turn-finished';
      readonly turnId: string;
      readonly status: Exclude<TurnStatus, 'running'>;
      readonly failure?: FailureView;
      readonly facts?: FactsView;
      readonly actions?: readonly ActionView[];
    }
  /** Of a turn that had finished: its cost is known now. */
  | { readonly type: 'facts-changed'; readonly turnId: string; readonly facts: FactsView }
  /** Of a turn that had failed: what can be done about it is another thing by now. */
  | { readonly type: 'failure-changed'; readonly turnId: string; readonly failure: FailureView }
  | { readonly type: 'model-changed'; readonly model: ModelView }
  | { readonly type: 'key-changed'; readonly key: 'set' | 'missing' };

/** Folds one event into the state. Pure; an event for a turn that is not there changes nothing. */
export function reduceChatView(state: ChatViewState, event: ChatViewEvent): ChatViewState {
  switch (event.type) {
    case 'turn-started':
      return { ...state, turns: [...state.turns, event.turn] };
    case 'model-changed':
      return { ...state, model: event.model };
    case 'key-changed':
      return { ...state, key: event.key };
    case 'text-appended':
    case 'thinking-appended':
    case 'thinking-finished':
    case 'part-added':
    case 'tool-finished':
    case 'waiting-changed':
    case 'turn-finished':
    case 'facts-changed':
    case 'failure-changed':
      return {
        ...state,
        turns: state.turns.map(turn => (turn.id === event.turnId ? reduceTurn(turn, event) : turn)),
      };
  }
}

function reduceTurn(turn: TurnView, event: Extract<ChatViewEvent, { turnId: string }>): TurnView {
  switch (event.type) {
    case 'text-appended': {
      const last = turn.parts.at(-1);
      const parts =
        last?.type === 'text'
          ? [...turn.parts.slice(0, -1), { type: 'text' as const, text: last.text + event.text }]
          : [...turn.parts, { type: 'text' as const, text: event.text }];
      return withoutWaiting({ ...turn, parts });
    }
    case 'thinking-appended': {
      const last = turn.parts.at(-1);
      const isOpen = last?.type === 'thinking' && last.durationMs === undefined;
      const thinking = { type: 'thinking' as const, text: (isOpen ? last.text : '') + event.text };
      return withoutWaiting({ ...turn, parts: [...(isOpen ? turn.parts.slice(0, -1) : turn.parts), thinking] });
    }
    case 'thinking-finished': {
      const at = turn.parts.findLastIndex(({ type }) => type === 'thinking');
      const { durationMs } = event;
      return {
        ...turn,
        parts: turn.parts.map((part, index) =>
          index === at && part.type === 'thinking' ? { ...part, durationMs } : part,
        ),
      };
    }
    case 'part-added':
      return withoutWaiting({ ...turn, parts: [...turn.parts, event.part] });
    case 'tool-finished':
      return {
        ...turn,
        parts: turn.parts.map(part => (part.type === 'tool' && part.id === event.call.id ? event.call : part)),
      };
    case 'facts-changed':
      return { ...turn, facts: event.facts };
    case 'failure-changed':
      return { ...turn, failure: event.failure };
    case 'waiting-changed':
      return event.waiting === undefined ? withoutWaiting(turn) : { ...turn, waiting: event.waiting };
    case 'turn-finished': {
      const { failure, facts, actions } = event;
      return withoutWaiting({
        ...turn,
        status: event.status,
        ...(failure && { failure }),
        ...(facts && { facts }),
        ...(actions && { actions }),
      });
    }
  }
}

function withoutWaiting({ waiting: _gone, ...turn }: TurnView): TurnView {
  return turn;
}
