/**
 * The other end of the wire, a process of its own: answers POST /<scenario>/v1/chat/completions with that scenario's stream, in writes
 * of 64 KiB that pay no heed to where events end; the scenario "paced" one event at a time, at a model's pace. Tells its parent the
 * port, and ends with it.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Answer,
  chatAnswer,
  choice,
  chunk,
  done,
  firstChoice,
  lastChoice,
  type Scenario,
  scenarios,
  usageOf,
} from './chat-answer.ts';
import { pace, pacedDelta, pacedUsage } from './paced-stream.ts';

/** As many as api.openai.com sends, and the ones a client has to read. */
const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'access-control-expose-headers': 'X-Request-ID',
  'cf-cache-status': 'DYNAMIC',
  'openai-organization': 'org-bench',
  'openai-processing-ms': '231',
  'openai-version': '2020-10-01',
  'strict-transport-security': 'max-age=31536000; includeSubDomains; preload',
  'x-content-type-options': 'nosniff',
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-limit-tokens': '2000000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-remaining-tokens': '1999120',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-reset-tokens': '26ms',
  'x-request-id': 'req_bench',
};

const writeSize = 64 * 1024;
const answers = new Map<string, Answer>();

const server = createServer((request, response) => {
  const isPaced = request.url === '/paced/v1/chat/completions';
  const answer = isPaced ? undefined : answerFor(request.url ?? '');
  request.resume();
  request.once('end', () => {
    if (!answer && !isPaced) return response.writeHead(404).end();
    response.writeHead(200, headers);
    if (!answer) return sendPaced(response);
    return answer.deltas < 100 ? sendShort(response, answer) : send(response, answer.bytes, 0);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());

function answerFor(path: string): Answer | undefined {
  const name = path.split('/')[1] as Scenario;
  if (!scenarios.includes(name) || !path.endsWith('/chat/completions')) return undefined;
  let answer = answers.get(name);
  if (!answer) answers.set(name, (answer = chatAnswer(name)));
  return answer;
}

function send(response: ServerResponse, bytes: Buffer, from: number): void {
  for (let at = from; at < bytes.length; at += writeSize) {
    if (!response.write(bytes.subarray(at, at + writeSize))) {
      response.once('drain', () => send(response, bytes, at + writeSize));
      return;
    }
  }
  response.end();
}

/** The first delta at once, the rest a moment later, as a model would. */
function sendShort(response: ServerResponse, { bytes, firstDeltaEnd }: Answer): void {
  response.write(bytes.subarray(0, firstDeltaEnd));
  setImmediate(() => response.end(bytes.subarray(firstDeltaEnd)));
}

/** What is due in each millisecond of the pace; a new answer takes the next one, so that no client's haste makes its own crowd. */
const due = Array.from({ length: pace.everyMs }, () => new Set<() => void>());
let taken = 0;
let ticker: NodeJS.Timeout | undefined;

/** One event a write. Does not wait for a reader that is slow: what it reads late is late. */
function sendPaced(response: ServerResponse): void {
  let at = 0;
  response.write(chunk(firstChoice));
  const slot = due[taken++ % due.length]!;
  const send = (): void => {
    response.write(chunk(choice(`{"content":"${pacedDelta(at)}"}`)));
    if (++at < pace.deltas) return;
    slot.delete(send);
    const { inputTokens, outputTokens } = pacedUsage;
    response.end(chunk(lastChoice) + chunk('', usageOf(inputTokens, outputTokens)) + done);
  };
  slot.add(send);
  response.once('close', () => slot.delete(send));
  ticker ??= startTicker();
}

function startTicker(): NodeJS.Timeout {
  let tick = Math.floor(performance.now());
  return setInterval(() => {
    for (const now = performance.now(); tick < now; tick++) for (const send of due[tick % due.length]!) send();
  }, 1).unref();
}
