// What a test tells a loopback server to answer. Plain data, so that it travels over the control channel as JSON.

/** Which requests a script is for. Every field that is given must hold. */
export interface RequestMatch {
  /** Exact path, e.g. `/v1/chat/completions`. Left out: any path that runs a model (never the list of models). */
  readonly path?: string;
  readonly method?: string;
  readonly model?: string;
  /** A string that occurs in the raw request body. */
  readonly contains?: string;
}

/** Trouble on the way: applies to whatever is answered, scripted or not. */
export interface Faults {
  /** Milliseconds before the status line is sent. */
  readonly headersDelayMs?: number;
  /** Waits there until `release()`, or until the client hangs up. `afterBytes` counts body bytes, `afterChunks` writes. */
  readonly stall?: 'before-headers' | { readonly afterBytes: number } | { readonly afterChunks: number };
  /** The socket is destroyed once exactly so many body bytes were written (0: after the headers). */
  readonly cutAtByte?: number;
  /** Characters a second for this answer alone. */
  readonly pace?: Pace;
  /** Added to, or with `null` removed from, the headers of the answer. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** Characters of model text a second, or as fast as the socket takes it. */
export type Pace = number | 'fast';

export interface ScriptedToolCall {
  readonly name: string;
  /** An object is sent as JSON; a string is sent as it stands, valid JSON or not. */
  readonly arguments: string | Readonly<Record<string, unknown>>;
  readonly id?: string;
}

/** A model's answer, put into the wire format (streamed or not) the request asked for. */
export interface ReplyScript {
  readonly kind: 'reply';
  readonly text?: string;
  /** The text in exactly these deltas when streamed, instead of token by token. */
  readonly chunks?: readonly string[];
  readonly toolCalls?: readonly ScriptedToolCall[];
  readonly refusal?: string;
  readonly finishReason?: string;
  /** What the model thinks before it answers. Chat Completions bills it and never shows it. */
  readonly reasoning?: ScriptedReasoning;
  /** The answer breaks off, after all of the above that is text: an error in the stream, or in place of the answer. */
  readonly failure?: ReplyFailure;
  /** Replaces counted figures; `null`: the vendor reports no usage at all. */
  readonly usage?: UsageOverride | null;
  /** The model id the answer names, where it differs from the one asked for. */
  readonly model?: string;
}

export interface ScriptedReasoning {
  /** Shown as the summary where a client asks for one; a list is shown in as many parts. */
  readonly text?: string | readonly string[];
  /** Default: by the effort asked for. `usage.reasoningTokens` wins over it. */
  readonly tokens?: number;
}

export interface ReplyFailure {
  /** E.g. `server_error`, `rate_limit_exceeded`. */
  readonly code: string;
  readonly message: string;
  /** Responses, streamed: as a failed answer (default), or as an event that is an error. */
  readonly as?: 'failed' | 'error';
}

export interface UsageOverride {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
}

/** Bytes for the wire: text is UTF-8, `base64` is anything. */
export type RawBytes = string | { readonly base64: string };

/** An answer given byte by byte: errors, HTML, empty bodies, hand-written event streams. Needs no valid request. */
export interface RawScript {
  readonly kind: 'raw';
  /** Default 200. */
  readonly status?: number;
  /** Default `application/json`; `''` sends no content type. */
  readonly contentType?: string;
  /** An object is sent as JSON; a list is written chunk by chunk. Left out: an empty body. */
  readonly body?: string | Readonly<Record<string, unknown>> | readonly RawBytes[];
  /** Milliseconds between the chunks of a list. */
  readonly pauseMs?: number;
}

/** The vendor's error shape with these fields. Needs no valid request. */
export interface ErrorScript {
  readonly kind: 'error';
  readonly status: number;
  readonly message?: string;
  readonly type?: string;
  readonly code?: string | null;
  readonly param?: string | null;
}

/** Whatever would be answered without a script, with faults added. */
export interface DefaultScript {
  readonly kind: 'default';
}

export type Script = (ReplyScript | RawScript | ErrorScript | DefaultScript) & {
  readonly match?: RequestMatch;
  /** How many requests it answers before it is used up; default 1, `'always'` until reset. */
  readonly times?: number | 'always';
  readonly faults?: Faults;
};

interface QueuedScript {
  readonly script: Script;
  left: number;
}

/** Scripts in the order they were given; each request takes the first that matches it. */
export class ScriptQueue {
  #queue: QueuedScript[] = [];

  get waiting(): number {
    return this.#queue.filter(({ left }) => left > 0).length;
  }

  add(scripts: readonly Script[]): void {
    for (const script of scripts) {
      this.#queue.push({ script, left: script.times === 'always' ? Infinity : (script.times ?? 1) });
    }
  }

  /** The script for this request, taken at once: of two requests at the same time each gets its own. */
  take(request: MatchableRequest): Script | undefined {
    const queued = this.#queue.find(({ script, left }) => left > 0 && matches(script.match, request));
    if (queued !== undefined) queued.left -= 1;
    return queued?.script;
  }

  /** Puts a script back in its place, because the request it was meant for was refused. */
  giveBack(script: Script): void {
    const queued = this.#queue.find(entry => entry.script === script);
    if (queued !== undefined) queued.left += 1;
  }

  clear(): void {
    this.#queue = [];
  }
}

export interface MatchableRequest {
  readonly method: string;
  readonly path: string;
  readonly model: string | undefined;
  readonly bodyText: string;
  readonly runsModel: boolean;
}

function matches(match: RequestMatch | undefined, request: MatchableRequest): boolean {
  if (match?.path === undefined ? !request.runsModel : match.path !== request.path) return false;
  if (match?.method !== undefined && match.method !== request.method) return false;
  if (match?.model !== undefined && match.model !== request.model) return false;
  return match?.contains === undefined || request.bodyText.includes(match.contains);
}
