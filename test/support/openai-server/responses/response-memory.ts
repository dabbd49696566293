import type { ConversationItem } from './responses-request.ts';

/** What led to a call the server once made. */
export interface CallOrigin {
  /** The call's own item id, `fc_…`. */
  readonly itemId: string;
  readonly model: string;
  readonly reasoningId: string;
  /** The reasoning went out encrypted, so that the client has it in hand. */
  readonly encrypted: boolean;
}

interface StoredReasoning {
  readonly tokens: number;
}

const KEPT = 500;
const MOST_ORIGINS = 20;

/** What the vendor's side remembers of its answers: conversations it was to store, and which reasoning led to which call. */
export class ResponseMemory {
  readonly #conversations = new Map<string, readonly ConversationItem[]>();
  readonly #items = new Map<string, ConversationItem>();
  readonly #reasoning = new Map<string, StoredReasoning>();
  readonly #origins = new Map<string, readonly CallOrigin[]>();

  clear(): void {
    for (const map of [this.#conversations, this.#items, this.#reasoning, this.#origins]) map.clear();
  }

  /** @param conversation all of it, the answer included */
  store(
    responseId: string,
    conversation: readonly ConversationItem[],
    output: readonly ConversationItem[],
    reasoningTokens: number,
  ): void {
    keep(this.#conversations, responseId, conversation);
    for (const item of output) {
      if (typeof item.id !== 'string') continue;
      keep(this.#items, item.id, item);
      if (item.type === 'reasoning') keep(this.#reasoning, item.id, { tokens: reasoningTokens });
    }
  }

  conversation(responseId: string): readonly ConversationItem[] | undefined {
    return this.#conversations.get(responseId);
  }

  item(id: string): ConversationItem | undefined {
    return this.#items.get(id);
  }

  reasoning(id: string): StoredReasoning | undefined {
    return this.#reasoning.get(id);
  }

  noteCall(callId: string, origin: CallOrigin): void {
    keep(this.#origins, callId, [...this.originsOf(callId), origin].slice(-MOST_ORIGINS));
  }

  /** More than one where a script gave the same id to several calls. */
  originsOf(callId: string): readonly CallOrigin[] {
    return this.#origins.get(callId) ?? [];
  }
}

function keep<Value>(map: Map<string, Value>, id: string, value: Value): void {
  map.set(id, value);
  if (map.size <= KEPT) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
