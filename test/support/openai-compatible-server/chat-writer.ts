import { completion, completionChunks } from '../openai-server/chat-wire.ts';
import type { Exchange } from '../openai-server/exchange.ts';
import type { ChatWriter } from '../openai-server/host.ts';
import type { StreamChunk } from '../openai-server/model-run.ts';
import type { PlannedReply } from '../openai-server/planned-reply.ts';
import type { CompatibleServerSettings } from './settings.ts';

type Json = Record<string, unknown>;

/** OpenAI's answers with what the hosts add: thinking in the open, and the bill. */
export function compatibleWriter({ state, record }: Exchange): ChatWriter {
  const settings = state.settings as CompatibleServerSettings;
  const streamed = Reflect.get(Object(record.body), 'stream') === true;
  const counted = (usage: Json | undefined): Json | undefined => usage && { ...usage, ...bill(settings, streamed) };
  return {
    whole(envelope, reply, usage) {
      const answer = JSON.parse(completion(envelope, reply, counted(usage))) as { choices: { message: Json }[] };
      for (const { message } of answer.choices)
        if (reply.thought.length > 0) message[thinkingField(settings)] = thoughtIn(reply);
      return digitsAsWritten(JSON.stringify(answer));
    },
    *chunks(envelope, reply, usage) {
      const [first, ...rest] = completionChunks(envelope, reply, counted(usage));
      if (first) yield dressed(first, settings);
      for (const text of reply.thought) {
        const delta = { [thinkingField(settings)]: text };
        const choices = [{ index: 0, delta, logprobs: null, finish_reason: null }];
        const { id, created, model } = envelope;
        const chunk = { id, object: 'chat.completion.chunk', created, model, choices };
        yield { data: `data: ${JSON.stringify(chunk)}\n\n`, text: '', thought: text };
      }
      for (const chunk of rest) yield dressed(chunk, settings);
    },
  };
}

/** DeepSeek and those who follow it; OpenRouter (docs, "Reasoning Tokens"), vLLM since 2026. */
const thinkingField = ({ habit }: CompatibleServerSettings): string =>
  habit === 'openrouter' || habit === 'groq' ? 'reasoning' : 'reasoning_content';

const thoughtIn = ({ thought }: PlannedReply): string => thought.join('');

/** For its sources see src/llm/openai-compatible/reported-cost.ts. */
function bill({ habit, cost, upstreamCost }: CompatibleServerSettings, streamed: boolean): Json {
  if (cost === undefined) return {};
  switch (habit) {
    case 'openrouter':
      return upstreamCost === undefined
        ? { cost: digits(cost), is_byok: false, cost_details: { upstream_inference_cost: null } }
        : { cost: digits(cost), is_byok: true, cost_details: { upstream_inference_cost: digits(upstreamCost) } };
    case 'xai':
      return { cost_in_usd_ticks: digits(cost) };
    case 'litellm':
      // A whole answer tells it in a header.
      return streamed ? { cost: digits(cost) } : {};
    default:
      // A field of the same name that nobody said is dollars.
      return { cost: digits(cost) };
  }
}

/** A number that JSON.stringify would write another way: marked here, unwrapped in the finished text. */
const digits = (text: string): string => `#digits:${text}#`;
const digitsAsWritten = (json: string): string => json.replace(/"#digits:([^#]*)#"/g, '$1');

function dressed(chunk: StreamChunk, { habit }: CompatibleServerSettings): StreamChunk {
  const data = digitsAsWritten(chunk.data);
  if (habit !== 'groq' || !data.includes('"usage":{')) return { ...chunk, data };
  // Groq tells usage in a place of its own where it is not asked for; the stricter of both for a client is only there.
  const json = JSON.parse(data.slice('data: '.length)) as Json;
  const { usage, ...rest } = json;
  return { ...chunk, data: `data: ${JSON.stringify({ ...rest, x_groq: { id: 'req_1', usage } })}\n\n` };
}
