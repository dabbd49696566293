import type { AssistantMessage, Message } from '../llm/message.ts';
import type { ModelFacts } from '../llm/model-catalog.ts';
import { imageNotForThisModel, type Turn, withoutImages } from './conversation.ts';

export interface EarlierTurns {
  readonly messages: readonly Message[];
  /** What was put into words, in sentences for a person. */
  readonly notices: readonly string[];
}

/**
 * Earlier turns as this model can take them: another model, with eyes or tools, may have had them. What it cannot take becomes words.
 * A model of which nothing is known is given the benefit of the doubt.
 */
export function earlierTurnsFor(messages: readonly Message[], facts: ModelFacts | undefined): EarlierTurns {
  const notices: string[] = [];
  let fit = messages;
  if (facts?.vision === false && messages.some(hasImages)) {
    notices.push(`${facts.name} cannot see images: those of earlier questions are only mentioned to it.`);
    fit = fit.map(message => withoutImages(message, imageNotForThisModel));
  }
  if (facts?.tools === false && messages.some(({ role }) => role === 'tool')) {
    notices.push(`${facts.name} takes no tools: what earlier ones found is told to it in words.`);
    fit = inWords(fit);
  }
  return { messages: fit, notices };
}

/** Once in a conversation is enough: it stays so for as long as the model does. */
export function untold(notices: readonly string[], turns: readonly Turn[]): readonly string[] {
  const told = turns.flatMap(({ entries }) => entries.flatMap(entry => (entry.type === 'notice' ? entry.text : [])));
  return notices.filter(text => !told.includes(text));
}

const hasImages = ({ role, content }: Message): boolean =>
  role === 'user' && typeof content !== 'string' && content.some(({ type }) => type === 'image');

/** Calls and their results as part of what the assistant said; roles then alternate as before the first tool. */
function inWords(messages: readonly Message[]): Message[] {
  const told: Message[] = [];
  const names = new Map<string, string>();
  for (const message of messages) {
    if (message.role === 'assistant') {
      for (const { id, name, arguments: args } of message.toolCalls ?? []) names.set(id, `${name}(${args})`);
      say(told, message.content);
    } else if (message.role === 'tool')
      say(told, `[${names.get(message.toolCallId) ?? 'a tool'} found:]\n${message.content}`);
    else told.push(message);
  }
  return told;
}

/** Another model's notes go with the calls they led to. */
function say(told: Message[], text: string): void {
  if (!text) return;
  const last = told.at(-1);
  const said: AssistantMessage =
    last?.role === 'assistant'
      ? { role: 'assistant', content: `${last.content}\n\n${text}` }
      : { role: 'assistant', content: text };
  if (last?.role === 'assistant') told.pop();
  told.push(said);
}
