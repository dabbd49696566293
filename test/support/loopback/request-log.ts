import type { IncomingHttpHeaders } from 'node:http';

/** One thing in a request that the vendor's published schema or rules forbid. */
export interface Violation {
  /** Where, in the vendor's notation, e.g. `messages[0].content`; null for the whole body. */
  readonly param: string | null;
  readonly code: string | null;
  readonly message: string;
}

/** What the vendor would put on the bill for a request, finished or not. All in tokens; cached ones are part of prompt. */
export interface BilledUsage {
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  /** Part of completionTokens. */
  readonly reasoningTokens: number;
  /** Part of promptTokens. */
  readonly imageTokens: number;
  /** Whether the client was told these figures; false after a cut, an abort, or a stream without include_usage. */
  readonly reported: boolean;
}

/** One request as the server saw it. Times are milliseconds since the request began. */
export interface RequestRecord {
  /** 1 for the first request since start or reset. */
  readonly id: number;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** What stands behind the "?", where there is one. */
  readonly query?: string;
  readonly headers: IncomingHttpHeaders;
  state: 'receiving' | 'answering' | 'done';
  bodyBytes: number;
  /** The parsed body; undefined where there was none or it is not JSON. */
  body: unknown;
  /** The first 64 KiB of a body that is not JSON. */
  bodyText: string | undefined;
  violations: Violation[];
  status: number | undefined;
  errorCode: string | null | undefined;
  /** What answered: a script's kind, the demo model, or the API itself (errors, lists). */
  answeredBy: 'reply' | 'raw' | 'error' | 'demo' | 'api' | undefined;
  /** The client hung up before the answer was complete. */
  aborted: boolean;
  /** The server itself destroyed the socket, as scripted. */
  cut: boolean;
  bytesSent: number;
  billed: BilledUsage | undefined;
  /** The vendor keeps the conversation (Responses without `store: false`, which it does by default). */
  stored: boolean;
  timings: { body?: number; headers?: number; firstByte?: number; end?: number };
}

export type RequestState = RequestRecord['state'];

/** Which record `waitForRequest` waits for. */
export interface RequestWait {
  /** The n-th matching request since start or reset, counted from 1. Default 1. */
  readonly nth?: number;
  /** Exact path; left out: any path that runs a model. */
  readonly path?: string;
  /** `answering`: headers of the answer are on their way (or it is done); `done` (default): all over; `receiving`: seen at all. */
  readonly state?: RequestState;
  /** Milliseconds until it gives up with an error; default 10,000. */
  readonly timeoutMs?: number;
}

const STATE_ORDER: Readonly<Record<RequestState, number>> = { receiving: 0, answering: 1, done: 2 };
/** Enough for any test; a demo that runs for days must not grow without end. */
const KEPT = 2_000;

/** Every request received, in order, and a way to wait for one without polling. */
export class RequestLog {
  #records: RequestRecord[] = [];
  #nextId = 1;
  readonly #watchers = new Set<() => void>();
  readonly #runsModel: (path: string) => boolean;

  constructor(runsModel: (path: string) => boolean) {
    this.#runsModel = runsModel;
  }

  get records(): readonly RequestRecord[] {
    return this.#records;
  }

  open(seen: Pick<RequestRecord, 'requestId' | 'at' | 'method' | 'path' | 'query' | 'headers'>): RequestRecord {
    const record: RequestRecord = {
      id: this.#nextId++,
      ...seen,
      state: 'receiving',
      bodyBytes: 0,
      body: undefined,
      bodyText: undefined,
      violations: [],
      status: undefined,
      errorCode: undefined,
      answeredBy: undefined,
      aborted: false,
      cut: false,
      bytesSent: 0,
      billed: undefined,
      stored: false,
      timings: {},
    };
    this.#records.push(record);
    if (this.#records.length > KEPT) this.#records.shift();
    this.changed();
    return record;
  }

  /** To be called after a record changed state, so that whoever waits looks again. */
  changed(): void {
    for (const look of this.#watchers) look();
  }

  clear(): void {
    this.#records = [];
    this.#nextId = 1;
  }

  /** @throws Error when the time is up, saying what was seen instead. */
  waitFor(wait: RequestWait): Promise<RequestRecord> {
    const found = this.#find(wait);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`no such request in time: ${JSON.stringify(wait)}; seen: ${this.#summary()}`));
      }, wait.timeoutMs ?? 10_000);
      const look = (): void => {
        const record = this.#find(wait);
        if (record === undefined) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(record);
      };
      this.#watchers.add(look);
    });
  }

  #find(wait: RequestWait): RequestRecord | undefined {
    const matching = this.#records.filter(({ path }) =>
      wait.path === undefined ? this.#runsModel(path) : wait.path === path,
    );
    const record = matching[(wait.nth ?? 1) - 1];
    if (record === undefined) return undefined;
    return STATE_ORDER[record.state] >= STATE_ORDER[wait.state ?? 'done'] ? record : undefined;
  }

  #summary(): string {
    return JSON.stringify(this.#records.map(({ method, path, state, status }) => ({ method, path, state, status })));
  }
}
