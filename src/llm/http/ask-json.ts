import { systemClock } from '../../core/clock.ts';
import { LlmError } from '../llm-error.ts';
import type { ProviderConfig } from '../provider-config.ts';
import { connectionFailure } from './connection-failure.ts';
import { dispatcherOf } from './dispatcher-of.ts';
import { askHttp, type HttpCall, type HttpRequest, type WholeResponse } from './http-call.ts';

export interface AskJsonOptions {
  /** The vendor as a person knows it. */
  readonly vendor: string;
  readonly model?: string;
  /** For all of it, milliseconds. */
  readonly timeoutMs: number;
}

/** A small question beside the model calls: which models there are, whether anybody is there. Whatever status it has, it is an answer. */
export async function askJson(
  config: Pick<ProviderConfig, 'dispatcher' | 'clock'>,
  request: HttpRequest,
  { vendor, model = '', timeoutMs }: AskJsonOptions,
): Promise<WholeResponse> {
  const { clock = systemClock } = config;
  const { host } = request.url;
  const dispatcher = dispatcherOf(config);
  const late = new LlmError({
    code: 'ERR_TIMEOUT',
    message: `${vendor} at ${host} did not answer within ${timeoutMs / 1000} s.`,
    retryable: true,
    vendor,
  });
  let call: HttpCall | undefined;
  let isLate = false;
  const timer = clock.after(timeoutMs, () => {
    isLate = true;
    call?.cancel(late);
  });
  try {
    return await askHttp(dispatcher, request, begun => (call = begun));
  } catch (error) {
    throw isLate ? late : connectionFailure(error, { vendor, model, host, midAnswer: false });
  } finally {
    timer.dispose();
  }
}
