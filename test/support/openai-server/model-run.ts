import type { BilledUsage } from '../loopback/request-log.ts';
import type { Faults, ReplyScript, Script } from '../loopback/script.ts';
import type { ChatRequest } from './chat-request.ts';
import { demoAnswer } from './demo/demo-model.ts';
import type { Exchange } from './exchange.ts';
import type { ServedModel } from './models.ts';
import { planReply } from './planned-reply.ts';
import type { PlannedReply } from './planned-reply.ts';
import { isCacheable } from './prompt-cache.ts';
import { promptTokens } from './prompt-tokens.ts';
import type { PromptTokens } from './prompt-tokens.ts';
import type { RequestImage } from './request-images.ts';
import { loadTokenizer } from './tokenizer.ts';
import type { EncodingName, Tokenizer } from './tokenizer.ts';
import type { CountedUsage } from './usage.ts';

/** A request the API would accept, and what it weighs. A request of either wire, told in Chat's words. */
export interface WeighedRequest {
  readonly request: ChatRequest;
  readonly model: ServedModel;
  readonly images: readonly RequestImage[];
  readonly prompt: PromptTokens;
  readonly tokenizer: Tokenizer;
}

/** What the model will say to it, before it is put on either wire. */
export interface ModelRun extends WeighedRequest {
  readonly reply: PlannedReply;
  readonly usage: CountedUsage;
  /** The vendor keeps the figures to itself, as scripted. */
  readonly unreported: boolean;
  readonly faults: Faults;
}

export async function weigh(
  request: ChatRequest,
  model: ServedModel,
  images: readonly RequestImage[],
  encoding: EncodingName,
): Promise<WeighedRequest> {
  const tokenizer = await loadTokenizer(encoding);
  const prompt = promptTokens(request, tokenizer, index =>
    images.reduce((sum, image) => sum + (image.messageIndex === index ? image.tokens : 0), 0),
  );
  return { request, model, images, prompt, tokenizer };
}

/**
 * Takes the request from the limits, lets the model answer, and settles the limits once the answer is out.
 * @throws ApiError 429 where the limits are used up
 */
export async function runModel(
  exchange: Exchange,
  key: string,
  weighed: WeighedRequest,
  script: Script | undefined,
  send: (run: ModelRun) => Promise<void>,
): Promise<void> {
  const settleLimits = takeFromLimits(exchange, key, weighed);
  const replyScript = script?.kind === 'reply' ? script : undefined;
  const reply = answerTo(exchange, weighed, replyScript);
  const usage = fullUsage(exchange, key, weighed, reply, replyScript);
  try {
    await send({ ...weighed, reply, usage, unreported: replyScript?.usage === null, faults: script?.faults ?? {} });
  } finally {
    const { billed } = exchange.record;
    settleLimits(billed === undefined ? usage.promptTokens : billed.promptTokens + billed.completionTokens);
  }
}

/** @returns to be told how many tokens it was in the end */
function takeFromLimits(exchange: Exchange, key: string, weighed: WeighedRequest): (used: number) => void {
  const { request, model, prompt } = weighed;
  const { limiter, settings } = exchange.state;
  const reserved = prompt.total + (request.max_completion_tokens ?? request.max_tokens ?? 0);
  exchange.rateHeaders = limiter.take(key, model.id, reserved, settings.limits);
  return used => limiter.settle(key, model.id, reserved, used, settings.limits);
}

function answerTo(exchange: Exchange, weighed: WeighedRequest, script: ReplyScript | undefined): PlannedReply {
  const { request, model, images, tokenizer } = weighed;
  exchange.record.answeredBy = script === undefined ? 'demo' : 'reply';
  const answer = script ?? demoAnswer(request, images);
  return planReply(answer, request, model, tokenizer, () => `call_${exchange.state.world.newId()}`);
}

function fullUsage(
  exchange: Exchange,
  key: string,
  { request, model, prompt }: WeighedRequest,
  reply: PlannedReply,
  script: ReplyScript | undefined,
): CountedUsage {
  const { cache, settings } = exchange.state;
  const override = script?.usage ?? {};
  const cached = override.cachedTokens ?? (settings.cache.enabled ? cache.cachedTokens(key, request, prompt) : 0);
  const writes =
    settings.cache.enabled && model.cacheWrites === true && isCacheable(prompt) ? prompt.total - cached : 0;
  return {
    model: request.model,
    promptTokens: override.promptTokens ?? prompt.total,
    completionTokens: reply.completionTokens * (request.n ?? 1),
    cachedTokens: cached,
    cacheWriteTokens: override.cacheWriteTokens ?? writes,
    reasoningTokens: reply.reasoningTokens,
    imageTokens: prompt.image,
  };
}

/** One event of a stream with what it means to pace and bill. */
export interface StreamChunk {
  readonly data: string;
  /** The model text in it. */
  readonly text: string;
  /** Thinking that is shown: it takes its time, and is billed with all of the thinking. */
  readonly thought?: string;
}

/** A whole answer at once. @param reported whether the body tells the usage */
export async function sendWhole(exchange: Exchange, run: ModelRun, body: string, reported: boolean): Promise<void> {
  const { reply, usage, faults } = run;
  // Worked out before the first byte leaves: a client that hangs up meanwhile pays for all of it.
  exchange.record.billed = { ...usage, reported: false };
  const answer = exchange.answer(faults);
  await answer.compose(reply.deltas.join('').length);
  const bytes = Buffer.from(body);
  const headers = exchange.headers('application/json');
  await answer.head(200, { ...headers, 'content-length': String(bytes.length) });
  await answer.write(bytes);
  await answer.end();
  exchange.record.billed = { ...usage, reported };
}

/** An answer event by event. @param reported whether one of them tells the usage */
export async function sendStream(
  exchange: Exchange,
  run: ModelRun,
  events: Iterable<StreamChunk>,
  reported: boolean,
): Promise<void> {
  const { reply, usage, faults, tokenizer } = run;
  const answer = exchange.answer(faults);
  let sent = '';
  exchange.record.billed = billedSoFar(usage, 0);
  try {
    await answer.head(200, { ...exchange.headers('text/event-stream; charset=utf-8'), 'cache-control': 'no-cache' });
    for (const { data, text, thought = '' } of events) {
      // Said before it is written: what was generated is billed, whether or not it arrived.
      sent += text;
      await answer.write(data, text.length + thought.length);
    }
    await answer.end();
    exchange.record.billed =
      reply.failure === undefined ? { ...usage, reported } : billedSoFar(usage, tokenizer.count(sent));
  } catch (error) {
    exchange.record.billed = billedSoFar(usage, tokenizer.count(sent));
    throw error;
  }
}

/** A stream that ends early is billed for its prompt, its thinking, and what was said until then. */
function billedSoFar(usage: CountedUsage, said: number): BilledUsage {
  const completionTokens = Math.min(usage.completionTokens, usage.reasoningTokens + said);
  return { ...usage, completionTokens, reported: false };
}
