import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Violation } from '../loopback/request-log.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly thinking?: string;
  readonly images?: readonly string[];
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_name?: string;
  readonly tool_call_id?: string;
}

export interface ToolCall {
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly index?: number; readonly name: string; readonly arguments: Record<string, unknown> };
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean;
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly think?: boolean | string;
  readonly format?: unknown;
  readonly options?: { readonly num_ctx?: number; readonly num_predict?: number; readonly temperature?: number };
  readonly keep_alive?: string | number;
  readonly truncate?: boolean;
  readonly shift?: boolean;
}

const text = { type: 'string' } as const;
const only = (properties: Record<string, unknown>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/**
 * ChatRequest of docs/openapi.yaml, with what api/types.go has beyond it (tool_name, tool_call_id, ids and indexes of calls, truncate,
 * shift; read 2026-11-28). Ollama overlooks what it does not know; here it is a violation, because a client that sends it is mistaken.
 */
const schema = only(
  {
    model: { type: 'string', minLength: 1 },
    messages: {
      type: 'array',
      minItems: 1,
      items: only(
        {
          role: { enum: ['system', 'user', 'assistant', 'tool'] },
          content: text,
          thinking: text,
          images: {
            type: 'array',
            // []byte of Go: base64 in its standard alphabet, padded.
            items: { type: 'string', pattern: '^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' },
          },
          tool_calls: {
            type: 'array',
            items: only(
              {
                id: text,
                type: { const: 'function' },
                function: only({ index: { type: 'integer' }, name: text, arguments: { type: 'object' } }, [
                  'name',
                  'arguments',
                ]),
              },
              ['function'],
            ),
          },
          tool_name: text,
          tool_call_id: text,
        },
        ['role', 'content'],
      ),
    },
    tools: {
      type: 'array',
      items: only(
        {
          type: { const: 'function' },
          function: only(
            {
              name: { type: 'string', minLength: 1 },
              description: text,
              parameters: { type: 'object', properties: { type: { const: 'object' } }, required: ['type'] },
            },
            ['name', 'parameters'],
          ),
        },
        ['type', 'function'],
      ),
    },
    format: { anyOf: [{ const: 'json' }, { type: 'object' }] },
    options: only({
      num_ctx: { type: 'integer', minimum: 1 },
      num_predict: { type: 'integer' },
      temperature: { type: 'number', minimum: 0 },
    }),
    stream: { type: 'boolean' },
    think: { type: ['boolean', 'string'] },
    keep_alive: { type: ['string', 'number'] },
    truncate: { type: 'boolean' },
    shift: { type: 'boolean' },
  },
  ['model', 'messages'],
);

const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

/** Everything a body has that a chat request may not have. */
export function schemaViolations(body: unknown): Violation[] {
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, keyword, message = '', params }) => {
    const name = (params as { additionalProperty?: string }).additionalProperty;
    const param = instancePath.slice(1).replaceAll('/', '.') + (name ? `.${name}` : '');
    return { param: param || null, code: keyword, message: `${param || 'the body'} ${message}` };
  });
}
