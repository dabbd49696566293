import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import type { Json } from './ask.ts';
import { ask, asked, hello, told, tool, user } from './ask.ts';
import { refusals } from './refused.ts';

const tools = [tool('read_file')];

refusals('the API refuses', [
  [
    'an unknown model',
    hello({ model: 'gpt-x' }),
    404,
    'model_not_found',
    null,
    /The model `gpt-x` does not exist or you do not have access to it/,
  ],
  ['a model that was shut down', hello({ model: 'gpt-4' }), 404, 'model_not_found', null, /`gpt-4`/],
  ['a model of Responses alone', hello({ model: 'gpt-5-pro' }), 404, null, 'model', /only supported in v1\/responses/],
  [
    'max_tokens on a reasoning model',
    hello({ model: 'gpt-5.4', max_tokens: 5 }),
    400,
    'unsupported_parameter',
    'max_tokens',
    /Use 'max_completion_tokens' instead/,
  ],
  [
    'both limits',
    hello({ max_tokens: 5, max_completion_tokens: 5 }),
    400,
    'invalid_parameter_combination',
    'max_tokens',
    /at the same time/,
  ],
  [
    'more output than the model has',
    hello({ max_tokens: 16_385 }),
    400,
    'invalid_value',
    'max_tokens',
    /at most 16384 completion tokens/,
  ],
  ['no output at all', hello({ max_tokens: 0 }), 400, 'integer_below_min_value', 'max_tokens', />= 1/],
  [
    'a temperature while thinking',
    hello({ model: 'gpt-5.4', reasoning_effort: 'low', temperature: 0 }),
    400,
    'unsupported_value',
    'temperature',
    /does not support 0 with this model/,
  ],
  ['top_p while thinking', hello({ model: 'o3', top_p: 0.5 }), 400, 'unsupported_parameter', 'top_p', /top_p/],
  [
    'logprobs while thinking',
    hello({ model: 'gpt-5', logprobs: true }),
    400,
    'unsupported_parameter',
    'logprobs',
    /logprobs/,
  ],
  [
    'an effort on a model that does not think',
    hello({ reasoning_effort: 'low' }),
    400,
    null,
    null,
    /Unrecognized request argument supplied: reasoning_effort/,
  ],
  [
    'an effort the model does not have',
    hello({ model: 'gpt-6.2-sol', reasoning_effort: 'none' }),
    400,
    'unsupported_value',
    'reasoning_effort',
    /Supported values are: 'low'/,
  ],
  [
    'an assistant that says nothing',
    hello({ messages: [user('a'), { role: 'assistant', content: null }] }),
    400,
    null,
    'messages.[1].content',
    /expected a string, got null/,
  ],
  [
    'stream options without a stream',
    hello({ stream_options: { include_usage: true } }),
    400,
    null,
    'stream_options',
    /only allowed when 'stream' is enabled/,
  ],
  [
    'JSON mode nobody mentions',
    hello({ response_format: { type: 'json_object' } }),
    400,
    null,
    'messages',
    /must contain the word 'json'/,
  ],
  [
    'a system message for o1-mini',
    { model: 'o1-mini', messages: [{ role: 'system', content: 'a' }, user('b')] },
    400,
    'unsupported_value',
    'messages[0].role',
    /does not support 'system' with this model/,
    '2025-01-01',
  ],
  [
    'tools for o1-preview',
    hello({ model: 'o1-preview', tools }),
    400,
    'unsupported_parameter',
    'tools',
    /'tools' is not supported/,
    '2025-01-01',
  ],
  [
    'a stream from o1-preview',
    hello({ model: 'o1-preview', stream: true }),
    400,
    'unsupported_value',
    'stream',
    /default \(false\)/,
    '2025-01-01',
  ],
  ['o1-mini today', hello({ model: 'o1-mini' }), 404, 'model_not_found', null, /o1-mini/],
]);

const TAKEN: readonly (readonly [string, Json, string?])[] = [
  ['temperature 0 where the model does not think', hello({ model: 'gpt-5.4', temperature: 0 })],
  ['the default temperature while thinking', hello({ model: 'gpt-5', temperature: 1 })],
  ['tools with no effort on 5.4', hello({ model: 'gpt-5.4', tools })],
  ['tools with effort none on 5.6', hello({ model: 'gpt-5.6-luna', reasoning_effort: 'none', tools })],
  [
    'a system message on a reasoning model',
    hello({ model: 'o3', messages: [{ role: 'system', content: 'a' }, user('b')] }),
  ],
  ['two results in another order', hello({ messages: [user('a'), asked('c1', 'c2'), told('c2'), told('c1')], tools })],
  ['a dated name of a model', hello({ model: 'gpt-4o-2024-11-20' })],
  ['a retired model on a day it lived', hello({ model: 'gpt-4' }), '2025-01-01'],
];

describe('the API takes', () => {
  let server: InProcessServer;
  before(async () => {
    server = await openAiServerInProcess();
  });
  after(() => server.stop());
  for (const [what, body, today = '2026-11-22'] of TAKEN) {
    it(what, async () => {
      await server.control.configure({ today });
      const { status, text } = await ask(server.baseUrl, body);
      assert.equal(status, 200, text);
    });
  }
});
