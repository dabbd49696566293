import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Controllable, controlOf, type LoopbackControl } from './control.ts';
import { Gate } from './gate.ts';
import { AnswerEndedError, PacedAnswer } from './paced-answer.ts';
import { readBody } from './read-body.ts';
import { RequestLog, type RequestRecord } from './request-log.ts';
import { type ErrorScript, type Faults, type Pace, type RawScript, type Script, ScriptQueue } from './script.ts';

/** What tells one vendor's server from another's: its paths, its refusals, and how it answers what no script has answered. */
export interface ServedVendor<Settings extends { readonly pace: Pace }> {
  readonly settings: Settings;
  readonly runsModel: (path: string) => boolean;
  /** The body of a refusal. */
  readonly errorBody: (status: number, message: string) => string;
  /** What it says with a status where a test does not care for the words. */
  readonly standardErrors: Readonly<Record<number, string>>;
  /** Notes everything a model request does wrong, whatever is going to be answered. @throws Refusal */
  accept(exchange: Exchange<Settings>): unknown;
  /** @param script a reply, or faults for the answer without one. @throws Refusal for what the vendor refuses */
  answer(exchange: Exchange<Settings>, script: Script | undefined): Promise<void>;
  /** Beside log and scripts, what a reset makes the server forget. */
  forget?(): void;
}

/** An answer that is the vendor's error. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface VendorServer<Settings> extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly control: LoopbackControl<Settings>;
  stop(): Promise<void>;
}

const MOST_BODY_BYTES = 60 * 1024 * 1024;

/** A loopback server for one vendor, in this process. */
export async function startVendorServer<Settings extends { readonly pace: Pace }>(
  vendor: ServedVendor<Settings>,
): Promise<VendorServer<Settings>> {
  const state: Controllable<Settings> = {
    log: new RequestLog(vendor.runsModel),
    scripts: new ScriptQueue(),
    gate: new Gate(),
    settings: vendor.settings,
    initialSettings: vendor.settings,
    forget: () => vendor.forget?.(),
  };
  const server = createServer((request, response) => void serve(vendor, state, request, response));
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let closed: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    if (!closed) {
      closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
    }
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, control: controlOf(state), stop, [Symbol.asyncDispose]: stop };
}

async function serve<Settings extends { readonly pace: Pace }>(
  vendor: ServedVendor<Settings>,
  state: Controllable<Settings>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const record = state.log.open({
    requestId: '',
    at: Date.now(),
    method: request.method ?? 'GET',
    path: (request.url ?? '/').replace(/[?#].*$/s, ''),
    headers: { ...request.headers },
  });
  const exchange = new Exchange(record, state, vendor, response);
  try {
    const body = await readBody(request, MOST_BODY_BYTES);
    record.bodyBytes = body.length;
    exchange.bodyText = body.toString('utf8');
    record.body = parse(exchange.bodyText);
    if (record.body === undefined) record.bodyText = exchange.bodyText.slice(0, 65_536) || undefined;
    await route(vendor, state, exchange);
  } catch (error) {
    await failed(exchange, error, response);
  } finally {
    record.timings.end = exchange.elapsed();
    record.state = 'done';
    state.log.changed();
  }
}

async function route<Settings extends { readonly pace: Pace }>(
  vendor: ServedVendor<Settings>,
  state: Controllable<Settings>,
  exchange: Exchange<Settings>,
): Promise<void> {
  const { method, path, body } = exchange.record;
  const model = typeof body === 'object' && body !== null && 'model' in body ? String(body.model) : undefined;
  const runsModel = vendor.runsModel(path);
  const script = state.scripts.take({ method, path, model, bodyText: exchange.bodyText, runsModel });
  if (script?.kind === 'raw' || script?.kind === 'error') {
    if (runsModel) noteViolations(vendor, exchange);
    return exchange.sendScripted(script, script.faults);
  }
  try {
    await vendor.answer(exchange, script);
  } catch (error) {
    if (!(error instanceof Refusal) || script === undefined) throw error;
    // Faults asked for the next answer, whatever it is, are for this one; a reply waits for a request it can answer.
    if (script.kind === 'default') return exchange.refuse(error, script.faults);
    state.scripts.giveBack(script);
    throw error;
  }
}

function noteViolations<Settings extends { readonly pace: Pace }>(
  vendor: ServedVendor<Settings>,
  exchange: Exchange<Settings>,
): void {
  try {
    vendor.accept(exchange);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

async function failed<Settings extends { readonly pace: Pace }>(
  exchange: Exchange<Settings>,
  error: unknown,
  response: ServerResponse,
): Promise<void> {
  if (error instanceof AnswerEndedError) return;
  if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') {
    exchange.record.aborted = true;
    return;
  }
  const why = error instanceof Error ? error.stack : String(error);
  const known = error instanceof Refusal ? error : new Refusal(500, `The loopback server has a bug: ${why}`);
  if (exchange.answered) {
    response.destroy();
    return;
  }
  await exchange.refuse(known).catch((late: unknown) => {
    if (!(late instanceof AnswerEndedError)) throw late;
  });
}

/** One request and the way back to whoever asked. */
export class Exchange<Settings extends { readonly pace: Pace }> {
  readonly record: RequestRecord;
  bodyText = '';
  readonly #state: Controllable<Settings>;
  readonly #vendor: ServedVendor<Settings>;
  readonly #response: ServerResponse;
  #answer: PacedAnswer | undefined;

  constructor(
    record: RequestRecord,
    state: Controllable<Settings>,
    vendor: ServedVendor<Settings>,
    response: ServerResponse,
  ) {
    this.record = record;
    this.#state = state;
    this.#vendor = vendor;
    this.#response = response;
  }

  readonly elapsed = (): number => Date.now() - this.record.at;

  get settings(): Settings {
    return this.#state.settings;
  }

  get answered(): boolean {
    return this.#answer !== undefined;
  }

  /** To be called once, when it is known which faults the answer has. */
  answer(faults: Faults = {}): PacedAnswer {
    if (this.#answer !== undefined) throw new Error('an exchange has one answer');
    const { record, elapsed } = this;
    const { log, gate, settings } = this.#state;
    const { pace } = settings;
    this.#answer = new PacedAnswer({ response: this.#response, record, log, gate, faults, pace, elapsed });
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

  /** Line by line; `text` is what a reader waits for. */
  async sendLines(lines: Iterable<{ readonly line: object; readonly text: string }>, faults?: Faults): Promise<void> {
    const answer = this.answer(faults);
    await answer.head(200, { 'content-type': 'application/x-ndjson' });
    for (const { line, text } of lines) await answer.write(`${JSON.stringify(line)}\n`, text.length);
    await answer.end();
  }

  async refuse({ status, message }: Refusal, faults?: Faults): Promise<void> {
    const { record } = this;
    record.answeredBy ??= 'api';
    record.errorCode = null;
    await this.send(status, 'application/json; charset=utf-8', this.#vendor.errorBody(status, message), faults);
  }

  /** Byte by byte what a test wrote, or the error it described. */
  async sendScripted(script: RawScript | ErrorScript, faults: Faults = {}): Promise<void> {
    this.record.answeredBy = script.kind;
    if (script.kind === 'error') {
      const { status, message = this.#vendor.standardErrors[status] ?? `scripted error ${status}` } = script;
      return this.refuse(new Refusal(status, message), faults);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
