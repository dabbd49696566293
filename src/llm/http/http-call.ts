/** What is asked of a host, and who is told of the answer. By calls and not by promises: see `ResponseReader`. */

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Not changed once it was sent: one call after the other may have the same object. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Headers by lower-case name. */
export type HttpHeaders = { readonly [name: string]: string | undefined };

export interface ResponseHead {
  readonly status: number;
  /** In lower case; "" where there is none. */
  readonly contentType: string;
  /** Made when somebody asks for them. */
  readonly headers: HttpHeaders;
}

/**
 * Who reads a response as it arrives: the head once, then bytes, then its end or what the connection died of (or the reason given to
 * `cancel`). Must not throw. Promises, one for the head and one for each word, were a tenth of what these cost (bench S2, S3).
 */
export interface ResponseReader {
  onHead(head: ResponseHead): void;
  /** @param chunk the connection reads the next bytes into the same memory: whoever keeps it copies it. */
  onBytes(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

/** A request on its way. */
export interface HttpCall {
  /** Closes the socket now, before or after the head. The reader is told before this returns. */
  cancel(reason: Error): void;
  /** The server is to wait: nobody takes what it sends. What was on its way may still come. */
  pause(): void;
  /** What comes is told later, never within this call. */
  resume(): void;
}

/** How requests get to their hosts. */
export interface Dispatcher {
  /**
   * Sends a request. Takes no AbortSignal: a listener per request is dear before the first word (bench S2).
   * @throws for a header that cannot be sent; everything else is told to the reader.
   */
  open(request: HttpRequest, reader: ResponseReader): HttpCall;
}

/** A body that is wanted whole. */
export class WholeBody {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** @param maxBytes what is longer is cut. */
  constructor(maxBytes = 32 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  /** @returns whether it may grow: beyond that the socket is to be closed. */
  push(chunk: Buffer): boolean {
    this.#chunks.push(Buffer.from(chunk));
    this.#size += chunk.length;
    return this.#size <= this.#maxBytes;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(0, this.#maxBytes).toString('utf8');
  }
}

export interface WholeResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly text: string;
}

/**
 * Sends a request whose answer is small, and reads it whole.
 * @param onCall is given the means to cancel it.
 * @throws what the connection died of, or the reason given to `cancel`.
 */
export function askHttp(
  dispatcher: Dispatcher,
  request: HttpRequest,
  onCall: (call: HttpCall) => void,
): Promise<WholeResponse> {
  return new Promise((resolve, reject) => {
    const body = new WholeBody();
    let head: ResponseHead | undefined;
    const whole = (): void => resolve({ status: head!.status, headers: head!.headers, text: body.text });
    const call = dispatcher.open(request, {
      onHead: given => (head = given),
      onBytes(chunk) {
        if (body.push(chunk)) return;
        whole();
        call.cancel(new Error('the answer is too long'));
      },
      onEnd: whole,
      onError: reject,
    });
    onCall(call);
  });
}
