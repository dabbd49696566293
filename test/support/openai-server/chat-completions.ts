import type { BilledUsage } from '../loopback/request-log.ts';
import type { ReplyScript, Script } from '../loopback/script.ts';
import type { ChatRequest } from './chat-request.ts';
import { completion, completionChunks } from './chat-wire.ts';
import type { Envelope } from './chat-wire.ts';
import { demoAnswer } from './demo/demo-model.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { ServedModel } from './models.ts';
import { planReply } from './planned-reply.ts';
import type { PlannedReply } from './planned-reply.ts';
import { isCacheable } from './prompt-cache.ts';
import { promptTokens } from './prompt-tokens.ts';
import type { PromptTokens } from './prompt-tokens.ts';
import { requestImages } from './request-images.ts';
import type { RequestImage } from './request-images.ts';
import { checkRules } from './request-rules.ts';
import { loadTokenizer } from './tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wireUsage } from './usage.ts';
import type { CountedUsage } from './usage.ts';
import { schemaViolations } from './violations.ts';

/** A request the API would accept, and what it weighs. */
interface Accepted {
  readonly request: ChatRequest;
  readonly model: ServedModel;
  readonly images: readonly RequestImage[];
  readonly prompt: PromptTokens;
  readonly tokenizer: Tokenizer;
}

/**
 * `POST /v1/chat/completions`, as its API reference of November 2026 has it.
 * @param script a reply, or faults for the demo model's
 * @throws ApiError for what the API refuses
 */
export async function chatCompletions(
  exchange: Exchange,
  key: string,
  body: unknown,
  script: Script | undefined,
): Promise<void> {
  const accepted = await accept(exchange, body);
  const settleLimits = takeFromLimits(exchange, key, accepted);
  const reply = answerTo(exchange, accepted, script?.kind === 'reply' ? script : undefined);
  const usage = fullUsage(exchange, key, accepted, reply, script?.kind === 'reply' ? script : undefined);
  const unreported = script?.kind === 'reply' && script.usage === null;
  try {
    const send = accepted.request.stream === true ? sendStream : sendWhole;
    await send(exchange, { ...accepted, reply, usage, unreported, faults: script?.faults ?? {} });
  } finally {
    const { billed } = exchange.record;
    settleLimits(billed === undefined ? usage.promptTokens : billed.promptTokens + billed.completionTokens);
  }
}

/** Notes every violation without answering, for requests that a script answers come what may. */
export async function noteViolations(exchange: Exchange, body: unknown): Promise<void> {
  try {
    await accept(exchange, body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 400 && error.code !== 'context_length_exceeded') exchange.noteViolation(error);
  }
}

async function accept(exchange: Exchange, body: unknown): Promise<Accepted> {
  const violations = schemaViolations('CreateChatCompletionRequest', body);
  exchange.record.violations.push(...violations);
  const [first] = violations;
  if (first !== undefined) throw badRequest(first.message, first.param, first.code);
  const request = body as ChatRequest;
  const model = findModel(exchange, request.model);
  checkRules(request, model);
  const images = requestImages(request, model);
  const tokenizer = await loadTokenizer();
  const prompt = promptTokens(request, tokenizer, index =>
    images.reduce((sum, image) => sum + (image.messageIndex === index ? image.tokens : 0), 0),
  );
  checkContext(prompt.total, request, model);
  return { request, model, images, prompt, tokenizer };
}

function findModel(exchange: Exchange, id: string): ServedModel {
  const model = exchange.state.models().find(id);
  if (model === undefined) {
    const message = `The model \`${id}\` does not exist or you do not have access to it.`;
    throw new ApiError(404, message, { code: 'model_not_found' });
  }
  if (model.api === 'responses') {
    const message = 'This model is only supported in v1/responses and not in v1/chat/completions.';
    throw new ApiError(404, message, { param: 'model' });
  }
  return model;
}

function checkContext(promptCount: number, request: ChatRequest, model: ServedModel): void {
  const answer = request.max_completion_tokens ?? request.max_tokens ?? 0;
  if (promptCount + answer <= model.context) return;
  const asked = answer === 0 ? '' : ` (${promptCount} in the messages, ${answer} in the completion)`;
  const message = `This model's maximum context length is ${model.context} tokens. However, your messages resulted in ${promptCount + answer} tokens${asked}. Please reduce the length of the messages${answer === 0 ? '' : ' or completion'}.`;
  throw badRequest(message, 'messages', 'context_length_exceeded');
}

/** @returns to be told how many tokens it was in the end */
function takeFromLimits(exchange: Exchange, key: string, accepted: Accepted): (used: number) => void {
  const { request, model, prompt } = accepted;
  const { limiter, settings } = exchange.state;
  const reserved = prompt.total + (request.max_completion_tokens ?? request.max_tokens ?? 0);
  exchange.rateHeaders = limiter.take(key, model.id, reserved, settings.limits);
  return used => limiter.settle(key, model.id, reserved, used, settings.limits);
}

function answerTo(exchange: Exchange, accepted: Accepted, script: ReplyScript | undefined): PlannedReply {
  const { request, model, images, tokenizer } = accepted;
  exchange.record.answeredBy = script === undefined ? 'demo' : 'reply';
  const answer = script ?? demoAnswer(request, images);
  return planReply(answer, request, model, tokenizer, () => `call_${exchange.state.world.newId()}`);
}

function fullUsage(
  exchange: Exchange,
  key: string,
  { request, model, prompt }: Accepted,
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

interface Sending extends Accepted {
  readonly reply: PlannedReply;
  readonly usage: CountedUsage;
  /** The vendor keeps the figures to itself, as scripted. */
  readonly unreported: boolean;
  readonly faults: NonNullable<Script['faults']>;
}

function envelopeOf(exchange: Exchange, { request, reply }: Sending): Envelope {
  const { world } = exchange.state;
  const created = Math.floor(exchange.record.at / 1000);
  return { id: `chatcmpl-${world.newId()}`, created, model: reply.model, choices: request.n ?? 1 };
}

async function sendWhole(exchange: Exchange, sending: Sending): Promise<void> {
  const { reply, usage, unreported, faults } = sending;
  // Worked out before the first byte leaves: a client that hangs up meanwhile pays for all of it.
  exchange.record.billed = { ...usage, reported: false };
  const answer = exchange.answer(faults);
  await answer.compose(reply.deltas.join('').length);
  const bytes = Buffer.from(
    completion(envelopeOf(exchange, sending), reply, unreported ? undefined : wireUsage(usage)),
  );
  const headers = exchange.headers('application/json');
  await answer.head(200, { ...headers, 'content-length': String(bytes.length) });
  await answer.write(bytes);
  await answer.end();
  exchange.record.billed = { ...usage, reported: !unreported };
}

async function sendStream(exchange: Exchange, sending: Sending): Promise<void> {
  const { request, reply, usage, unreported, faults, tokenizer } = sending;
  const include = request.stream_options?.include_usage === true && !unreported;
  const answer = exchange.answer(faults);
  let sent = '';
  exchange.record.billed = billedSoFar(usage, 0);
  try {
    await answer.head(200, { ...exchange.headers('text/event-stream; charset=utf-8'), 'cache-control': 'no-cache' });
    for (const chunk of completionChunks(
      envelopeOf(exchange, sending),
      reply,
      include ? wireUsage(usage) : undefined,
    )) {
      // Said before it is written: what was generated is billed, whether or not it arrived.
      sent += chunk.text;
      await answer.write(chunk.data, chunk.text.length);
    }
    await answer.end();
    exchange.record.billed = { ...usage, reported: include };
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
