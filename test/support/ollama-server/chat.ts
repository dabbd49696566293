import type { Faults, Script } from '../loopback/script.ts';
import { type Exchange, Refusal } from '../loopback/vendor-server.ts';
import { loadTokenizer } from '../openai-server/tokenizer.ts';
import { type ChatRequest, schemaViolations } from './chat-request.ts';
import { checkChat, silentTrouble } from './chat-rules.ts';
import { findServed, type ServedModel } from './models.ts';
import type { LoadedModels } from './loaded-models.ts';
import { countPrompt, linesOf, planReply, type Reply, wholeOf } from './reply.ts';
import type { OllamaServerSettings } from './settings.ts';

export type OllamaExchange = Exchange<OllamaServerSettings>;

interface Accepted {
  readonly request: ChatRequest;
  readonly model: ServedModel;
}

/** What is wrong with a chat request is noted, whatever is answered. @throws Refusal for what the server refuses */
export function acceptChat({ record, settings }: OllamaExchange): Accepted {
  record.violations.push(...schemaViolations(record.body));
  if (record.violations.length > 0) throw new Refusal(400, record.violations[0]!.message);
  const request = record.body as ChatRequest;
  const model = findServed(settings.models, request.model);
  if (!model) throw new Refusal(404, `model '${request.model}' not found`);
  record.violations.push(...silentTrouble(request, model));
  checkChat(request, model);
  return { request, model };
}

/** POST /api/chat */
export async function chat(exchange: OllamaExchange, loaded: LoadedModels, script: Script | undefined): Promise<void> {
  const { record, settings } = exchange;
  const { request, model } = acceptChat(exchange);
  const tokenizer = await loadTokenizer(settings.encoding);
  const counted = countPrompt(request, tokenizer);
  // A machine with little memory; in the cloud a model has all of its context (docs/context-length.mdx, read 2026-11-28).
  const usual = /[:-]cloud$/.test(model.name) ? model.contextLength : 4096;
  const context = Math.min(request.options?.num_ctx ?? usual, model.contextLength);
  loaded.load(model.name, context);
  if (counted > context && request.truncate === false)
    throw new Refusal(
      400,
      `the prompt is longer than the context length currently available to the model (${context})`,
    );
  const reply = planReply(request, script?.kind === 'reply' ? script : {}, counted, settings, tokenizer);
  record.answeredBy = script?.kind === 'reply' ? 'reply' : 'demo';
  bill(exchange, reply, false);
  await (request.stream === false ? sendWhole : sendStream)(exchange, reply, script?.faults ?? {});
  bill(exchange, reply, reply.failure === undefined && 'eval_count' in reply.figures);
}

/** Nobody is billed for it; but what ran is told, as the ledger must tell it too. */
function bill({ record }: OllamaExchange, reply: Reply, reported: boolean): void {
  const { model, promptTokens, answerTokens: completionTokens, cachedTokens } = reply;
  const none = { cacheWriteTokens: 0, reasoningTokens: 0, imageTokens: 0 };
  record.billed = { model, promptTokens, completionTokens, cachedTokens, ...none, reported };
}

const now = (): string => new Date().toISOString();

const sendStream = (exchange: OllamaExchange, reply: Reply, faults: Faults): Promise<void> =>
  exchange.sendLines(linesOf(reply, now), faults);

const sendWhole = (exchange: OllamaExchange, reply: Reply, faults: Faults): Promise<void> =>
  reply.failure === undefined
    ? exchange.sendJson(wholeOf(reply, now()), faults)
    : exchange.refuse(new Refusal(500, reply.failure), faults);
