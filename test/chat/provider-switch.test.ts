// One conversation that goes from vendor to vendor, over real sockets: each server checks every request as strictly as the vendor.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { createProvider, type ProviderConfig } from '../../src/llm/create-provider.ts';
import { amendCatalog } from '../../src/llm/model-catalog.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import { png } from '../support-server/pictures.ts';
import { MISTRAL_KEY, mistralServerInProcess } from '../support/mistral-server/in-process.ts';
import { compatibleServerInProcess } from '../support/openai-compatible-server/in-process.ts';
import { COMPATIBLE_KEY } from '../support/openai-compatible-server/settings.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { ask, askAbout, openChat, type OpenChat, textOf } from './open-chat.ts';

const openai = await openAiServerInProcess({ keys: ['sk-test-0123456789abcdefghij'] });
const mistral = await mistralServerInProcess({ keys: [MISTRAL_KEY] });
const host = await compatibleServerInProcess({ habit: 'deepseek' });
const servers = [openai, mistral, host];
after(() => Promise.all(servers.map(server => server.stop())));
beforeEach(() => Promise.all(servers.map(server => server.control.reset())));

const configs = {
  openai: { provider: 'openai', model: 'gpt-5.4', endpoint: openai.baseUrl, apiKey: 'sk-test-0123456789abcdefghij' },
  reasoner: {
    provider: 'openai',
    model: 'gpt-5.6-sol',
    endpoint: openai.baseUrl,
    apiKey: 'sk-test-0123456789abcdefghij',
  },
  mistral: { provider: 'mistral', model: 'mistral-medium-2604', endpoint: mistral.baseUrl, apiKey: MISTRAL_KEY },
  // DeepSeek's own address, so that its own rules hold; the connection ends here.
  deepSeek: {
    provider: 'openai-compatible',
    model: 'deepseek-v4-flash',
    endpoint: 'https://api.deepseek.com',
    apiKey: COMPATIBLE_KEY,
    dispatcher: host.instead(),
  },
} as const satisfies { [name: string]: ProviderConfig };

const red = png(8, 8);
const calculator = createSampleTools().calculator;
const call = { name: 'calculator', arguments: { operation: 'add', a: 2, b: 2 } };

/** A chat whose provider is chosen before each question, as the settings are. */
async function switching(
  test: Parameters<typeof openChat>[0],
): Promise<{ chat: OpenChat; to: (name: keyof typeof configs) => void }> {
  let chosen: LlmProvider | undefined;
  const chat = await openChat(test, { provider: () => chosen!, tools: [calculator] });
  return { chat, to: name => (chosen = createProvider({ ...configs[name], retry: false })) };
}

/** What the last request to a server said, in one string. */
async function lastTo(server: (typeof servers)[number]): Promise<string> {
  const requests = await server.control.requests();
  return JSON.stringify(requests.at(-1)?.body);
}

async function assertAccepted(): Promise<void> {
  for (const { control, url } of servers) {
    for (const { violations, status } of await control.requests())
      assert.deepEqual([status, violations], [200, []], url);
    assert.deepEqual((await control.status()).scripts, 0);
  }
}

test('a conversation goes from OpenAI to Mistral, DeepSeek and back, with its images, its tool calls and nobody’s reasoning but one’s own', async test => {
  const { chat, to } = await switching(test);
  to('openai');
  await openai.control.script(
    { kind: 'reply', text: 'Adding.', toolCalls: [call, call] },
    { kind: 'reply', text: 'A red square; 4.' },
  );
  await chat.session.send(askAbout('What is this, and 2 + 2?', red));
  to('mistral');
  await mistral.control.script(
    { kind: 'reply', text: 'Again.', reasoning: { text: 'MISTRAL-THOUGHT' }, toolCalls: [call] },
    { kind: 'reply', text: 'Still 4.', reasoning: { text: 'MISTRAL-THOUGHT' } },
  );
  await chat.session.send(ask('Are you sure?'));
  to('deepSeek');
  await host.control.script(
    { kind: 'reply', reasoning: { text: 'DEEPSEEK-THOUGHT' }, toolCalls: [call] },
    { kind: 'reply', text: 'Four.' },
  );
  await chat.session.send(ask('And you?'));
  to('openai');
  await openai.control.script({ kind: 'reply', text: 'All agree.' });
  await chat.session.send(ask('Do all agree?'));

  assert.deepEqual(
    [0, 1, 2, 3].map(at => textOf(chat.turn(at))),
    ['Adding.|A red square; 4.', 'Again.|Still 4.', 'Four.', 'All agree.'],
  );
  await assertAccepted();
  const [toOpenAi, toMistral, toHost] = await Promise.all(servers.map(lastTo));
  for (const body of [toOpenAi!, toMistral!, toHost!]) {
    assert.ok(body.includes(red.toString('base64')), 'the picture is missing');
    assert.ok(body.includes('What is this, and 2 + 2?') && body.includes('A red square; 4.'));
  }
  // What a model thought is for itself.
  assert.ok(toMistral!.includes('MISTRAL-THOUGHT'));
  assert.ok(toHost!.includes('DEEPSEEK-THOUGHT') && !toHost!.includes('MISTRAL-THOUGHT'));
  assert.ok(!toOpenAi!.includes('-THOUGHT'));
  assert.equal(
    (JSON.parse(toOpenAi!) as { messages: { role: string }[] }).messages.filter(({ role }) => role === 'tool').length,
    4,
  );
});

