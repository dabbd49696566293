// What Claude takes of images: refused here, in words, where it belongs to the question; put into words where it was asked earlier.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { ImagePart, Message, UserMessage } from '../../../src/llm/message.ts';
import { png, pngOfBytes } from '../../support-server/pictures.ts';
import { claude, noticesOf, send, served } from './served-wire.ts';

const uri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;
const image = (bytes: Buffer, more: Partial<ImagePart> = {}): ImagePart => ({
  type: 'image',
  url: uri(bytes),
  ...more,
});
const showing = (...content: readonly ImagePart[]): UserMessage => ({ role: 'user', content });
const then = (...messages: readonly Message[]): Message[] => [
  ...messages,
  { role: 'assistant', content: 'I see.' },
  { role: 'user', content: 'And now?' },
];

const dot = image(png(4, 4), { width: 4, height: 4 });
/** Just 10 MB in base64, and just more. */
const most = image(pngOfBytes(7_864_320));
const larger = image(pngOfBytes(7_864_321), { name: 'poster.png' });
const wide = image(png(2040, 2), { name: 'wide.png', width: 2040, height: 2 });

async function refusal(messages: readonly Message[], model = 'claude-sonnet-5'): Promise<string> {
  const before = (await served.control.requests()).length;
  const error: unknown = await claude({ model })
    .chat({ messages })
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof LlmError);
  assert.deepEqual([error.code, error.facts.notSent], ['ERR_REFUSED_LOCALLY', true]);
  assert.equal((await served.control.requests()).length, before);
  return error.message;
}

test('an image that is sent as more than 10 MB is refused by name; exactly 10 MB pass', async () => {
  await send({ messages: [showing(most)] });
  const said = await refusal([showing(dot, larger)]);
  assert.match(said, /^poster\.png is larger than 10 MB .* Claude Sonnet 5 does not take\. Attach a smaller one\.$/);
  assert.match(await refusal([showing(image(png(4, 4), { width: 8001, height: 4 }))]), /^The image .* 8000 pixels/);
});

test('one of an earlier question is mentioned instead, so that it cannot stand in the way', async () => {
  const messages = then(showing(larger, dot));
  const { body } = await send({ messages });
  assert.match(JSON.stringify(body.messages[0]), /\[an image that is not sent: it is larger than 10 MB/);
  assert.match(JSON.stringify(body.messages[0]), /"type":"image"/);
  const [notice, ...others] = await noticesOf({ messages });
  assert.deepEqual(others, []);
  assert.match(notice!, /^One image of earlier questions can only be mentioned to Claude Sonnet 5/);
});

test('beside more than 20 images none may be larger than 2000 pixels', async () => {
  const dots = Array.from({ length: 20 }, () => ({ ...dot }));
  assert.match(await refusal([showing(...dots, wide)]), /^wide\.png is wider or higher than 2000 pixels/);
  await send({ messages: [showing(...dots.slice(1), wide)] });
  const { body } = await send({
    messages: then(showing(wide), { role: 'assistant', content: 'Yes.' }, showing(...dots)),
  });
  assert.match(JSON.stringify(body.messages[0]), /not sent: it is wider or higher than 2000/);
});

test('the newest stay where there are too many, or too much of them, for one request', async () => {
  const some = (count: number): ImagePart[] => Array.from({ length: count }, () => ({ ...dot }));
  const [old] = await noticesOf({ messages: then(showing(...some(103))) }, { model: 'claude-haiku-4-5' });
  assert.match(old!, /^3 images of earlier questions/);
  assert.deepEqual(await noticesOf({ messages: then(showing(...some(103))) }), []);
  assert.match(await refusal([showing(...some(101))], 'claude-haiku-4-5'), /more than 100 images/);
  const heavy = Array.from({ length: 4 }, () => ({ ...most }));
  assert.match(await refusal([showing(...heavy)]), /makes the request larger than 32 MB/);
  const { body } = await send({
    messages: then(
      ...heavy.map(one => showing(one)).flatMap(one => [one, { role: 'assistant', content: 'Yes.' } as const]),
    ),
  });
  assert.equal(JSON.stringify(body.messages).match(/"type":"image"/g)?.length, 3);
});
