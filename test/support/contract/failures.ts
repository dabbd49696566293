import assert from 'node:assert/strict';
import type { LlmError } from '../../../src/llm/llm-error.ts';
import { defaultRetry } from '../../../src/resilience/retry.ts';
import { settled } from '../fake-clock.ts';
import type { Script } from '../loopback/script.ts';
import { messages } from './answers.ts';
import { assertEnded, failureOf, hear, type Heard, type Scenario, type Trial } from './trial.ts';

async function failWith(trial: Trial, script: Script): Promise<{ heard: Heard; failure: LlmError }> {
  await trial.server.control.script(script);
  const heard = await trial.ask({ messages });
  return { heard, failure: failureOf(heard) };
}

const unauthorized: Scenario = {
  name: '401',
  async run(trial) {
    const { config, control } = trial.server;
    await control.script({ kind: 'error', status: 401 });
    // Retries are on: the key will not be better the next time.
    const failure = failureOf(await trial.ask({ messages }, { retry: defaultRetry }));
    assert.deepEqual([failure.code, failure.retryable, failure.facts.status], ['ERR_INVALID_API_KEY', false, 401]);
    assert.equal((await trial.asked()).length, 1);
    if (typeof config.apiKey === 'string') assert.ok(!JSON.stringify(failure.facts).includes(config.apiKey));
    if (!trial.traits.key) return;
    const keyless = failureOf(await trial.ask({ messages }, { apiKey: '' }));
    assert.deepEqual([keyless.code, keyless.facts.notSent], ['ERR_KEY_REQUIRED', true]);
    assert.equal((await trial.asked()).length, 1, 'something was sent without a key');
  },
};

const limited: Scenario = {
  name: '429',
  async run(trial) {
    const refusal: Script = { kind: 'error', status: 429, faults: { headers: { 'retry-after': '7' } } };
    const { failure } = await failWith(trial, refusal);
    assert.deepEqual([failure.code, failure.retryable, failure.facts.retryAfterMs], ['ERR_RATE_LIMIT', true, 7000]);
    assert.equal((await trial.asked()).length, 1);
    await trial.server.control.script(refusal, { kind: 'reply', text: 'Now.' });
    const began = trial.clock.monotonic();
    const heard = await waitOut(trial);
    assertEnded(heard, 'end_turn');
    assert.equal(heard.text, 'Now.');
    const waited = trial.clock.monotonic() - began;
    assert.ok(waited >= 7000 && waited < 9000, `it waited ${waited} ms`);
    assert.equal((await trial.asked()).length, 3);
  },
};

/** Asks with retries, and lets time pass only while the provider says that it waits. */
async function waitOut(trial: Trial): Promise<Heard> {
  const { clock } = trial;
  const state = { waiting: false, over: false };
  const provider = trial.provider({ retry: defaultRetry, random: () => 0 });
  const heard = hear(
    (async function* () {
      for await (const event of provider.stream({ messages })) {
        state.waiting = event.type === 'notice' && event.notice.kind === 'waiting';
        yield event;
      }
    })(),
  ).finally(() => (state.over = true));
  while (!state.over) {
    await settled();
    if (state.waiting) await clock.advance(1000);
  }
  return heard;
}

const unavailable: Scenario = {
  name: '5xx',
  async run(trial) {
    const page = '<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>';
    const scripts: readonly Script[] = [
      { kind: 'error', status: 500 },
      { kind: 'error', status: 503 },
      { kind: 'raw', status: 502, contentType: 'text/html', body: page },
      { kind: 'raw', status: 504, contentType: '' },
    ];
    for (const script of scripts) {
      const { failure } = await failWith(trial, script);
      assert.deepEqual([failure.code, failure.retryable], ['ERR_SERVICE_UNAVAILABLE', true], JSON.stringify(script));
      assert.ok(!failure.message.includes('<'), failure.message);
    }
    assert.equal((await trial.asked()).length, scripts.length);
  },
};

const words = Array.from({ length: 200 }, (_, at) => `word${at} `);

const cutOff: Scenario = {
  name: 'cut off',
  async run(trial) {
    const reply = { kind: 'reply', chunks: words } as const;
    await trial.server.control.script(reply);
    const whole = (await trial.ask({ messages })).text;
    const sent = (await trial.asked())[0]!.bytesSent;
    // The middle of so long an answer is text on every wire; of these neighbours most are inside an event.
    const middle = Math.floor(sent / 2);
    for (const cutAtByte of [middle, middle + 1, middle + 5, middle + 17, middle + 40]) {
      const { heard, failure } = await failWith(trial, { ...reply, faults: { cutAtByte } });
      assert.ok(['ERR_NETWORK', 'ERR_BAD_RESPONSE'].includes(failure.code), failure.code);
      assert.ok(whole.startsWith(heard.text), heard.text);
      assert.equal(heard.text !== '', trial.streaming, 'what was said before the cut is kept');
      assert.deepEqual(heard.calls, []);
    }
  },
};

const cancel: Scenario = {
  name: 'cancel',
  async run(trial) {
    const { control } = trial.server;
    const reason = new Error('stopped by the person');
    // In the middle of a stream; before the head of an answer that comes in one piece.
    await control.script({
      kind: 'reply',
      chunks: words,
      faults: { stall: trial.streaming ? { afterChunks: 20 } : 'before-headers' },
    });
    const stop = new AbortController();
    const heard = hear(
      (async function* () {
        for await (const event of trial.provider().stream({ messages }, stop.signal)) {
          yield event;
          if (event.type === 'text-delta') stop.abort(reason);
        }
      })(),
    );
    if (!trial.streaming) {
      while ((await control.status()).stalled === 0) await settled();
      stop.abort(reason);
    }
    const { error, text } = await heard;
    assert.equal(error, reason, 'a stop is no failure');
    assert.equal(text !== '', trial.streaming);
    assert.equal((await control.waitForRequest()).aborted, true, 'the server did not see the socket close');
  },
};

const brokenOff: Scenario = {
  name: 'error mid-stream',
  async run(trial) {
    const failed = { code: 'server_error', message: 'The model stopped working.' };
    const { heard, failure } = await failWith(trial, { kind: 'reply', chunks: ['One ', 'two '], failure: failed });
    assert.deepEqual([failure.code, failure.retryable], ['ERR_SERVICE_UNAVAILABLE', true]);
    assert.match(failure.message, /The model stopped working/);
    assert.equal(heard.text, trial.streaming ? 'One two ' : '');
  },
};

/** What a vendor must do when things go wrong. */
export const failures: readonly Scenario[] = [unauthorized, limited, unavailable, cutOff, cancel, brokenOff];
