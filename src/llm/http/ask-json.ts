import { systemClock } from '../../core/clock.ts';
import { LlmError } from '../llm-error.ts';
import type { ProviderConfig } from '../provider-config.ts';
import { connectionFailure } from './connection-failure.ts';
import { dispatcherOf } from './dispatcher-of.ts';
import { type HttpHeaders, type HttpRequest, openHttp, readText } from './post-stream.ts';

export interface AskJsonOptions {
  /** The vendor as a person knows it. */
  readonly vendor: string;
  readonly model?: string;
  /** For all of it, milliseconds. */
  readonly timeoutMs: number;
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly text: string;
}

/** A small question beside the model calls: which models there are, whether anybody is there. Whatever status it has, it is an answer. */
export async function askJson(
  config: Pick<ProviderConfig, 'dispatcher' | 'clock'>,
  request: HttpRequest,
  { vendor, model = '', timeoutMs }: AskJsonOptions,
): Promise<JsonAnswer> {
  const { clock = systemClock } = config;
  const { host } = request.url;
  const call = openHttp(await dispatcherOf(config), request);
  const late = new LlmError({
    code: 'ERR_TIMEOUT',
    message: `${vendor} at ${host} did not answer within ${timeoutMs / 1000} s.`,
    retryable: true,
    vendor,
  });
  let isLate = false;
  const timer = clock.after(timeoutMs, () => {
    isLate = true;
    call.cancel(late);
  });
  try {
    const response = await call.response;
    return { status: response.status, headers: response.headers, text: await readText(response) };
  } catch (error) {
    throw isLate ? late : connectionFailure(error, { vendor, model, host, midAnswer: false });
  } finally {
    timer.dispose();
  }
}