test('encrypted reasoning of OpenAI’s stays at OpenAI', async test => {
  const { chat, to } = await switching(test);
  to('reasoner');
  await openai.control.script(
    { kind: 'reply', reasoning: { text: 'Hm.' }, toolCalls: [call] },
    { kind: 'reply', text: '4.' },
  );
  await chat.session.send(ask('2 + 2?'));
  const sealed = /"encrypted_content":"([^"]+)"/.exec(await lastTo(openai))?.[1];
  assert.ok(sealed, 'it was not even sent back to OpenAI');
  for (const name of ['mistral', 'deepSeek'] as const) {
    to(name);
    await (name === 'mistral' ? mistral : host).control.script({ kind: 'reply', text: 'Yes.' });
    await chat.session.send(ask('Sure?'));
  }
  for (const server of [mistral, host]) assert.ok(!(await lastTo(server)).includes(sealed));
  await assertAccepted();
});

test('a question that was stopped after its tools goes on at Mistral', async test => {
  const { chat, to } = await switching(test);
  to('openai');
  await openai.control.script(
    { kind: 'reply', toolCalls: [call] },
    { kind: 'default', faults: { stall: 'before-headers' } },
  );
  const asked = chat.session.send(ask('2 + 2?'));
  await openai.control.waitForRequest({ nth: 2, state: 'receiving' });
  chat.session.stop();
  await asked;
  to('mistral');
  await mistral.control.script({ kind: 'reply', text: 'Four.' });
  await chat.session.send(ask('Well?'));
  assert.equal(textOf(chat.turn(1)), 'Four.');
  const [{ violations } = {}] = await mistral.control.requests();
  assert.deepEqual(violations, []);
});

test('a model without eyes and tools is told in words what there was, and the person once', async test => {
  const own = {
    provider: 'mistral',
    id: 'mistral-large-2512',
    name: 'Plain',
    vision: false,
    tools: false,
    source: 't',
    checkedOn: '',
  };
  amendCatalog([own]);
  test.after(() => amendCatalog([]));
  let chosen = createProvider({ ...configs.openai, retry: false });
  let tools: readonly (typeof calculator)[] | undefined = [calculator];
  const chat = await openChat(test, { provider: () => chosen, tools: () => tools });
  await openai.control.script(
    { kind: 'reply', text: 'Adding.', toolCalls: [call] },
    { kind: 'reply', text: 'Red; 4.' },
  );
  await chat.session.send(askAbout('What is this, and 2 + 2?', red));
  chosen = createProvider({ ...configs.mistral, model: 'mistral-large-2512', retry: false });
  tools = undefined;
  await mistral.control.script({ kind: 'reply', text: 'Yes.' }, { kind: 'reply', text: 'Yes, yes.' });
  await chat.session.send(ask('Sure?'));
  const notices = (at: number): string[] =>
    chat.turn(at).entries.flatMap(entry => (entry.type === 'notice' ? entry.text : []));
  assert.deepEqual(notices(1), [
    'Plain cannot see images: those of earlier questions are only mentioned to it.',
    'Plain takes no tools: what earlier ones found is told to it in words.',
  ]);
  const body = await lastTo(mistral);
  assert.ok(!body.includes('tool_calls') && !body.includes(red.toString('base64')));
  assert.match(body, /calculator\(.*found:/);
  await chat.session.send(ask('Really?'));
  assert.deepEqual(notices(2), []);
  await assertAccepted();
});
