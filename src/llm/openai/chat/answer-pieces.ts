import type { AssistantMessage, Continuation } from '../../message.ts';

/** One stretch of an answer: so many characters of its text, or what the model thought there. */
export type Piece =
  | { readonly text: number }
  | {
      readonly thinking: string;
      /** The host's own seal on it, to be sent back with it. */
      readonly signature?: string;
    };

/** What an answer was made of, in its order, for hosts that want their reasoning back with the next request. */
export class AnswerPieces {
  #pieces: Piece[] = [];

  say(text: string): void {
    const last = this.#pieces.at(-1);
    if (last && 'text' in last) this.#replaceLast({ text: last.text + text.length });
    else this.#pieces.push({ text: text.length });
  }

  think(text: string, signature?: string): void {
    const last = this.#pieces.at(-1);
    // What is sealed is complete.
    const open = last && 'thinking' in last && last.signature === undefined ? last : undefined;
    const piece = { thinking: (open?.thinking ?? '') + text, ...(signature !== undefined && { signature }) };
    if (open) this.#replaceLast(piece);
    else this.#pieces.push(piece);
  }

  /** undefined where nothing was thought: then the text says it all. */
  continuation(author: string, model: string): Continuation | undefined {
    return this.#pieces.some(piece => 'thinking' in piece)
      ? { provider: author, model, items: this.#pieces }
      : undefined;
  }

  #replaceLast(piece: Piece): void {
    this.#pieces[this.#pieces.length - 1] = piece;
  }
}

/** undefined for an answer of another model or host, and for one whose text is no longer what it was. */
export function readPieces(message: AssistantMessage, author: string, model: string): readonly Piece[] | undefined {
  const { continuation, content } = message;
  if (continuation?.provider !== author || continuation.model !== model) return undefined;
  const pieces = continuation.items.filter(isPiece);
  const length = pieces.reduce((sum, piece) => sum + ('text' in piece ? piece.text : 0), 0);
  return length === content.length ? pieces : undefined;
}

function isPiece(item: unknown): item is Piece {
  const { text, thinking } = (item ?? {}) as { text?: unknown; thinking?: unknown };
  return typeof text === 'number' || typeof thinking === 'string';
}
