import { refusedLocally } from '../llm-error.ts';
import type { ModelFacts } from '../model-catalog.ts';
import type { ChatRequest, ReasoningEffort } from '../request.ts';
import { jsonIsMentioned } from '../structured-output.ts';
import { samplingAllowed } from './sampling.ts';

export type Api = 'chat' | 'responses';

/** How one request travels. */
export interface Route {
  readonly api: Api;
  /** What to send as reasoning effort; undefined leaves it to the model. */
  readonly effort: ReasoningEffort | undefined;
  /** What was changed or left out on the way, in sentences for a person. */
  readonly notices: readonly string[];
}

/**
 * Which of the two APIs a request goes to, and with which effort. Chat Completions, where it can do the job; Responses, where the
 * model is only there, or takes tools only there while it reasons: from gpt-5.4 on, Chat Completions answers 400 to tools unless the
 * effort is "none" (models page of 2026-11). A model of which
 * nothing is known is sent what it was asked for.
 * @throws LlmError ERR_REFUSED_LOCALLY where the API that was asked for cannot do it.
 */
export function route(
  request: ChatRequest,
  facts: ModelFacts | undefined,
  asked: Api | 'auto' = 'auto',
  responsesAre?: string,
): Route {
  if (!facts?.endpoints)
    return { api: asked === 'auto' ? 'chat' : asked, effort: request.reasoningEffort, notices: [] };
  const { effort, notice } = knownEffort(request, facts);
  const notices = notice ? [notice] : [];
  const { api, effort: sent, notice: why } = chooseApi(request, facts, effort, asked, responsesAre);
  if (why) notices.push(why);
  if (request.responseFormat?.type === 'json-object' && !jsonIsMentioned(request))
    notices.push('OpenAI refuses JSON mode unless a message mentions JSON.');
  if (request.temperature !== undefined && !samplingAllowed(facts, sent))
    notices.push(
      `temperature is left out: ${facts.name} takes none${facts.sampling === 'never' ? '' : ' while it reasons'}.`,
    );
  return { api, effort: sent, notices };
}

/** An effort the model does not have is left out, so that a setting made for one model does not break another. */
function knownEffort(
  { reasoningEffort }: ChatRequest,
  facts: ModelFacts,
): { effort?: ReasoningEffort; notice?: string } {
  const efforts = facts.reasoning?.efforts ?? [];
  if (reasoningEffort === undefined || efforts.includes(reasoningEffort))
    return reasoningEffort === undefined ? {} : { effort: reasoningEffort };
  // "none" to a model that does not reason is already so.
  if (reasoningEffort === 'none' && !facts.reasoning) return {};
  const choices = efforts.length > 0 ? `it has ${efforts.join(', ')}` : 'it takes no effort';
  return { notice: `Reasoning effort "${reasoningEffort}" is left out: ${facts.name} does not have it (${choices}).` };
}

interface Choice {
  readonly api: Api;
  readonly effort: ReasoningEffort | undefined;
  readonly notice?: string;
}

function chooseApi(
  { tools }: ChatRequest,
  facts: ModelFacts,
  effort: ReasoningEffort | undefined,
  asked: Api | 'auto',
  responsesAre = 'Set "pennyloom.api" to "auto" or "responses".',
): Choice {
  const { name, endpoints, reasoning } = facts;
  const has = (api: Api): boolean => endpoints?.includes(api) ?? true;
  const reasons = (effort ?? reasoning?.defaultEffort) !== 'none';
  const toolsWantResponses = tools?.length && reasoning?.toolsOnChatNeedEffortNone && reasons;
  const wanted: Api =
    asked !== 'auto' ? asked : !has('chat') || (toolsWantResponses && has('responses')) ? 'responses' : 'chat';
  if (!has(wanted)) {
    throw refusedLocally(
      wanted === 'chat'
        ? `${name} is not available over Chat Completions. ${responsesAre}`
        : `${name} is not available over Responses. Set "pennyloom.api" to "auto" or "chat".`,
      'api',
    );
  }
  if (wanted === 'responses' || !toolsWantResponses) return { api: wanted, effort };
  if (reasoning.efforts.includes('none'))
    return {
      api: 'chat',
      effort: 'none',
      notice: `${name} answers without reasoning: over Chat Completions it takes tools only so.`,
    };
  throw refusedLocally(`${name} cannot call tools over Chat Completions. ${responsesAre}`, 'api');
}
