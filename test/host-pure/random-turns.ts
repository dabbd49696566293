import { LlmError, type FailureCode, failureCodes } from '../../src/llm/llm-error.ts';
import type { ToolCall } from '../../src/llm/message.ts';
import type { StopReason } from '../../src/llm/request.ts';
import type { Usage } from '../../src/llm/usage.ts';
import type { Chance } from '../support/chance.ts';
import { finish, Hold, type ScriptedProvider, type Step } from '../support/scripted-provider.ts';

/**
 * Answers for one turn of any kind: thinking, text, notices, calls of known and unknown tools with good and bad arguments under ids that come
 * again in later steps, every ending, every failure. A `Hold` in it is where the person presses Stop.
 */
export function enqueueRandomTurn(provider: ScriptedProvider, chance: Chance): Hold | undefined {
  const rounds = chance.below(4);
  for (let round = 0; round < rounds; round++) {
    const steps = [...randomSpeech(chance), ...randomCalls(chance), ...randomUsage(chance)];
    provider.enqueue(...steps, finish('tool_use'));
  }
  const speech = randomSpeech(chance);
  switch (chance.below(4)) {
    case 0: {
      const hold = new Hold();
      provider.enqueue(...speech, hold);
      return hold;
    }
    case 1:
      provider.enqueue(...speech, ...randomUsage(chance), randomFailure(chance));
      return undefined;
    default: {
      const reason = chance.oneOf<StopReason>('end_turn', 'max_tokens', 'content_filter', 'refusal');
      provider.enqueue(...speech, ...randomUsage(chance), finish(reason));
      return undefined;
    }
  }
}

function randomSpeech(chance: Chance): Step[] {
  return Array.from({ length: chance.below(4) }, (_, index): Step => {
    const kind = chance.below(6);
    if (kind === 0) return { type: 'notice', notice: { kind: 'adjusted', text: `notice ${index}` } };
    const text = chance.oneOf('a', ' ', '\n', '```', '<b>', 'ü');
    return kind < 3 ? { type: 'thinking-delta', text } : { type: 'text-delta', text };
  });
}

function randomCalls(chance: Chance): Step[] {
  return Array.from({ length: 1 + chance.below(3) }, (_, index) => {
    const name = chance.oneOf('get_weather', 'get_time', 'unknown_tool');
    const args = chance.oneOf('{"city":"Oslo"}', '{"timezone":"CET"}', '{"city":', '', '[]');
    const call: ToolCall = { id: `call_${index}`, name, arguments: args };
    return { type: 'tool-call', call } as const;
  });
}

function randomUsage(chance: Chance): Step[] {
  if (chance.below(4) === 0) return [];
  const [inputTokens, outputTokens] = [chance.below(5000), chance.below(500)];
  const usage: Usage = {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(chance.below(2) && { cachedInputTokens: chance.below(inputTokens + 1) }),
    ...(chance.below(2) && { reasoningTokens: chance.below(outputTokens + 1) }),
  };
  return [{ type: 'usage', usage }];
}

function randomFailure(chance: Chance): Error {
  if (chance.below(8) === 0) return new TypeError('a bug of ours');
  return new LlmError({
    code: chance.oneOf(...(Object.keys(failureCodes) as FailureCode[])),
    message: 'The server said no.',
    retryable: chance.below(2) === 0,
    ...(chance.below(2) && { status: 429, retryAfterMs: chance.below(90_000), requestId: 'req_1' }),
  });
}
