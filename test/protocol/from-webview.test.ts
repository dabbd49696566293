import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { actionIds } from '../../src/protocol/chat-view-state.ts';
import { type FromWebview, parseFromWebview } from '../../src/protocol/from-webview.ts';

const image = {
  id: 'img-1',
  name: 'kettle.png',
  mediaType: 'image/png',
  width: 640,
  height: 480,
  bytes: new Uint8Array([1, 2, 3]),
  thumbnail: 'data:image/png;base64,AAAA',
};

const valid: readonly FromWebview[] = [
  { type: 'ready' },
  { type: 'stop' },
  { type: 'new-chat' },
  { type: 'pick-model' },
  { type: 'send', text: '', images: [] },
  { type: 'send', text: 'What is this?', images: [image, { ...image, id: 'img-2' }] },
  { type: 'draft', text: 'Hello', images: [{ id: 'a', width: 1, height: 65_535 }] },
  { type: 'copy', text: 'x'.repeat(4_000_000) },
  { type: 'insert', text: 'const a = 1;' },
  ...actionIds.map(action => ({ type: 'action', action }) as const),
  { type: 'action', action: 'try-again', turnId: 'turn_1-A' },
];
for (const message of valid)
  test(`${message.type} passes as it is${'action' in message ? `: ${message.action}` : ''}`, () => {
    assert.deepEqual(parseFromWebview(message), message);
  });

const twentyOne = Array.from({ length: 21 }, (_, at) => ({ ...image, id: `i${at}` }));
const hostile: readonly [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a string', 'ready'],
  ['a list', ['ready']],
  ['no type', {}],
  ['an unknown type', { type: 'eval' }],
  ['a type from the prototype', { type: 'constructor' }],
  ['a type that is a list', { type: ['ready'] }],
  ['send without text', { type: 'send', images: [] }],
  ['send without images', { type: 'send', text: 'x' }],
  ['send with a text object', { type: 'send', text: { toString: 'x' }, images: [] }],
  ['send with too much text', { type: 'send', text: 'x'.repeat(4_000_001), images: [] }],
  ['send with an array-like of images', { type: 'send', text: 'x', images: { length: 1, 0: image } }],
  ['send with too many images', { type: 'send', text: 'x', images: twentyOne }],
  ['an image with an id that is a path', { type: 'send', text: 'x', images: [{ ...image, id: '../x' }] }],
  ['an image with a huge id', { type: 'send', text: 'x', images: [{ ...image, id: 'x'.repeat(65) }] }],
  ['an image with a huge name', { type: 'send', text: 'x', images: [{ ...image, name: 'x'.repeat(501) }] }],
  ['an image with no bytes', { type: 'send', text: 'x', images: [{ ...image, bytes: 'AAAA' }] }],
  ['an image with an array of bytes', { type: 'send', text: 'x', images: [{ ...image, bytes: [1, 2, 3] }] }],
  ['an image of no width', { type: 'send', text: 'x', images: [{ ...image, width: 0 }] }],
  ['an image of half a pixel', { type: 'send', text: 'x', images: [{ ...image, height: 0.5 }] }],
  ['an image of endless height', { type: 'send', text: 'x', images: [{ ...image, height: Infinity }] }],
  ['an image wider than any', { type: 'send', text: 'x', images: [{ ...image, width: 65_536 }] }],
  [
    'an SVG thumbnail',
    { type: 'send', text: 'x', images: [{ ...image, thumbnail: 'data:image/svg+xml;base64,AAAA' }] },
  ],
  [
    'a thumbnail from the net',
    { type: 'send', text: 'x', images: [{ ...image, thumbnail: 'https://evil.example/a.png' }] },
  ],
  [
    'a thumbnail that breaks out',
    { type: 'send', text: 'x', images: [{ ...image, thumbnail: 'data:image/png;base64,AA"onerror=' }] },
  ],
  [
    'a thumbnail with a line after it',
    { type: 'send', text: 'x', images: [{ ...image, thumbnail: 'data:image/png;base64,AAAA\n' }] },
  ],
  [
    'a thumbnail over 64 KiB',
    { type: 'send', text: 'x', images: [{ ...image, thumbnail: `data:image/png;base64,${'A'.repeat(65_536)}` }] },
  ],
  ['a media type that is none', { type: 'send', text: 'x', images: [{ ...image, mediaType: 7 }] }],
  ['a draft of bad sizes', { type: 'draft', text: '', images: [{ id: 'a', width: '1', height: 1 }] }],
  ['a draft of a hole', { type: 'draft', text: '', images: Array(1) }],
  ['a draft of a size', { type: 'draft', text: 5, images: [] }],
  ['a draft without its text', { type: 'draft', images: [] }],
  ['copy of a number', { type: 'copy', text: 5 }],
  ['insert of too much', { type: 'insert', text: 'x'.repeat(4_000_001) }],
  ['an unknown action', { type: 'action', action: 'delete-everything' }],
  ['an action with an odd turn', { type: 'action', action: 'try-again', turnId: 'a b' }],
  ['an action with a turn object', { type: 'action', action: 'try-again', turnId: {} }],
];
for (const [what, message] of hostile)
  test(`${what} is dropped`, () => assert.equal(parseFromWebview(message), undefined));

test('what was not asked for does not come through', () => {
  assert.deepEqual(parseFromWebview({ type: 'ready', evil: true }), { type: 'ready' });
  const [first] = (
    parseFromWebview({ type: 'send', text: 'x', images: [{ ...image, evil: true }] }) as unknown as { images: object[] }
  ).images;
  assert.ok(!('evil' in first!));
});

test('whatever is posted, parsing never throws, and what passes passes again', () => {
  const type = fc.constantFrom('ready', 'send', 'draft', 'copy', 'insert', 'action', 'stop', 'new-chat', 'pick-model');
  const message = fc.oneof(
    fc.anything(),
    fc.record(
      {
        type,
        text: fc.oneof(fc.string(), fc.anything()),
        images: fc.oneof(fc.array(fc.anything()), fc.constant([image])),
        action: fc.oneof(fc.constantFrom(...actionIds), fc.anything()),
        turnId: fc.anything(),
      },
      { requiredKeys: ['type'] },
    ),
  );
  let passed = 0;
  fc.assert(
    fc.property(message, value => {
      const parsed = parseFromWebview(value);
      if (!parsed) return;
      passed++;
      assert.deepEqual(parseFromWebview(parsed), parsed);
    }),
    { numRuns: 2000 },
  );
  assert.ok(passed > 50);
});
