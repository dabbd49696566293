import type { ServerResponse } from 'node:http';
import { PacedAnswer } from '../loopback/paced-answer.ts';
import type { RequestRecord } from '../loopback/request-log.ts';
import type { Faults } from '../loopback/script.ts';
import { ApiError } from './errors.ts';
import type { ServerState } from './server-state.ts';

/** One request and the way back to whoever asked. */
export class Exchange {
  readonly record: RequestRecord;
  readonly state: ServerState;
  /** What stands behind the "?". */
  readonly query: URLSearchParams;
  /** The body as text; empty where there is none. */
  bodyText = '';
  /** Added to every answer from here on, once the limiter was asked. */
  rateHeaders: Readonly<Record<string, string>> = {};
  readonly #response: ServerResponse;
  readonly #begun: number;
  #answer: PacedAnswer | undefined;

  constructor(record: RequestRecord, state: ServerState, response: ServerResponse, query = new URLSearchParams()) {
    this.query = query;
    this.record = record;
    this.state = state;
    this.#response = response;
    this.#begun = record.at;
  }

  readonly elapsed = (): number => this.state.world.now() - this.#begun;

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
    const { host } = this.state;
    return {
      ...(contentType === '' ? {} : { 'content-type': contentType }),
      ...host.headers(this),
      ...(host.limits?.(this.rateHeaders) ?? this.rateHeaders),
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

  async sendJson(value: unknown, faults?: Faults): Promise<void> {
    await this.send(200, 'application/json', `${JSON.stringify(value, undefined, 2)}\n`, faults);
  }

  async sendError(refusal: ApiError, faults?: Faults): Promise<void> {
    const { record, state } = this;
    const error = state.host.translate?.(refusal) ?? refusal;
    record.errorCode = error.code;
    record.answeredBy ??= 'api';
    // Whoever is told 400 sent something wrong; too long a conversation is the one 400 that is nobody's mistake.
    if (error.status === 400 && error.code !== 'context_length_exceeded') this.noteViolation(error);
    this.rateHeaders = { ...this.rateHeaders, ...error.headers };
    await this.send(error.status, 'application/json', error.body(), faults);
  }

  noteViolation({ param, code, message }: ApiError): void {
    const { violations } = this.record;
    if (!violations.some(known => known.message === message)) violations.push({ param, code, message });
  }
}
