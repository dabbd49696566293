import type { Script } from '../loopback/script.ts';
import type { ChatRequest } from './chat-request.ts';
import { completion, completionChunks } from './chat-wire.ts';
import type { Envelope } from './chat-wire.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { runModel, sendStream, sendWhole, weigh } from './model-run.ts';
import type { ModelRun, WeighedRequest } from './model-run.ts';
import type { ServedModel } from './models.ts';
import { requestImages } from './request-images.ts';
import { checkRules } from './request-rules.ts';
import { wireUsage } from './usage.ts';
import { schemaViolations } from './violations.ts';

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
  const accepted = await acceptChat(exchange, body);
  await runModel(exchange, key, accepted, script, run => sendChat(exchange, run));
}

/** @throws ApiError for what the API refuses; what the schema forbids is logged as well */
export async function acceptChat(exchange: Exchange, body: unknown): Promise<WeighedRequest> {
  const violations = schemaViolations('CreateChatCompletionRequest', body);
  exchange.record.violations.push(...violations);
  const [first] = violations;
  if (first !== undefined) throw badRequest(first.message, first.param, first.code);
  const request = body as ChatRequest;
  const model = findModel(exchange, request.model);
  checkRules(request, model);
  const weighed = await weigh(request, model, requestImages(request, model), exchange.state.settings.encoding);
  checkContext(weighed.prompt.total, request, model);
  return weighed;
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

async function sendChat(exchange: Exchange, run: ModelRun): Promise<void> {
  const { request, reply, usage, unreported, faults } = run;
  const envelope = envelopeOf(exchange, run);
  const writer = exchange.state.host.writer?.(exchange) ?? { whole: completion, chunks: completionChunks };
  if (request.stream === true) {
    const include = request.stream_options?.include_usage === true && !unreported;
    const chunks = writer.chunks(envelope, reply, include ? wireUsage(usage) : undefined);
    return sendStream(exchange, run, chunks, include);
  }
  const { failure } = reply;
  if (failure !== undefined) {
    const error = new ApiError(500, failure.message, { type: 'server_error', code: failure.code });
    return exchange.sendError(error, faults);
  }
  const body = writer.whole(envelope, reply, unreported ? undefined : wireUsage(usage));
  await sendWhole(exchange, run, body, !unreported);
}

function envelopeOf(exchange: Exchange, { request, reply }: ModelRun): Envelope {
  const { world, host } = exchange.state;
  const created = Math.floor(exchange.record.at / 1000);
  return { id: `chatcmpl-${world.newId()}`, created, model: reply.model, choices: request.n ?? 1, dress: host.chat };
}
