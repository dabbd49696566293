import { collectResponse } from '../../src/llm/collect-response.ts';
import { LlmError } from '../../src/llm/llm-error.ts';
import type { ToolCall } from '../../src/llm/message.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import type { ChatRequest, ChatResponse, StopReason } from '../../src/llm/request.ts';
import type { StreamEvent } from '../../src/llm/stream-event.ts';
import type { Usage } from '../../src/llm/usage.ts';

/** One thing a scripted answer does: deliver an event, fail, or hold still until the test lets go. */
export type Step = StreamEvent | Error | Hold;

/** A place where a scripted answer waits. A stop ends the wait with the signal's reason, as the wire does. */
export class Hold {
  #release!: () => void;
  #reached!: () => void;
  readonly #released = new Promise<void>(resolve => (this.#release = resolve));
  /** Resolves when the answer has come to this place. */
  readonly reached = new Promise<void>(resolve => (this.#reached = resolve));

  release(): void {
    this.#release();
  }

  async wait(signal: AbortSignal | undefined): Promise<void> {
    this.#reached();
    if (!signal) return this.#released;
    signal.throwIfAborted();
    let onAbort = (): void => {};
    const aborted = new Promise<void>((_, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort);
    });
    await Promise.race([this.#released, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
  }
}

/**
 * A model that says what it is told: each call takes the next answer and is kept in `history`. An answer that a test did not
 * enqueue is a failure, never silence.
 */
export class ScriptedProvider implements LlmProvider {
  readonly name: string;
  readonly model: string;
  /** Requests in the order their streams were begun. */
  readonly history: ChatRequest[] = [];
  /** Signals given along, same order. */
  readonly signals: (AbortSignal | undefined)[] = [];
  /** Streams that were begun and not yet ended in any way. */
  open = 0;
  #answers: (readonly Step[])[] = [];

  constructor({ name = 'openai', model = 'gpt-4o' }: { readonly name?: string; readonly model?: string } = {}) {
    this.name = name;
    this.model = model;
  }

  /** The next call's answer, as steps. A `finish` is added where neither it nor an error ends them. */
  enqueue(...steps: readonly Step[]): this {
    const last = steps.at(-1);
    const ends = last instanceof Error || (last !== undefined && 'type' in last && last.type === 'finish');
    this.#answers.push(ends ? steps : [...steps, finish('end_turn')]);
    return this;
  }

  /** The usual answer: text in one piece, its usage, the end. */
  enqueueText(text: string, usage: Usage = tokens(10, 5)): this {
    return this.enqueue({ type: 'text-delta', text }, { type: 'usage', usage }, finish('end_turn'));
  }

  /** An answer that calls tools. */
  enqueueToolCalls(calls: readonly ToolCall[], usage: Usage = tokens(10, 5)): this {
    return this.enqueue(
      ...calls.map(call => ({ type: 'tool-call', call }) as const),
      { type: 'usage', usage },
      finish('tool_use'),
    );
  }

  /** Answers enqueued and not asked for yet. */
  get waiting(): number {
    return this.#answers.length;
  }

  async *stream(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    // The conversation may change the array it sent; history keeps what was sent.
    this.history.push(structuredClone(request));
    this.signals.push(signal);
    const answer = this.#answers.shift();
    if (!answer) throw new Error(`call ${this.history.length} of the scripted provider has no answer`);
    this.open++;
    try {
      for (const step of answer) {
        signal?.throwIfAborted();
        if (step instanceof Hold) await step.wait(signal);
        else if (step instanceof Error) throw step;
        else yield step;
      }
    } finally {
      this.open--;
    }
  }

  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse> {
    return collectResponse(this.stream(request, signal), request);
  }
}

export function finish(reason: StopReason): StreamEvent {
  return { type: 'finish', reason, metadata: {} };
}

export function tokens(inputTokens: number, outputTokens: number): Usage {
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

/** What the server's 503 becomes. */
export function unavailable(): LlmError {
  return new LlmError({
    code: 'ERR_SERVICE_UNAVAILABLE',
    message: 'The engine is currently overloaded',
    vendor: 'OpenAI',
    status: 503,
    retryable: true,
  });
}
