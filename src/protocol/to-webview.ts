import type { ChatViewEvent, ChatViewState } from './chat-view-state.ts';

/** What the extension host says to the chat webview. */
export type ToWebview =
  /** The whole truth: sent on `ready`, on New Chat and on opening another conversation. */
  | { readonly type: 'snapshot'; readonly state: ChatViewState }
  | { readonly type: 'event'; readonly event: ChatViewEvent }
  /** Answer to `draft`. What is unknown is absent. */
  | {
      readonly type: 'draft-priced';
      /** Input tokens by image id. */
      readonly images: readonly { readonly id: string; readonly tokens?: number }[];
      /** What sending it will probably cost, e.g. "≈ $0.0042". */
      readonly likely?: string;
      /** What it cannot cost more than, e.g. "≤ $0.13". */
      readonly most?: string;
    }
  /** `send` was refused before anything happened (e.g. an image turned out bad): the composer gets its draft back. */
  | { readonly type: 'send-refused'; readonly reason: string }
  | { readonly type: 'focus-composer' };
