import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { findModel } from '../../../src/llm/model-catalog.ts';
import { type Api, route, type Route } from '../../../src/llm/openai/route.ts';
import type { ChatRequest } from '../../../src/llm/request.ts';
import { createSampleTools } from '../../support/sample-tools.ts';

const { calculator } = createSampleTools();
const tools = [calculator].map(({ name, description, parameters }) => ({ name, description, parameters }));
const taken = (model: string, request: Partial<ChatRequest> = {}, asked?: Api | 'auto'): Route =>
  route({ messages: [{ role: 'user', content: 'Hello' }], ...request }, findModel('openai', model), asked);

function refused(model: string, request: Partial<ChatRequest>, asked: Api): LlmError {
  try {
    taken(model, request, asked);
  } catch (error) {
    assert.ok(error instanceof LlmError);
    assert.equal(error.code, 'ERR_REFUSED_LOCALLY');
    assert.equal(error.facts.notSent, true);
    return error;
  }
  throw new assert.AssertionError({ message: 'it was taken' });
}

test('Chat Completions, where it can do the job', () => {
  assert.deepEqual(taken('gpt-4o', { tools }), { api: 'chat', effort: undefined, notices: [] });
  // Does not reason unless asked to: tools need nothing.
  assert.deepEqual(taken('gpt-5.4', { tools }), { api: 'chat', effort: undefined, notices: [] });
  assert.equal(taken('gpt-6-sol').api, 'chat');
  assert.equal(taken('gpt-5.1', { tools, reasoningEffort: 'high' }).api, 'chat');
});

test('Responses, where the model is only there', () => {
  assert.equal(taken('gpt-5.4-pro').api, 'responses');
});

test('Responses, where tools meet reasoning that Chat Completions would answer with 400', () => {
  assert.deepEqual(taken('gpt-5.4', { tools, reasoningEffort: 'low' }), {
    api: 'responses',
    effort: 'low',
    notices: [],
  });
  // From 5.6 on also where no effort is named.
  assert.equal(taken('gpt-6-sol', { tools }).api, 'responses');
  assert.equal(taken('gpt-6.1-sol', { tools }).api, 'responses');
  assert.equal(taken('gpt-6-sol', { tools, reasoningEffort: 'none' }).api, 'chat');
});

test('a setting that insists on Chat gets tools without reasoning, and is told', () => {
  const { api, effort, notices } = taken('gpt-6-sol', { tools }, 'chat');
  assert.deepEqual([api, effort], ['chat', 'none']);
  assert.match(notices.join(), /without reasoning/);
});

test('a setting that insists on what cannot be is refused before sending, with the way out', () => {
  assert.match(refused('gpt-6.1-sol', { tools }, 'chat').message, /cannot call tools over Chat Completions/);
  assert.match(refused('gpt-5.4-pro', {}, 'chat').message, /Set "pennyloom\.api" to "auto" or "responses"/);
  assert.match(refused('o1-preview', {}, 'responses').message, /Set "pennyloom\.api" to "auto" or "chat"/);
});

test('a model nobody knows goes where it is told, Chat by default, with what it was asked', () => {
  assert.deepEqual(taken('house-model', { tools, reasoningEffort: 'max' }), {
    api: 'chat',
    effort: 'max',
    notices: [],
  });
  assert.equal(taken('house-model', {}, 'responses').api, 'responses');
});

test('an effort the model does not have is left out, and told', () => {
  const { effort, notices } = taken('gpt-5.1', { reasoningEffort: 'xhigh' });
  assert.equal(effort, undefined);
  assert.match(notices.join(), /"xhigh" is left out.*none, low, medium, high/);
  assert.match(taken('gpt-4o', { reasoningEffort: 'low' }).notices.join(), /takes no effort/);
  assert.deepEqual(taken('gpt-4o', { reasoningEffort: 'none' }).notices, []);
});

test('a temperature that is not sent is told', () => {
  assert.match(taken('gpt-6.1-sol', { temperature: 0 }).notices.join(), /temperature is left out/);
  assert.match(taken('gpt-5.4', { temperature: 0, reasoningEffort: 'low' }).notices.join(), /while it reasons/);
  assert.deepEqual(taken('gpt-5.4', { temperature: 0 }).notices, []);
  assert.deepEqual(taken('gpt-4o', { temperature: 0 }).notices, []);
});

test('JSON mode without the word is warned of', () => {
  const responseFormat = { type: 'json-object' } as const;
  assert.match(taken('gpt-4o', { responseFormat }).notices.join(), /mentions JSON/);
  assert.deepEqual(taken('gpt-4o', { responseFormat, messages: [{ role: 'user', content: 'As JSON.' }] }).notices, []);
});
