// What these tests share: a key, and a client that hides nothing.

export const KEY = 'sk-proj-abcdefghijklmnopqrstuvwx';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: Json;
}

// The answers' shapes are what these tests are about; they are checked against the published schema, not by types.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export function send(
  baseUrl: string,
  body: unknown,
  options: { key?: string | null; headers?: Record<string, string>; signal?: AbortSignal; path?: string } = {},
): Promise<Response> {
  const { key = KEY, headers = {}, signal, path = 'chat/completions' } = options;
  return fetch(`${baseUrl}/${path}`, {
    method: 'POST',
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

export async function ask(...args: Parameters<typeof send>): Promise<Answer> {
  return read(await send(...args));
}

export async function get(url: string, key = KEY): Promise<Answer> {
  return read(await fetch(url, { headers: { authorization: `Bearer ${key}` } }));
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The chunks of an event stream without the closing [DONE], which must be there. */
export function chunksOf(stream: string): Json[] {
  const events = stream.split('\n\n').filter(event => event !== '');
  if (events.pop() !== 'data: [DONE]') throw new Error(`does not end with [DONE]: ${stream.slice(-80)}`);
  return events.map(event => JSON.parse(event.replace(/^data: /, '')));
}

export const user = (content: unknown): Json => ({ role: 'user', content });

export const hello = (extra: Record<string, unknown> = {}): Json => ({
  model: 'gpt-4o',
  messages: [user('Hello!')],
  ...extra,
});

export const tool = (name: string, properties: Record<string, unknown> = {}, required: string[] = []): Json => ({
  type: 'function',
  function: { name, description: `The ${name} tool.`, parameters: { type: 'object', properties, required } },
});

/** A message that calls read_file under these ids, and the answer to one. */
export const asked = (...ids: string[]): Json => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map(id => ({ id, type: 'function', function: { name: 'read_file', arguments: '{}' } })),
});
export const told = (id: string): Json => ({ role: 'tool', tool_call_id: id, content: 'done' });
