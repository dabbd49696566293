import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createProvider } from '../../../src/llm/create-provider.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';

/** More than the buffers between two processes hold. */
const words = 100_000;
const expected = Array.from({ length: words }, (_, at) => `word ${at} `).join('');
const answer = inPieces(32 * 1024);

function inPieces(size: number): Buffer[] {
  const chunk = (delta: string, finish = 'null'): string =>
    `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795305600,"model":"gpt-5.4","choices":` +
    `[{"index":0,"delta":${delta},"finish_reason":${finish}}]}\n\n`;
  const pieces: Buffer[] = [];
  let text = '';
  for (let at = 0; at < words; at++) {
    text += chunk(`{"content":"word ${at} "}`);
    if (text.length < size) continue;
    pieces.push(Buffer.from(text));
    text = '';
  }
  return [...pieces, Buffer.from(`${text}${chunk('{}', '"stop"')}data: [DONE]\n\n`)];
}

function begin(endpoint: string): AsyncIterator<StreamEvent> {
  const provider = createProvider({
    retry: false,
    provider: 'openai',
    apiKey: 'sk-test',
    model: 'gpt-5.4',
    endpoint,
  });
  const stream = provider.stream({ messages: [{ role: 'user', content: 'Count.' }] });
  return stream[Symbol.asyncIterator]();
}

async function textOf(stream: AsyncIterator<StreamEvent>): Promise<string> {
  let text = '';
  for (let next = await stream.next(); !next.done; next = await stream.next())
    if (next.value.type === 'text-delta') text += next.value.text;
  return text;
}

test('while nobody reads the server has to wait, and nothing is lost', async () => {
  let sent = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (): void => {
      while (sent < answer.length) if (!response.write(answer[sent++])) return void response.once('drain', send);
      response.end();
    };
    send();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    const stream = begin(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    const first = await stream.next();
    assert.deepEqual(first.value, { type: 'text-delta', text: 'word 0 ' });
    // Until nothing has been sent for a thousand turns of this process, which is the server's too.
    for (let before = -1, still = 0; still < 1000; still = sent === before ? still + 1 : 0, before = sent)
      await new Promise(resolve => setImmediate(resolve));
    assert.ok(sent < answer.length, `all ${sent} pieces were sent to nobody`);
    assert.equal(`word 0 ${await textOf(stream)}`, expected);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
