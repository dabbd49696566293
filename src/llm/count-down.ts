import { type Clock, sleep } from '../core/clock.ts';
import type { Notice, StreamEvent } from './stream-event.ts';

/** Tells how long is left until the time is up or `until` has settled, then that it is over. @throws the signal's reason */
export async function* countDown(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  tell: (leftMs: number, begins: boolean) => Notice,
  until?: Promise<unknown>,
): AsyncGenerator<StreamEvent> {
  const awake = new AbortController();
  const wake = (): void => awake.abort(woken);
  void until?.then(wake, wake);
  const interrupted = signal ? AbortSignal.any([signal, awake.signal]) : awake.signal;
  const stop = clock.monotonic() + ms;
  for (let left = ms; left > 0 && !awake.signal.aborted; left = stop - clock.monotonic()) {
    yield notice(tell(left, left === ms));
    await sleep(clock, Math.min(left, left % 1000 || 1000), interrupted).catch((reason: unknown) => {
      if (reason !== woken) throw reason;
    });
  }
  yield notice({ kind: 'waiting-over' });
}

/** Why a nap ended early: what was waited for is here. */
const woken = new Error('woken');

export const notice = (what: Notice): StreamEvent => ({ type: 'notice', notice: what });
