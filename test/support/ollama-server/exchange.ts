import type { ServerResponse } from 'node:http';
import { PacedAnswer } from '../loopback/paced-answer.ts';
import type { RequestRecord } from '../loopback/request-log.ts';
import type { ErrorScript, Faults, RawScript } from '../loopback/script.ts';
import { ApiError } from './errors.ts';
import type { ServerState } from './server-state.ts';

/** One request and the way back to whoever asked. */
export class Exchange {
  readonly record: RequestRecord;
  readonly state: ServerState;
  bodyText = '';
  readonly #response: ServerResponse;
  #answer: PacedAnswer | undefined;

  constructor(record: RequestRecord, state: ServerState, response: ServerResponse) {
    this.record = record;
    this.state = state;
    this.#response = response;
  }

  readonly elapsed = (): number => this.state.now() - this.record.at;

  get answered(): boolean {
    return this.#answer !== undefined;
  }

  /** To be called once, when it is known which faults the answer has. */
  answer(faults: Faults = {}): PacedAnswer {
    if (this.#answer !== undefined) throw new Error('an exchange has one answer');
    const { record, elapsed } = this;
    const { log, gate, settings } = this.state;
    this.#answer = new PacedAnswer({
      response: this.#response,
      record,
      log,
      gate,
      faults,
      pace: settings.pace,
      elapsed,
    });
    return this.#answer;
  }

  async send(status: number, contentType: string, body: string, faults?: Faults): Promise<void> {
    const answer = this.answer(faults);
    const bytes = Buffer.from(body);
    const type = contentType === '' ? {} : { 'content-type': contentType };
    await answer.head(status, { ...type, 'content-length': String(bytes.length) });
    await answer.write(bytes);
    await answer.end();
  }

  async sendJson(value: unknown, faults?: Faults): Promise<void> {
    this.record.answeredBy ??= 'api';
    await this.send(200, 'application/json; charset=utf-8', JSON.stringify(value), faults);
  }

  async sendError(error: ApiError, faults?: Faults): Promise<void> {
    const { record } = this;
    record.answeredBy ??= 'api';
    record.errorCode = null;
    await this.send(error.status, 'application/json; charset=utf-8', error.body(), faults);
  }

  /** Byte by byte what a test wrote, or the error it described. */
  async sendScripted(script: RawScript | ErrorScript, faults: Faults = {}): Promise<void> {
    this.record.answeredBy = script.kind;
    if (script.kind === 'error') {
      const { status, message = STANDARD_ERRORS[status] ?? `scripted error ${status}` } = script;
      return this.sendError(new ApiError(status, message), faults);
    }
    const { status = 200, contentType = 'application/json', body = '', pauseMs } = script;
    if (!Array.isArray(body))
      return this.send(status, contentType, typeof body === 'string' ? body : JSON.stringify(body), faults);
    const answer = this.answer(faults);
    await answer.head(status, contentType === '' ? {} : { 'content-type': contentType });
    for (const [index, raw] of (body as readonly (string | { base64: string })[]).entries()) {
      if (index > 0 && pauseMs !== undefined) await answer.pause(pauseMs);
      await answer.write(typeof raw === 'string' ? raw : Buffer.from(raw.base64, 'base64'));
    }
    await answer.end();
  }
}

/** What Ollama and ollama.com say with these statuses (server/routes.go, server/sched.go, read 2026-11-28). */
const STANDARD_ERRORS: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  403: 'remote model is unavailable',
  429: 'you (loopback) have reached your hourly usage limit',
  500: 'llama runner process has terminated',
  503: 'server busy, please try again.  maximum pending requests exceeded',
};
