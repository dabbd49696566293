import type { JsonSchema, ToolDefinition } from '../message.ts';
import type { PromptFraming, ToolText } from '../prompt-framing.ts';

/**
 * OpenAI's own rule for gpt-4o and later: cookbook "How to count tokens with tiktoken", sections 6 and 7 (read 2026-11-28). Three tokens
 * for a message and one for its role, three to prime the answer. Its example counts agree with what the API billed; newer models were seen
 * to differ by one. How calls in the history are framed it does not say: three is what the functions' own framing suggests.
 * The cache: guide "Prompt caching" (2026): from 1,024 tokens, in steps of 128, for five minutes at least.
 */
export const openAiFraming: PromptFraming = {
  request: { likely: 3, most: 32 },
  message: { likely: 4, most: 8 },
  toolCall: { likely: 3, most: 16 },
  tool: { likely: 7, most: 32 },
  withTools: { likely: 12, most: 64 },
  isO200k: true,
  toolText,
  // Responses: 400 "integer below minimum value" under it (OpenAPI document 2.3.0).
  leastOutputTokens: 16,
  cache: { leastTokens: 1024, stepTokens: 128, keptMs: 5 * 60_000 },
};

/** Tools are rewritten before the model sees them; the cookbook counts one level, deeper ones are taken to follow the same rule. */
function toolText({ name, description, parameters }: ToolDefinition): ToolText {
  const texts = [`${name}:${withoutFullStop(description)}`];
  return { texts, tokens: addProperties(parameters, texts) };
}

const propertiesStart = 3;
const propertyStart = 3;
const enumStart = -3;
const enumItem = 3;

/** Adds the texts of a schema's properties; the tokens between them. */
function addProperties(schema: unknown, texts: string[]): number {
  const properties = Object.entries(recordIn(schema, 'properties'));
  if (properties.length === 0) return 0;
  let tokens = propertiesStart;
  for (const [name, property] of properties) {
    tokens += propertyStart;
    const { type, description, enum: choices, items } = asSchema(property);
    if (Array.isArray(choices)) {
      tokens += enumStart + enumItem * choices.length;
      texts.push(...choices.map(String));
    }
    const told = typeof description === 'string' ? withoutFullStop(description) : '';
    texts.push(`${name}:${typeof type === 'string' ? type : 'any'}:${told}`);
    tokens += addProperties(property, texts) + addProperties(items, texts);
  }
  return tokens;
}

const asSchema = (value: unknown): JsonSchema =>
  typeof value === 'object' && value !== null ? (value as JsonSchema) : {};

const recordIn = (schema: unknown, field: string): JsonSchema => asSchema(asSchema(schema)[field]);

const withoutFullStop = (text: string): string => (text.endsWith('.') ? text.slice(0, -1) : text);
