import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { ask, get, hello, send } from './ask.ts';

describe('scripts', () => {
  let server: InProcessServer;
  before(async () => {
    server = await openAiServerInProcess();
  });
  after(() => server.stop());
  beforeEach(() => server.control.reset());
  const text = async (extra: Record<string, unknown> = {}): Promise<string> =>
    (await ask(server.baseUrl, hello(extra))).json.choices[0].message.content;

  it('are used in order, each once, then the demo model answers again', async () => {
    await server.control.script({ kind: 'reply', text: 'first' }, { kind: 'reply', text: 'second', times: 2 });
    assert.deepEqual([await text(), await text(), await text()], ['first', 'second', 'second']);
    assert.match(await text(), /demo model/);
    const records = await server.control.requests();
    assert.deepEqual(
      records.map(({ answeredBy }) => answeredBy),
      ['reply', 'reply', 'reply', 'demo'],
    );
  });

  it('are each for one of several requests at the same time', async () => {
    await server.control.script(...['a', 'b', 'c'].map(letter => ({ kind: 'reply', text: letter }) as const));
    assert.deepEqual((await Promise.all([text(), text(), text()])).toSorted(), ['a', 'b', 'c']);
  });

  it('wait for the request they match', async () => {
    await server.control.script(
      { kind: 'reply', text: 'for 4.1', match: { model: 'gpt-4.1' } },
      { kind: 'reply', text: 'for bananas', match: { contains: 'banana' }, times: 'always' },
    );
    const fruit = { messages: [{ role: 'user', content: 'a banana' }] };
    assert.deepEqual(
      [await text(fruit), await text({ model: 'gpt-4.1' }), await text(fruit)],
      ['for bananas', 'for 4.1', 'for bananas'],
    );
    assert.deepEqual(await server.control.status(), { scripts: 1, stalled: 0 });
  });

  it('leave the list of models alone unless they name it', async () => {
    await server.control.script({ kind: 'error', status: 500 });
    assert.equal((await get(`${server.baseUrl}/models`)).status, 200);
    assert.equal((await ask(server.baseUrl, hello())).status, 500);
    await server.control.script({ kind: 'error', status: 503, match: { path: '/v1/models' } });
    assert.equal((await get(`${server.baseUrl}/models`)).status, 503);
  });

  it('are kept for the next request when one is refused', async () => {
    await server.control.script({ kind: 'reply', text: 'kept' });
    assert.equal((await ask(server.baseUrl, hello({ foo: 1 }))).status, 400);
    assert.equal(await text(), 'kept');
  });

  it('answer with any status, body and header, and still record violations', async () => {
    await server.control.script({
      kind: 'error',
      status: 429,
      code: 'slow_down',
      message: 'Slow down.',
      faults: { headers: { 'Retry-After': '7', 'x-request-id': null } },
    });
    const { status, json, headers } = await ask(server.baseUrl, hello({ foo: 1 }));
    assert.equal(status, 429);
    assert.deepEqual(json.error, { message: 'Slow down.', type: 'requests', param: null, code: 'slow_down' });
    assert.equal(headers.get('retry-after'), '7');
    assert.equal(headers.get('x-request-id'), null);
    const [record] = await server.control.requests();
    assert.equal(record?.violations[0]?.param, 'foo');
    assert.equal(record?.errorCode, 'slow_down');
  });

  it('answer with HTML, with nothing, with the wrong type, byte by byte', async () => {
    await server.control.script(
      { kind: 'raw', status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' },
      { kind: 'raw', status: 200 },
      { kind: 'raw', contentType: 'text/plain', body: { choices: [] } },
      {
        kind: 'raw',
        contentType: 'text/event-stream',
        body: ['data: {"a"', { base64: Buffer.from(':"é"}\n\n').toString('base64') }],
      },
    );
    const html = await ask(server.baseUrl, hello());
    assert.deepEqual(
      [html.status, html.headers.get('content-type'), html.text],
      [502, 'text/html', '<html>Bad gateway</html>'],
    );
    assert.equal((await ask(server.baseUrl, hello())).text, '');
    const plain = await ask(server.baseUrl, hello());
    assert.deepEqual([plain.headers.get('content-type'), plain.json], ['text/plain', { choices: [] }]);
    assert.equal((await ask(server.baseUrl, hello())).text, 'data: {"a":"é"}\n\n');
  });

  it('cut the line at exactly the byte they name, after promising more', async () => {
    for (const kind of ['reply', 'default'] as const) {
      await server.control.script({ kind, text: 'a long enough text', faults: { cutAtByte: 100 } });
      const response = await send(server.baseUrl, hello());
      assert.ok(Number(response.headers.get('content-length')) > 100);
      await assert.rejects(response.text());
    }
    await server.control.script({ kind: 'reply', text: 'a b c d e f g', faults: { cutAtByte: 1000 } });
    const response = await send(server.baseUrl, hello({ stream: true }));
    let received = 0;
    await assert.rejects(async () => {
      for await (const part of response.body ?? []) received += part.length;
    });
    assert.equal(received, 1000);
    const record = (await server.control.requests()).at(-1);
    assert.deepEqual([record?.cut, record?.aborted, record?.bytesSent], [true, false, 1000]);
    assert.ok((record?.billed?.completionTokens ?? 99) < 7);
  });

  it('cut right after the headers', async () => {
    await server.control.script({ kind: 'default', faults: { cutAtByte: 0 } });
    const response = await send(server.baseUrl, hello({ stream: true }));
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
  });

  it('stall before the headers or in the middle until released', async () => {
    await server.control.script({ kind: 'default', faults: { stall: 'before-headers' } });
    const early = ask(server.baseUrl, hello());
    await server.control.waitForRequest({ nth: 1, state: 'receiving' });
    while ((await server.control.status()).stalled === 0) await new Promise(setImmediate);
    assert.equal((await server.control.requests())[0]?.status, undefined);
    assert.equal(await server.control.release(), 1);
    assert.equal((await early).status, 200);

    await server.control.script({ kind: 'default', faults: { stall: { afterBytes: 50 } } });
    const late = await send(server.baseUrl, hello({ stream: true }));
    const reader = late.body?.getReader();
    assert.equal((await reader?.read())?.value?.length, 50);
    const record = await server.control.waitForRequest({ nth: 2, state: 'answering' });
    assert.equal(record.status, 200);
    while ((await server.control.status()).stalled === 0) await new Promise(setImmediate);
    await server.control.release();
    assert.equal((await reader?.read())?.done, false);
    await reader?.cancel();
  });

  it('hold the headers back', async () => {
    await server.control.script({ kind: 'default', faults: { headersDelayMs: 30 } });
    await ask(server.baseUrl, hello());
    const { timings } = await server.control.waitForRequest();
    assert.ok((timings.headers ?? 0) - (timings.body ?? 0) >= 28, JSON.stringify(timings));
  });

  it('add faults to what the API answers by itself', async () => {
    await server.control.script({ kind: 'default', faults: { headers: { 'x-extra': '1' } } });
    const refused = await ask(server.baseUrl, hello({ model: 'nope' }));
    assert.deepEqual([refused.status, refused.headers.get('x-extra')], [404, '1']);
    assert.deepEqual(await server.control.status(), { scripts: 0, stalled: 0 });
  });
});

describe('waiting for a request', () => {
  it('resolves for one that comes later, and says what it saw when none comes', async () => {
    await using server = await openAiServerInProcess();
    const waiting = server.control.waitForRequest({ nth: 2 });
    await ask(server.baseUrl, hello());
    await ask(server.baseUrl, hello({ model: 'gpt-4.1' }));
    assert.equal((await waiting).id, 2);
    await assert.rejects(
      server.control.waitForRequest({ nth: 3, timeoutMs: 1 }),
      /no such request in time.*chat\/completions/,
    );
    await server.control.reset();
    assert.deepEqual(await server.control.requests(), []);
  });
});
