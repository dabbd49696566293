import type { ServerResponse } from 'node:http';
import { PacedAnswer } from '../loopback/paced-answer.ts';
import type { RequestRecord } from '../loopback/request-log.ts';
import type { Faults } from '../loopback/script.ts';
import { type ApiError, errorBody } from './errors.ts';
import type { ServerState } from './server-state.ts';

/** One request and the way back to whoever asked. */
export class Exchange {
  readonly record: RequestRecord;
  readonly state: ServerState;
  /** The body as text; empty where there is none. */
  bodyText = '';
  /** Added to every answer from here on, once the limiter was asked. */
  rateHeaders: Readonly<Record<string, string>> = {};
  readonly #response: ServerResponse;
  #answer: PacedAnswer | undefined;

  constructor(record: RequestRecord, state: ServerState, response: ServerResponse) {
    this.record = record;
    this.state = state;
    this.#response = response;
  }

  readonly elapsed = (): number => this.state.world.now() - this.record.at;

  /** To be called once, when it is known which faults the answer has. */
  answer(faults: Faults = {}): PacedAnswer {
    if (this.#answer !== undefined) throw new Error('an exchange has one answer');
    const { record, elapsed } = this;
    const { log, gate, settings } = this.state;
    const context = { response: this.#response, record, log, gate, faults, pace: settings.pace, elapsed };
    this.#answer = new PacedAnswer(context);
    return this.#answer;
  }

  get answered(): boolean {
    return this.#answer !== undefined;
  }

  /** What every answer of the API carries. */
  headers(contentType: string): Record<string, string> {
    return {
      ...(contentType === '' ? {} : { 'content-type': contentType }),
      'request-id': this.record.requestId,
      'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
      ...this.rateHeaders,
    };
  }

  /** A whole body at once, with its length announced. */
  async send(status: number, contentType: string, body: string, faults?: Faults): Promise<void> {
    const answer = this.answer(faults);
    const bytes = Buffer.from(body);
    await answer.head(status, { ...this.headers(contentType), 'content-length': String(bytes.length) });
    await answer.write(bytes);
    await answer.end();
  }

  async sendError(error: ApiError, faults?: Faults): Promise<void> {
    const { record } = this;
    record.errorCode = error.type;
    record.answeredBy ??= 'api';
    // Whoever is told 400 sent something wrong; too long a conversation is the one 400 that is nobody's mistake.
    if (error.status === 400 && !error.message.startsWith('prompt is too long')) this.noteViolation(error.message);
    this.rateHeaders = { ...this.rateHeaders, ...error.headers };
    await this.send(error.status, 'application/json', errorBody(error.type, error.message, record.requestId), faults);
  }

  noteViolation(message: string): void {
    const { violations } = this.record;
    const [param] = /^[\w.]+(?=:)/.exec(message) ?? [null];
    if (!violations.some(known => known.message === message)) violations.push({ param, code: null, message });
  }
}
