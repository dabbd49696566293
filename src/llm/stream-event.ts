import type { Continuation, ToolCall } from './message.ts';
import type { ResponseMetadata, StopReason } from './request.ts';
import type { Usage } from './usage.ts';

/** One thing that happened while a model answered. A stream that ends without throwing ends with exactly one `finish`. */
export type StreamEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'thinking-delta'; readonly text: string }
  /** A whole call; fragments are assembled before it is delivered, in index order. */
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  /** At most one per model call: the provider's final counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** At most one, at the end: belongs to the assistant message this stream becomes. */
  | { readonly type: 'continuation'; readonly continuation: Continuation }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'finish'; readonly reason: StopReason; readonly metadata: ResponseMetadata };

export type Notice =
  /** What the server's rate-limit headers said. */
  | { readonly kind: 'rate-limit'; readonly headroom: RateLimitHeadroom }
  /** Nothing was sent yet, or will be sent again: said once a second while it lasts. */
  | {
      readonly kind: 'waiting';
      readonly reason: 'rate-limit' | 'retry';
      readonly leftMs: number;
      /** The first of its wait. */
      readonly begins: boolean;
      readonly text: string;
    }
  | { readonly kind: 'waiting-over' }
  /** Something was changed or left out on the way to the vendor; the sentence is for a person. */
  | { readonly kind: 'adjusted'; readonly text: string };

/** From x-ratelimit-*; a value that was absent, 0-limit or negative is undefined. */
export interface RateLimitHeadroom {
  readonly requests?: RateLimitWindow;
  readonly tokens?: RateLimitWindow;
}

export interface RateLimitWindow {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until it is full again, where told. */
  readonly resetMs?: number;
}
