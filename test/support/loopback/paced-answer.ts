import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from './gate.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';
import type { Faults, Pace } from './script.ts';

/** The answer is over before it is complete: the client hung up, or the server cut the line as scripted. */
export class AnswerEndedError extends Error {}

export interface AnswerContext {
  readonly response: ServerResponse;
  readonly record: RequestRecord;
  readonly log: RequestLog;
  readonly gate: Gate;
  readonly faults: Faults;
  readonly pace: Pace;
  /** Milliseconds since the request began. */
  readonly elapsed: () => number;
}

/**
 * One answer on its way out: applies pace, stalls and cuts, counts bytes, and keeps the request's record.
 * Every writing method throws AnswerEndedError once nobody can read any more.
 */
export class PacedAnswer {
  readonly #context: AnswerContext;
  readonly #gone = new AbortController();
  #chunks = 0;
  #stalled = false;
  #owedMs = 0;

  constructor(context: AnswerContext) {
    this.#context = context;
    context.response.on('close', () => {
      if (!context.response.writableFinished) {
        if (!context.record.cut) context.record.aborted = true;
        this.#gone.abort();
      }
    });
    // A reset by the client also surfaces as an error event; 'close' above has everything we need.
    context.response.on('error', () => {});
  }

  /** Aborts when the client hangs up or the line is cut. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  async head(status: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const { response, record, log, faults } = this.#context;
    if (faults.headersDelayMs !== undefined) await this.#sleep(faults.headersDelayMs);
    if (faults.stall === 'before-headers') await this.#stall();
    this.#check();
    const merged: Record<string, string> = { ...headers };
    for (const [name, value] of Object.entries(faults.headers ?? {})) {
      if (value === null) delete merged[name.toLowerCase()];
      else merged[name.toLowerCase()] = value;
    }
    response.writeHead(status, merged);
    response.flushHeaders();
    record.status = status;
    record.timings.headers = this.#context.elapsed();
    record.state = 'answering';
    log.changed();
  }

  /** @param paceCharacters how many characters of model text this is: they take time; bytes around them do not */
  async write(data: string | Buffer, paceCharacters = 0): Promise<void> {
    await this.#keepPace(paceCharacters);
    let bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const { stall, cutAtByte } = this.#context.faults;
    if (typeof stall === 'object' && !this.#stalled) {
      const before = 'afterBytes' in stall ? stall.afterBytes - this.#context.record.bytesSent : undefined;
      if (before !== undefined && before < bytes.length) {
        await this.#send(bytes.subarray(0, before), cutAtByte);
        await this.#stall();
        bytes = bytes.subarray(before);
      } else if ('afterChunks' in stall && this.#chunks >= stall.afterChunks) {
        await this.#stall();
      }
    }
    await this.#send(bytes, cutAtByte);
    this.#chunks += 1;
  }

  async end(): Promise<void> {
    const { response, faults } = this.#context;
    if (faults.cutAtByte !== undefined) await this.#send(Buffer.alloc(0), faults.cutAtByte);
    this.#check();
    await new Promise<void>(resolve => response.end(resolve));
  }

  async #send(bytes: Buffer, cutAtByte: number | undefined): Promise<void> {
    this.#check();
    const { record } = this.#context;
    const left = cutAtByte === undefined ? Infinity : cutAtByte - record.bytesSent;
    const sent = bytes.length < left ? bytes : bytes.subarray(0, Math.max(0, left));
    if (sent.length > 0) {
      record.timings.firstByte ??= this.#context.elapsed();
      record.bytesSent += sent.length;
      await this.#deliver(sent);
    }
    if (record.bytesSent >= (cutAtByte ?? Infinity)) this.#cut();
  }

  async #deliver(bytes: Buffer): Promise<void> {
    const { response } = this.#context;
    if (response.write(bytes)) return;
    await new Promise<void>(resolve => {
      const go = (): void => {
        response.off('drain', go);
        this.signal.removeEventListener('abort', go);
        resolve();
      };
      response.on('drain', go);
      this.signal.addEventListener('abort', go);
    });
  }

  #cut(): never {
    const { response, record } = this.#context;
    record.cut = true;
    // destroySoon: what was written still arrives, then the socket closes without the end of the message.
    response.socket?.destroySoon();
    this.#gone.abort();
    throw new AnswerEndedError(`cut at byte ${record.bytesSent}`);
  }

  async #stall(): Promise<void> {
    this.#stalled = true;
    await this.#context.gate.wait(this.signal);
    this.#check();
  }

  async #keepPace(characters: number): Promise<void> {
    const { faults, pace } = this.#context;
    const perSecond = faults.pace ?? pace;
    if (perSecond === 'fast' || characters === 0) return;
    // Timers are coarse: several short deltas are owed together rather than each rounded up to a millisecond.
    this.#owedMs += (characters / perSecond) * 1000;
    if (this.#owedMs < 2) return;
    const owed = this.#owedMs;
    this.#owedMs = 0;
    await this.#sleep(owed);
  }

  /** Takes the time so many characters of model text take, for an answer that comes in one piece. */
  async compose(paceCharacters: number): Promise<void> {
    await this.#keepPace(paceCharacters);
  }

  async pause(milliseconds: number): Promise<void> {
    await this.#sleep(milliseconds);
  }

  async #sleep(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal }).catch(() => {});
    this.#check();
  }

  #check(): void {
    if (this.signal.aborted) throw new AnswerEndedError('the client is gone');
  }
}
