import type { ModelFacts } from '../model-catalog.ts';
import type { ChatRequest, ReasoningEffort } from '../request.ts';
import type { ModelRules } from './model-rules.ts';
import type { WireOutputConfig, WireThinkingConfig } from './wire.ts';

type WireEffort = NonNullable<WireOutputConfig['effort']>;

/** How one request thinks, and what that leaves of the rest of its wishes. */
export interface ThinkingPlan {
  readonly thinking?: WireThinkingConfig;
  readonly effort?: WireEffort;
  /** "forced" is kept only where the model can be forced as it now thinks. */
  readonly forcedCalls: boolean;
  readonly temperature?: number;
  /** What was changed or left out on the way, in sentences for a person. */
  readonly notices: readonly string[];
}

export interface ThinkingContext {
  readonly name: string;
  readonly facts: ModelFacts | undefined;
  /** undefined for a model nobody has told us of. */
  readonly rules: ModelRules | undefined;
  readonly maxTokens: number;
  /** The running answer has called tools without having thought first: a model with a budget refuses to begin now. */
  readonly midTurnWithoutThinking: boolean;
}

/** The least budget the API takes; it must also be less than max_tokens. */
const leastBudget = 1024;

/** Our own translation of an effort into a budget, for models that know only budgets: doubled with each step. */
const budgets: { readonly [effort in ReasoningEffort]?: number } = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
};

/** Thinking is shown as a summary: on newer models the default is to send it empty, billed all the same. */
const adaptive: WireThinkingConfig = { type: 'adaptive', display: 'summarized' };

export function planThinking(request: ChatRequest, context: ThinkingContext): ThinkingPlan {
  const notices: string[] = [];
  const asked = thinkingAsked(request, context, notices);
  const forced = forcedOrNot(request, asked, context, notices);
  const temperature = temperatureOf(request, forced.thinking, context, notices);
  return { ...forced, ...(temperature !== undefined && { temperature }), notices };
}

type Asked = Pick<ThinkingPlan, 'thinking' | 'effort'>;

function thinkingAsked({ reasoningEffort }: ChatRequest, context: ThinkingContext, notices: string[]): Asked {
  const { rules, facts, name } = context;
  if (!rules) return reasoningEffort && isWireEffort(reasoningEffort) ? { effort: reasoningEffort } : {};
  const unasked = rules.thinksUnasked ? { thinking: adaptive } : {};
  if (reasoningEffort === undefined) return unasked;
  if (reasoningEffort === 'none') return withoutThinking(context) ?? leftOut(notices, name, 'none', facts, unasked);
  const known = facts?.reasoning?.efforts ?? [];
  if (rules.thinking === 'budget') {
    // Opus 4.5 knows efforts too; they go beside the budget ("Effort" on platform.claude.com, read 2026-11-28).
    const effort = known.includes(reasoningEffort) && isWireEffort(reasoningEffort) ? { effort: reasoningEffort } : {};
    return { ...effort, ...budgetFor(reasoningEffort, context, notices) };
  }
  const takes = rules.thinking === 'adaptive' && isWireEffort(reasoningEffort);
  if (takes && (!facts || known.includes(reasoningEffort))) return { thinking: adaptive, effort: reasoningEffort };
  return leftOut(notices, name, reasoningEffort, facts, unasked);
}

function leftOut(
  notices: string[],
  name: string,
  effort: ReasoningEffort,
  facts: ModelFacts | undefined,
  instead: Asked,
): Asked {
  const choices = facts?.reasoning?.efforts.join(', ');
  const has = choices ? `it has ${choices}` : 'it takes no effort';
  notices.push(`Reasoning effort "${effort}" is left out: ${name} does not have it (${has}).`);
  return instead;
}

/** undefined for a model that cannot stop thinking. */
function withoutThinking({ rules }: ThinkingContext): Asked | undefined {
  if (!rules?.thinksUnasked) return {};
  return rules.off && { thinking: { type: rules.off } };
}

function budgetFor(effort: ReasoningEffort, context: ThinkingContext, notices: string[]): Asked {
  const { name, maxTokens, midTurnWithoutThinking } = context;
  if (midTurnWithoutThinking) {
    notices.push(`${name} goes on without thinking: this answer began without.`);
    return {};
  }
  const wanted = budgets[effort] ?? leastBudget;
  // The answer itself is to have room too.
  const budget = Math.min(wanted, maxTokens - leastBudget);
  if (budget < leastBudget) {
    notices.push(`${name} answers without thinking: that takes maxTokens of at least ${2 * leastBudget}.`);
    return {};
  }
  if (budget < wanted)
    notices.push(`${name} thinks with at most ${budget} tokens: maxTokens is ${maxTokens} for thinking and answer.`);
  return { thinking: { type: 'enabled', budget_tokens: budget } };
}

/** A model that thinks cannot be made to call a tool (400), and some never can. */
function forcedOrNot(
  { toolChoice }: ChatRequest,
  asked: Asked,
  context: ThinkingContext,
  notices: string[],
): Asked & { readonly forcedCalls: boolean } {
  const { rules, name } = context;
  if (!rules || !(toolChoice === 'required' || typeof toolChoice === 'object')) return { ...asked, forcedCalls: true };
  if (!rules.forcedCalls) {
    notices.push(`${name} cannot be made to call a tool: it is asked to choose by itself.`);
    return { ...asked, forcedCalls: false };
  }
  const thinks = asked.thinking?.type === 'adaptive' || asked.thinking?.type === 'enabled';
  const off = thinks ? withoutThinking(context) : undefined;
  if (!off) return { ...asked, forcedCalls: true };
  if (!rules.thinksUnasked || asked.effort) notices.push(`${name} does not think while it is made to call a tool.`);
  const tooMuch = rules.offUpToHigh && (asked.effort === 'xhigh' || asked.effort === 'max');
  return { ...off, ...(asked.effort && !tooMuch && { effort: asked.effort }), forcedCalls: true };
}

/** Anthropic's goes from 0 to 1, and 1 is what every model takes for unset. */
function temperatureOf(
  { temperature }: ChatRequest,
  thinking: WireThinkingConfig | undefined,
  { facts, rules, name }: ThinkingContext,
  notices: string[],
): number | undefined {
  if (temperature === undefined || temperature === 1) return undefined;
  if (!(facts ? facts.sampling === 'always' : (rules?.sampling ?? true))) {
    notices.push(`temperature is left out: ${name} takes none.`);
    return undefined;
  }
  if (thinking?.type === 'adaptive' || thinking?.type === 'enabled') {
    notices.push(`temperature is left out: ${name} takes none while it thinks.`);
    return undefined;
  }
  if (temperature > 1) notices.push(`temperature ${temperature} is sent as 1, the most that ${name} takes.`);
  return temperature > 1 ? undefined : temperature;
}

const isWireEffort = (effort: ReasoningEffort): effort is WireEffort => effort !== 'none' && effort !== 'minimal';
