import type { ToolCall } from '../../message.ts';

/** Ids go back to the vendor, and OpenAI takes no more than 40 characters ("string too long", seen 2025). */
const maxAnswerIdLength = 30;

/**
 * Puts the tool calls of a streamed answer together. Fragments name their call by `index`; they may come interleaved, and the calls
 * come out in index order whatever order they arrived in. Hosts that leave the index out are understood by id, then by order; hosts
 * that send every call whole, all at the same index or at none (Gemini's compatible endpoint), by a new name after a call that is
 * already complete.
 */
export class ToolCallFragments {
  #calls = new Map<number, Call>();
  #last = 0;

  push(fragment: unknown): void {
    if (!isRecord(fragment)) return;
    const { id, function: fn } = fragment;
    const call = this.#callAt(this.#indexOf(fragment));
    if (typeof id === 'string' && id) call.id ||= id;
    if (!isRecord(fn)) return;
    // Some hosts repeat the name with every fragment; OpenAI sends it once.
    if (typeof fn['name'] === 'string' && call.name !== fn['name']) call.name += fn['name'];
    const text = fn['arguments'];
    if (typeof text === 'string') call.arguments += text;
    // Ollama's compatible endpoint has been seen to send an object here.
    else if (isRecord(text)) call.arguments += JSON.stringify(text);
  }

  /** @param answerId makes ids for calls that came without one, unique within the conversation. */
  finish(answerId: string): ToolCall[] {
    const stem = answerId
      .replace(/^chatcmpl-/, '')
      .replace(/[^\w-]/g, '')
      .slice(-maxAnswerIdLength);
    return [...this.#calls]
      .sort(([a], [b]) => a - b)
      .map(([index, call]) => ({ ...call, id: call.id || `call_${stem}_${index}` }));
  }

  #indexOf({ index, id, function: fn }: Record<string, unknown>): number {
    const named = typeof id === 'string' && id ? id : undefined;
    const given = typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? index : undefined;
    if (given === undefined && named !== undefined) {
      for (const [known, call] of this.#calls) if (call.id === named) return known;
      return this.#next();
    }
    const at = given ?? this.#last;
    const before = this.#calls.get(at);
    const another = named === undefined ? given === undefined : named !== before?.id;
    const opens = isRecord(fn) && typeof fn['name'] === 'string' && fn['name'] !== '';
    return before && another && opens && isComplete(before) ? this.#next() : at;
  }

  #next(): number {
    return Math.max(-1, ...this.#calls.keys()) + 1;
  }

  #callAt(index: number): Call {
    this.#last = index;
    let call = this.#calls.get(index);
    if (!call) this.#calls.set(index, (call = { id: '', name: '', arguments: '' }));
    return call;
  }
}

interface Call {
  id: string;
  name: string;
  arguments: string;
}

function isComplete(call: Call): boolean {
  try {
    return isRecord(JSON.parse(call.arguments));
  } catch {
    return false;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
