import type { AnySchemaObject, ErrorObject } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Detail } from './errors.ts';

// ChatCompletionRequest as Mistral's official SDK has it (@mistralai/mistralai 2.7.0, models/components, read 2026-11-28), and closed:
// the API answers 422 "extra_forbidden" to every other field (seen with max_completion_tokens, stream_options, store, reasoning_content).

const closed = (properties: Record<string, unknown>, required: readonly string[] = []): AnySchemaObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const optional = (type: string, more: Record<string, unknown> = {}): AnySchemaObject => ({
  type: [type, 'null'],
  ...more,
});
const tagged = (tag: string, branches: readonly AnySchemaObject[]): AnySchemaObject => ({
  type: 'object',
  discriminator: { propertyName: tag },
  required: [tag],
  oneOf: branches,
});
const either = (...branches: readonly AnySchemaObject[]): AnySchemaObject => ({ anyOf: branches });

const text = { type: 'string' };
const textChunk = closed({ type: { const: 'text' }, text }, ['type', 'text']);
const imageChunk = closed(
  {
    type: { const: 'image_url' },
    image_url: either(text, closed({ url: text, detail: { enum: ['low', 'auto', 'high', null] } }, ['url'])),
  },
  ['type', 'image_url'],
);
const thinkChunk = closed(
  {
    type: { const: 'thinking' },
    thinking: { type: 'array', items: textChunk },
    signature: optional('string'),
    closed: { type: 'boolean' },
  },
  ['type', 'thinking'],
);
const content = (...chunks: readonly AnySchemaObject[]): AnySchemaObject =>
  either(text, { type: 'array', items: tagged('type', chunks) });

const functionCall = closed({ name: text, arguments: either(text, { type: 'object' }) }, ['name', 'arguments']);
const toolCall = closed({ id: text, type: { const: 'function' }, function: functionCall, index: { type: 'integer' } }, [
  'function',
]);
const message = tagged('role', [
  closed({ role: { const: 'system' }, content: content(textChunk, thinkChunk) }, ['role', 'content']),
  closed({ role: { const: 'user' }, content: either(content(textChunk, imageChunk), { type: 'null' }) }, [
    'role',
    'content',
  ]),
  closed(
    {
      role: { const: 'assistant' },
      content: either(content(textChunk, thinkChunk), { type: 'null' }),
      tool_calls: optional('array', { items: toolCall }),
      prefix: { type: 'boolean' },
    },
    ['role'],
  ),
  closed(
    {
      role: { const: 'tool' },
      content: either(content(textChunk, imageChunk), { type: 'null' }),
      tool_call_id: optional('string'),
      name: optional('string'),
    },
    ['role', 'content'],
  ),
]);

const functionTool = closed(
  {
    type: { const: 'function' },
    function: closed({ name: text, description: text, strict: { type: 'boolean' }, parameters: { type: 'object' } }, [
      'name',
      'parameters',
    ]),
  },
  ['function'],
);
const namedTool = closed({ type: { const: 'function' }, function: closed({ name: text }, ['name']) }, ['function']);
const jsonSchema = closed(
  { name: text, description: optional('string'), schema: { type: 'object' }, strict: { type: 'boolean' } },
  ['name', 'schema'],
);

const request = closed(
  {
    model: text,
    messages: { type: 'array', items: message },
    // The bound is the OpenAPI document's; the error glossary says 1. The laxer one, so that no test relies on either.
    temperature: optional('number', { minimum: 0, maximum: 1.5 }),
    top_p: optional('number', { minimum: 0, maximum: 1 }),
    max_tokens: optional('integer', { minimum: 0 }),
    stream: { type: 'boolean' },
    stop: either(text, { type: 'array', items: text }, { type: 'null' }),
    random_seed: optional('integer', { minimum: 0 }),
    metadata: optional('object'),
    response_format: closed({
      type: { enum: ['text', 'json_object', 'json_schema'] },
      json_schema: either(jsonSchema, { type: 'null' }),
    }),
    // "Input should have at least 1 item" to none: seen as extra_forbidden, partITech/php-mistral#76 (2025-11).
    tools: optional('array', { items: functionTool, minItems: 1 }),
    tool_choice: either({ enum: ['auto', 'none', 'any', 'required'] }, namedTool),
    presence_penalty: optional('number'),
    frequency_penalty: optional('number'),
    n: optional('integer', { minimum: 1 }),
    parallel_tool_calls: { type: 'boolean' },
    reasoning_effort: { enum: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', null] },
    prompt_mode: { enum: ['reasoning', null] },
    prompt_cache_key: optional('string'),
    service_tier: optional('string'),
    safe_prompt: { type: 'boolean' },
  },
  ['model', 'messages'],
);

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, discriminator: true, verbose: true });
const validate = ajv.compile(request);

/** What pydantic would say of the body; empty where nothing. */
export function bodyDetails(body: unknown): readonly Detail[] {
  if (validate(body)) return [];
  const errors = (validate.errors ?? []).filter(
    ({ keyword }) => !['anyOf', 'oneOf', 'discriminator'].includes(keyword),
  );
  return errors.map(error => describe(error, body));
}

function describe(error: ErrorObject, body: unknown): Detail {
  const { keyword, instancePath, data, message = '' } = error;
  const loc = ['body', ...locOf(instancePath, body)];
  const params = error.params as Record<string, unknown>;
  switch (keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const msg = 'Extra inputs are not permitted';
      return { type: 'extra_forbidden', loc: [...loc, name], msg, input: Reflect.get(Object(data), name) };
    }
    case 'required':
      return { type: 'missing', loc: [...loc, String(params['missingProperty'])], msg: 'Field required', input: data };
    default:
      return { type: 'value_error', loc, msg: `Input ${message}`, input: data };
  }
}

/** `/messages/3/content` → "messages", 3, "assistant", "content": the branch of a union is named by its tag. */
function locOf(pointer: string, body: unknown): (string | number)[] {
  const loc: (string | number)[] = [];
  let at = body;
  for (const part of pointer.split('/').slice(1)) {
    loc.push(/^\d+$/.test(part) ? Number(part) : part);
    at = Reflect.get(Object(at), part);
    const role: unknown = Reflect.get(Object(at), 'role');
    if (typeof role === 'string') loc.push(role);
  }
  return loc;
}
