/** The answers the stream server gives: seeded, so that server and clients agree on every byte without talking about it. */

export const scenarios = ['plain', 'obfuscated', 'escaped', 'short'] as const;
export type Scenario = (typeof scenarios)[number];

export interface Expected {
  readonly deltas: number;
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Answer extends Expected {
  /** The whole event stream. */
  readonly bytes: Buffer;
  /** Where the first delta's event ends: what a server sends at once, before the model goes on. */
  readonly firstDeltaEnd: number;
}

export const seed = 20261122;

/**
 * One streamed chat.completion as OpenAI sends it with stream_options.include_usage.
 * - plain: words of every length, one in eight with an escape, one in eight outside ASCII
 * - obfuscated: the same with OpenAI's random-length `obfuscation` field, which its API adds by default
 * - escaped: everything outside ASCII as \uXXXX (hosts written in Python), and every second word with an escape
 * - short: 24 deltas, for what is measured per request
 */
export function chatAnswer(scenario: Scenario): Answer {
  const random = mulberry32(seed);
  const deltas = scenario === 'short' ? 24 : 50_000;
  const words = scenario === 'escaped' ? [...ascii.slice(0, 8), ...escapes, ...foreign] : vocabulary;
  const encode = scenario === 'escaped' ? asciiJson : JSON.stringify;
  const parts: string[] = [];
  const push = (choices: string, usage = 'null'): void => {
    const noise = scenario === 'obfuscated' ? `,"obfuscation":"${letters(random, 1 + Math.floor(random() * 16))}"` : '';
    parts.push(chunk(choices, usage, noise));
  };
  push(firstChoice);
  let text = '';
  let firstDeltaEnd = 0;
  for (let at = 0; at < deltas; at++) {
    const word = words[Math.floor(random() * words.length)]!;
    text += word;
    push(choice(`{"content":${encode(word)}}`));
    if (at === 0) firstDeltaEnd = Buffer.byteLength(parts.join(''));
  }
  const inputTokens = 1234;
  push(lastChoice);
  push('', usageOf(inputTokens, deltas));
  parts.push(done);
  return { bytes: Buffer.from(parts.join('')), firstDeltaEnd, deltas, text, inputTokens, outputTokens: deltas };
}

/** One event of a chat.completion stream, its `choices` and `usage` given as JSON. */
export function chunk(choices: string, usage = 'null', noise = ''): string {
  return (
    'data: {"id":"chatcmpl-CkA81rGq2mVYw0cT5oXhN9dLzE4Pb","object":"chat.completion.chunk","created":1795305600,' +
    '"model":"gpt-5.4-2026-03-05","service_tier":"default","system_fingerprint":"fp_8c1f2e90ab",' +
    `"choices":[${choices}],"usage":${usage}${noise}}\n\n`
  );
}

export const choice = (delta: string, finish = 'null'): string =>
  `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}`;
export const firstChoice = choice('{"role":"assistant","content":"","refusal":null}');
export const lastChoice = choice('{}', '"stop"');
export const done = 'data: [DONE]\n\n';

export const usageOf = (input: number, output: number): string =>
  `{"prompt_tokens":${input},"completion_tokens":${output},"total_tokens":${input + output},` +
  '"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},' +
  '"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}';

const ascii = [
  ' a', ' the', ' of', '.', ',', ' return', ' value', ' function', ' undefined', ' internationalisation', '(', ');', ' const', ' is',
  'ing', ' Promise', ' -', ' 42', ' extension', ' and', ' x', ' characteristically', ':', ' to',
]; // prettier-ignore
const escapes = ['\n', '\n\n', ' "', '":', '\\n'];
const foreign = [' café', '字符', ' naïve', '🎉', ' →'];
const vocabulary = [...ascii, ...ascii.slice(0, 6), ...escapes, ...foreign];

const asciiJson = (text: string): string =>
  JSON.stringify(text).replace(/[\u0080-\uffff]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

function letters(random: () => number, length: number): string {
  let text = '';
  for (let at = 0; at < length; at++) text += alphabet[Math.floor(random() * alphabet.length)]!;
  return text;
}
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Small seeded generator (public domain, Tommy Ettinger): the bench must send the same bytes on every machine. */
export function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
