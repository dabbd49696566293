import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { averageColour } from '../support/openai-server/demo/png-colour.ts';
import { imageFacts, NoImageError } from '../support/openai-server/image-facts.ts';
import { imageTokens } from '../support/openai-server/image-tokens.ts';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import type { Json } from './ask.ts';
import { ask, hello, user } from './ask.ts';
import { dataUri, gif, jpeg, png, pngOfBytes, webp } from './pictures.ts';

describe('what bytes say about an image', () => {
  const cases = [
    ['PNG', png(12, 34)],
    ['JPEG', jpeg(12, 34)],
    ['GIF', gif(12, 34)],
    ['WEBP', webp(12, 34)],
  ] as const;
  for (const [format, bytes] of cases) {
    it(`knows a ${format} and its size, and every truncation of it`, () => {
      assert.deepEqual(imageFacts(bytes), { format, width: 12, height: 34, animated: false });
      for (let length = 0; length < bytes.length; length += 1) {
        assert.throws(() => imageFacts(bytes.subarray(0, length)), NoImageError, `${length} bytes`);
      }
    });
  }

  it('tells what moves, and what is no image', () => {
    assert.equal(imageFacts(gif(2, 2, 2)).animated, true);
    assert.equal(imageFacts(webp(2, 2, true)).animated, true);
    for (const text of ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'BM123456', 'hello, world, how are you']) {
      assert.throws(() => imageFacts(Buffer.from(text)), { reason: 'format' });
    }
    const damaged = png(4, 4);
    damaged[20] = 99;
    assert.throws(() => imageFacts(damaged), { reason: 'corrupt' });
  });

  it('finds the average colour of a PNG', () => {
    assert.equal(averageColour(png(9, 5, [1, 128, 255])), '#0180ff');
  });
});

describe('what an image costs', () => {
  const gpt4o = { kind: 'tiles', base: 85, tile: 170 } as const;
  const plain = { kind: 'patches', factor: 1, budget: 1536, longestSide: 2048 } as const;
  const cases = [
    [gpt4o, 1024, 1024, 'high', 765],
    [gpt4o, 2048, 4096, 'high', 1105],
    [gpt4o, 1920, 1080, 'high', 1105],
    [gpt4o, 512, 512, 'auto', 255],
    [gpt4o, 4096, 4096, 'low', 85],
    [plain, 1024, 1024, 'high', 1024],
    [{ ...plain, factor: 1.62 }, 1024, 1024, 'high', 1659],
    [plain, 1800, 2400, 'high', 1452],
  ] as const;
  for (const [rule, width, height, detail, tokens] of cases) {
    it(`${width}×${height} at ${detail} by ${rule.kind} ×${'factor' in rule ? rule.factor : 1} is ${tokens}`, () => {
      assert.equal(imageTokens(rule, width, height, detail), tokens);
    });
  }
});

describe('images in a request', () => {
  let server: InProcessServer;
  before(async () => {
    server = await openAiServerInProcess();
  });
  after(() => server.stop());
  const show = (url: string, extra: Record<string, unknown> = {}, detail = 'high'): Json =>
    hello({
      messages: [
        user([
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url, detail } },
        ]),
      ],
      ...extra,
    });

  it('are counted by the model’s rule and described by the demo model', async () => {
    const { json } = await ask(server.baseUrl, show(dataUri(png(640, 480, [200, 30, 40]))));
    assert.match(json.choices[0].message.content, /\*\*PNG\*\* of \*\*640×480\*\* pixels/);
    assert.match(json.choices[0].message.content, /red on average \(`#c81e28`\)/);
    const { json: low } = await ask(server.baseUrl, show(dataUri(png(640, 480)), {}, 'low'));
    assert.equal(json.usage.prompt_tokens - low.usage.prompt_tokens, 425 - 85);
    const [record] = await server.control.requests();
    assert.equal(record?.billed?.imageTokens, 425);
  });

  const refused: readonly (readonly [string, Json, string | null, RegExp])[] = [
    [
      'a model that cannot see',
      show(dataUri(png(2, 2)), { model: 'gpt-3.5-turbo' }),
      null,
      /image_url is only supported by certain models/,
    ],
    ['bytes that are no image', show(dataUri(Buffer.from('hello world'))), 'invalid_image_format', /unsupported image/],
    ['an SVG', show(dataUri(Buffer.from('<svg/>'), 'image/svg+xml')), 'invalid_image_format', /unsupported image/],
    ['an animated GIF', show(dataUri(gif(2, 2, 2), 'image/gif')), 'invalid_image_format', /Animated/],
    [
      'a truncated PNG',
      show(dataUri(png(2, 2).subarray(0, 40))),
      'image_parse_error',
      /does not represent a valid image/,
    ],
    ['broken base64', show('data:image/png;base64,@@@@'), 'invalid_base64_image', /base64/],
    ['an empty image', show('data:image/png;base64,'), 'empty_image_file', /empty/],
    ['a local file', show('file:///etc/hosts'), 'invalid_image_url', /Expected a valid URL/],
    [
      'one byte more than 20 MB',
      show(dataUri(pngOfBytes(20 * 1024 * 1024 + 1))),
      'image_file_too_large',
      /exceeds the allowed limit/,
    ],
  ];
  for (const [what, body, code, words] of refused) {
    it(`are refused: ${what}`, async () => {
      await server.control.configure({ today: '2026-01-01' });
      const { status, json } = await ask(server.baseUrl, body);
      assert.deepEqual([status, json.error.code], [400, code]);
      assert.match(json.error.message, words);
    });
  }

  it('may weigh exactly 20 MB, and may be an address', async () => {
    assert.equal((await ask(server.baseUrl, show(dataUri(pngOfBytes(20 * 1024 * 1024))))).status, 200);
    assert.equal((await ask(server.baseUrl, show('https://example.com/cat.png'))).status, 200);
  });
});
