import type { LlmProvider } from '../llm/provider.ts';
import type { ToolRegistry } from '../tools/tool-registry.ts';
import type { ContextWindow } from './context-window.ts';
import type { TurnLimits } from './run-turn.ts';

/** Whose turn it is that is being set up. */
export interface TurnFacts {
  readonly conversation: string;
  readonly turn: string;
  /** What the ledger books it under: "chat", "explain". */
  readonly feature: string;
  /** The model to ask instead of the one in the settings. */
  readonly model?: string;
}

/** What one turn needs, made fresh for each so that a changed setting holds from the next question on. */
export interface TurnSetup {
  /** Already metered. */
  readonly provider: LlmProvider;
  readonly tools: ToolRegistry | undefined;
  readonly limits?: TurnLimits;
  readonly window?: ContextWindow;
  /** The model to answer when this one cannot; asked at once only where the person said so. */
  readonly fallback?: { readonly model: string; readonly automatic: boolean };
}
