import type { BilledUsage } from '../loopback/request-log.ts';
import type { Faults, Script } from '../loopback/script.ts';
import { demoAnswer } from '../openai-server/demo/demo-model.ts';
import type { RequestImage } from '../openai-server/request-images.ts';
import { loadTokenizer, type Tokenizer } from '../openai-server/tokenizer.ts';
import { asChat } from './as-chat.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { errorType, messageEvents, type Telling, wholeMessage } from './message-events.ts';
import { type MessagesRequest, shapeViolations } from './messages-request.ts';
import { findServed, type ServedModel } from './models.ts';
import { planAnswer, type PlannedAnswer } from './planned-answer.ts';
import { type PromptPart, promptParts, totalTokens } from './prompt-parts.ts';
import { checkImages } from './request-images.ts';
import { checkRules } from './request-rules.ts';

/** A request the API would accept, and what it weighs. */
export interface Accepted {
  readonly request: MessagesRequest;
  readonly model: ServedModel;
  readonly images: readonly RequestImage[];
  readonly parts: readonly PromptPart[];
  readonly tokenizer: Tokenizer;
}

/** @throws ApiError for what the API refuses; all that the reference forbids is logged as well */
export async function acceptMessages(exchange: Exchange, body: unknown): Promise<Accepted> {
  const violations = shapeViolations(body);
  for (const violation of violations) exchange.noteViolation(violation);
  const [first] = violations;
  if (first !== undefined) throw badRequest(first);
  const request = body as MessagesRequest;
  const model = findServed(request.model);
  if (model === undefined) throw new ApiError(404, `model: ${request.model}`);
  checkRules(request, model);
  const { images, tokensOf } = checkImages(request, model);
  const tokenizer = await loadTokenizer(exchange.state.settings.encoding);
  const parts = promptParts(request, model.id, tokenizer, tokensOf);
  const total = totalTokens(parts);
  if (total > model.context) throw badRequest(`prompt is too long: ${total} tokens > ${model.context} maximum`);
  return { request, model, images, parts, tokenizer };
}

/**
 * `POST /v1/messages`.
 * @param script a reply, or faults for the demo model's
 * @throws ApiError for what the API refuses
 */
export async function messages(
  exchange: Exchange,
  key: string,
  body: unknown,
  script: Script | undefined,
): Promise<void> {
  const accepted = await acceptMessages(exchange, body);
  const { request, model, parts } = accepted;
  const { limiter, settings, cache, world } = exchange.state;
  const who = `${key} ${model.id}`;
  const wanted = { requests: 1, inputTokens: totalTokens(parts), outputTokens: request.max_tokens };
  exchange.rateHeaders = limiter.take(who, wanted, settings.limits);
  const reply = script?.kind === 'reply' ? script : undefined;
  exchange.record.answeredBy = reply ? 'reply' : 'demo';
  const answer = planAnswer(reply ?? demo(accepted), request, model, accepted.tokenizer, world.newId);
  const used = cache.use(who, parts, model.leastCached, world.now());
  const override = reply?.usage ?? {};
  const billed = {
    model: request.model,
    promptTokens: override.promptTokens ?? totalTokens(parts),
    completionTokens: answer.outputTokens,
    cachedTokens: override.cachedTokens ?? used.read,
    cacheWriteTokens: override.cacheWriteTokens ?? used.written5m + used.written1h,
    reasoningTokens: answer.thinkingTokens,
    imageTokens: accepted.images.reduce((sum, { tokens }) => sum + tokens, 0),
  };
  const telling: Telling = {
    id: `msg_${world.newId()}`,
    requestId: exchange.record.requestId,
    answer,
    billed,
    cache: used,
    unreported: reply?.usage === null,
  };
  const faults = script?.faults ?? {};
  await (request.stream === true
    ? sendStream(exchange, telling, faults, accepted.tokenizer)
    : sendWhole(exchange, telling, faults));
}

function demo({ request, images }: Accepted): ReturnType<typeof demoAnswer> {
  const { chat, indexOf } = asChat(request);
  return demoAnswer(
    chat,
    images.map(image => ({ ...image, messageIndex: indexOf(image.messageIndex) })),
  );
}

async function sendWhole(exchange: Exchange, telling: Telling, faults: Faults): Promise<void> {
  const { answer, billed, unreported } = telling;
  if (answer.failure) {
    const error = new ApiError(500, answer.failure.message, { type: errorType(answer.failure.code) });
    return exchange.sendError(error, faults);
  }
  // Worked out before the first byte leaves: a client that hangs up meanwhile pays for all of it.
  exchange.record.billed = { ...billed, reported: false };
  await exchange.send(200, 'application/json', wholeMessage(telling), faults);
  exchange.record.billed = { ...billed, reported: !unreported };
}

async function sendStream(exchange: Exchange, telling: Telling, faults: Faults, tokenizer: Tokenizer): Promise<void> {
  const { answer: planned, billed, unreported } = telling;
  const answer = exchange.answer(faults);
  let sent = '';
  const soFar = (): BilledUsage => ({
    ...billed,
    completionTokens: saidSoFar(planned, tokenizer.count(sent)),
    reported: false,
  });
  exchange.record.billed = soFar();
  try {
    await answer.head(200, { ...exchange.headers('text/event-stream; charset=utf-8'), 'cache-control': 'no-cache' });
    for (const { data, text } of messageEvents(telling)) {
      // Said before it is written: what was generated is billed, whether or not it arrived.
      sent += text;
      await answer.write(data, text.length);
    }
    await answer.end();
    exchange.record.billed = planned.failure ? soFar() : { ...billed, reported: !unreported };
  } catch (error) {
    exchange.record.billed = soFar();
    throw error;
  }
}

/** A stream that ends early is billed for its prompt, its thinking, and what was said until then. */
const saidSoFar = ({ outputTokens, thinkingTokens }: PlannedAnswer, said: number): number =>
  Math.min(outputTokens, thinkingTokens + said);
