import type { Faults, Script } from '../loopback/script.ts';
import { loadTokenizer } from '../openai-server/tokenizer.ts';
import { type ChatRequest, schemaViolations } from './chat-request.ts';
import { checkChat, silentTrouble } from './chat-rules.ts';
import { ApiError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { findServed, type ServedModel } from './models.ts';
import { countPrompt, linesOf, planReply, type Reply, wholeOf } from './reply.ts';

interface Accepted {
  readonly request: ChatRequest;
  readonly model: ServedModel;
}

/** What is wrong with a chat request is noted, whatever is answered. @throws ApiError for what the server refuses */
export function acceptChat({ record, state }: Exchange, body: unknown): Accepted {
  record.violations.push(...schemaViolations(body));
  if (record.violations.length > 0) throw new ApiError(400, record.violations[0]!.message);
  const request = body as ChatRequest;
  const model = findServed(state.settings.models, request.model);
  if (!model) throw new ApiError(404, `model '${request.model}' not found`);
  record.violations.push(...silentTrouble(request, model));
  checkChat(request, model);
  return { request, model };
}

/** POST /api/chat */
export async function chat(exchange: Exchange, body: unknown, script: Script | undefined): Promise<void> {
  const { record, state } = exchange;
  const { request, model } = acceptChat(exchange, body);
  const tokenizer = await loadTokenizer();
  const counted = countPrompt(request, tokenizer);
  // A machine with little memory; in the cloud a model has all of its context (docs/context-length.mdx, read 2026-11-28).
  const usual = /[:-]cloud$/.test(model.name) ? model.contextLength : 4096;
  const context = Math.min(request.options?.num_ctx ?? usual, model.contextLength);
  state.load(model.name, context);
  if (counted > context && request.truncate === false)
    throw new ApiError(
      400,
      `the prompt is longer than the context length currently available to the model (${context})`,
    );
  const reply = planReply(request, script?.kind === 'reply' ? script : {}, counted, state, tokenizer);
  record.answeredBy = script?.kind === 'reply' ? 'reply' : 'demo';
  bill(exchange, reply, false);
  await (request.stream === false ? sendWhole : sendStream)(exchange, reply, script?.faults ?? {});
  bill(exchange, reply, reply.failure === undefined && 'eval_count' in reply.figures);
}

/** Nobody is billed for it; but what ran is told, as the ledger must tell it too. */
function bill({ record }: Exchange, reply: Reply, reported: boolean): void {
  const { model, promptTokens, answerTokens: completionTokens, cachedTokens } = reply;
  const none = { cacheWriteTokens: 0, reasoningTokens: 0, imageTokens: 0 };
  record.billed = { model, promptTokens, completionTokens, cachedTokens, ...none, reported };
}

const now = (): string => new Date().toISOString();

async function sendStream(exchange: Exchange, reply: Reply, faults: Faults): Promise<void> {
  const answer = exchange.answer(faults);
  await answer.head(200, { 'content-type': 'application/x-ndjson' });
  for (const { line, text } of linesOf(reply, now)) await answer.write(`${JSON.stringify(line)}\n`, text.length);
  await answer.end();
}

async function sendWhole(exchange: Exchange, reply: Reply, faults: Faults): Promise<void> {
  if (reply.failure !== undefined) return exchange.sendError(new ApiError(500, reply.failure), faults);
  await exchange.send(200, 'application/json; charset=utf-8', JSON.stringify(wholeOf(reply, now())), faults);
}
