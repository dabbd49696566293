import type { ToolCall } from '../../message.ts';

/**
 * Puts the tool calls of a streamed answer together. Fragments name their call by `index`; they may come interleaved, and the calls
 * come out in index order whatever order they arrived in. Hosts that leave the index out are understood by id, then by order.
 */
export class ToolCallFragments {
  #calls = new Map<number, { id: string; name: string; arguments: string }>();

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  push(fragment: unknown): void {
    if (!isRecord(fragment)) return;
    const { id, function: fn } = fragment;
    const call = this.#callAt(this.#indexOf(fragment['index'], id));
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
    return [...this.#calls]
      .sort(([a], [b]) => a - b)
      .map(([index, call]) => ({ ...call, id: call.id || `call_${answerId}_${index}` }));
  }

  #indexOf(index: unknown, id: unknown): number {
    if (typeof index === 'number' && Number.isSafeInteger(index) && index >= 0) return index;
    if (typeof id === 'string' && id) {
      for (const [known, call] of this.#calls) if (call.id === id) return known;
      return this.#calls.size;
    }
    return Math.max(0, this.#calls.size - 1);
  }

  #callAt(index: number): { id: string; name: string; arguments: string } {
    let call = this.#calls.get(index);
    if (!call) this.#calls.set(index, (call = { id: '', name: '', arguments: '' }));
    return call;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
