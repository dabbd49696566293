import type { ChatViewEvent, ChatViewState } from './chat-view-state.ts';

/** What the extension host says to the chat webview. */
export type ToWebview =
  /** The whole truth: sent on `ready`, on New Chat and on opening another conversation. */
  | { readonly type: 'snapshot'; readonly state: ChatViewState }
  | { readonly type: 'event'; readonly event: ChatViewEvent }
  /** Answer to `draft`: what the attached images cost, by image id. `tokens` is absent when the model's rule is unknown. */
  | { readonly type: 'draft-priced'; readonly images: readonly { readonly id: string; readonly tokens?: number }[] }
  /** `send` was refused before anything happened (e.g. an image turned out bad): the composer gets its draft back. */
  | { readonly type: 'send-refused'; readonly reason: string }
  | { readonly type: 'focus-composer' };
