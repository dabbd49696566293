import type { Script } from '../../loopback/script.ts';
import { badRequest } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { runModel, sendStream, sendWhole, weigh } from '../model-run.ts';
import type { ModelRun, WeighedRequest } from '../model-run.ts';
import type { ServedModel } from '../models.ts';
import { requestImages } from '../request-images.ts';
import { asChat } from './as-chat.ts';
import { checkConversation, conversationOf } from './conversation.ts';
import { responsesViolations } from './request-shape.ts';
import { responseEvents } from './response-events.ts';
import { responseObject, responseUsage } from './response-object.ts';
import type { ResponseIdentity, ResponseState } from './response-object.ts';
import { incompleteReason, outputItems } from './response-output.ts';
import type { OutputItem } from './response-output.ts';
import type { ConversationItem, ResponsesRequest } from './responses-request.ts';
import { isMessage } from './responses-request.ts';
import { checkRules, findModel } from './responses-rules.ts';

/** A request the API would accept: as it was sent, all it shows the model, and what that weighs. */
interface AcceptedResponses {
  readonly request: ResponsesRequest;
  readonly items: readonly ConversationItem[];
  readonly weighed: WeighedRequest;
}

/**
 * `POST /v1/responses`, as its API reference of November 2026 has it: text, images, function tools and reasoning, stored
 * or not. Not served: files, the vendor's own tools, background, conversations, prompts.
 * @param script a reply, or faults for the demo model's
 * @throws ApiError for what the API refuses
 */
export async function responses(
  exchange: Exchange,
  key: string,
  body: unknown,
  script: Script | undefined,
): Promise<void> {
  const accepted = await acceptResponses(exchange, body);
  await runModel(exchange, key, accepted.weighed, script, run => sendResponse(exchange, accepted, run));
}

/** @throws ApiError for what the API refuses; what the schema forbids is logged as well */
export async function acceptResponses(exchange: Exchange, body: unknown): Promise<AcceptedResponses> {
  const violations = responsesViolations(body);
  exchange.record.violations.push(...violations);
  const [first] = violations;
  if (first !== undefined) throw badRequest(first.message, first.param, first.code);
  const request = body as ResponsesRequest;
  const model = findModel(exchange, request.model);
  checkRules(request, model);
  const memory = exchange.state.responses;
  const items = conversationOf(request, memory);
  checkConversation(items, request.model, memory);
  return fitting(exchange, request, model, items);
}

/** With `truncation: 'auto'` the oldest turns are dropped until the rest fits. */
async function fitting(
  exchange: Exchange,
  request: ResponsesRequest,
  model: ServedModel,
  items: readonly ConversationItem[],
): Promise<AcceptedResponses> {
  for (let shown = items; ;) {
    const chat = asChat(request, shown, exchange.state.responses);
    const images = requestImages(chat.request, model, chat.whereImages);
    const weighed = await weigh(chat.request, model, images, exchange.state.settings.encoding);
    if (weighed.prompt.total <= model.context) return { request, items: shown, weighed };
    const next = shown.findIndex((item, index) => index > 0 && isMessage(item) && item.role === 'user');
    if (request.truncation !== 'auto' || next < 0) {
      const message = 'Your input exceeds the context window of this model. Please adjust your input and try again.';
      throw badRequest(message, 'input', 'context_length_exceeded');
    }
    shown = shown.slice(next);
  }
}

async function sendResponse(exchange: Exchange, accepted: AcceptedResponses, run: ModelRun): Promise<void> {
  const { request } = accepted;
  const { reply, usage, model, unreported } = run;
  const { newId } = exchange.state.world;
  const createdAt = Math.floor(exchange.record.at / 1000);
  const identity: ResponseIdentity = { id: `resp_${newId()}`, createdAt, model: reply.model };
  const sealed = request.include?.includes('reasoning.encrypted_content') === true;
  const summary = (request.reasoning?.summary ?? null) !== null;
  const output = outputItems(run, { sealed, summary, newId });
  const { failure } = reply;
  const counted = unreported || failure !== undefined ? undefined : responseUsage(usage);
  const state = (now: ResponseState): Record<string, unknown> => ({
    ...responseObject(identity, request, model, now),
    ...exchange.state.host.response,
  });
  const ended = failure === undefined ? endState(exchange, run, output, counted) : failedState(failure);
  if (failure === undefined) remember(exchange, accepted, { identity, output, sealed, tokens: reply.reasoningTokens });
  if (request.stream !== true) {
    return sendWhole(exchange, run, `${JSON.stringify(state(ended), undefined, 2)}\n`, counted !== undefined);
  }
  const events = responseEvents({
    begun: state({ status: 'in_progress' }),
    ended: state(ended),
    endEvent: `response.${ended.status}`,
    output,
    deltas: reply.deltas,
    failure,
    obfuscate: request.stream_options?.include_obfuscation !== false,
  });
  await sendStream(exchange, run, events, counted !== undefined);
}

type EndState = ResponseState & { readonly status: 'completed' | 'incomplete' | 'failed' };

function endState(
  exchange: Exchange,
  { reply }: ModelRun,
  output: readonly OutputItem[],
  usage: Record<string, unknown> | undefined,
): EndState {
  const incomplete = incompleteReason(reply);
  if (incomplete !== undefined) return { status: 'incomplete', output, incomplete, usage };
  return { status: 'completed', output, usage, completedAt: Math.floor(exchange.state.world.now() / 1000) };
}

function failedState(failure: NonNullable<ModelRun['reply']['failure']>): EndState {
  return { status: 'failed', failure };
}

interface Made {
  readonly identity: ResponseIdentity;
  readonly output: readonly OutputItem[];
  readonly sealed: boolean;
  readonly tokens: number;
}

/** What a later request may come back to. */
function remember(
  exchange: Exchange,
  { request, items }: AcceptedResponses,
  { identity, output, sealed, tokens }: Made,
): void {
  const memory = exchange.state.responses;
  const reasoning = output.find(item => item.type === 'reasoning');
  for (const item of output) {
    if (item.type !== 'function_call' || reasoning === undefined) continue;
    const { id: itemId, call_id: callId } = item;
    memory.noteCall(callId, { itemId, model: request.model, reasoningId: reasoning.id, encrypted: sealed });
  }
  if (request.store === false) return;
  exchange.record.stored = true;
  memory.store(identity.id, [...items, ...output], output, tokens);
}
