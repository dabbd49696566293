import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { maxImageBytes, parseFromWebview } from '../../src/protocol/from-webview.ts';
import { checkImage } from '../../src/protocol/image-sniff.ts';
import { exifSegment, gif, png, type PngOptions, riff, tiff } from '../protocol/image-bytes.ts';
import { type Chat, type ChatOptions, emptyState, type Harness, model, startHarness, turn } from './chat-harness.ts';

let harness: Harness;
before(async () => {
  harness = await startHarness();
});
after(() => harness.close());

function imageTest(name: string, body: (chat: Chat) => Promise<void>, options: ChatOptions = {}): void {
  test(name, async () => {
    const chat = await harness.open({ state: emptyState, ...options });
    await body(chat);
    assert.deepEqual(chat.leaks, []);
  });
}

interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const file = (name: string, buffer: Buffer, mimeType = 'image/png'): GivenFile => ({ name, mimeType, buffer });

const attach = (chat: Chat, ...files: GivenFile[]): Promise<void> => chat.part('file-input').setInputFiles(files);

/** A paste or drop as the browser makes one: the files in a DataTransfer. */
async function give(
  chat: Chat,
  kind: 'paste' | 'drop',
  files: readonly GivenFile[],
  texts: Record<string, string> = {},
): Promise<boolean> {
  const sent = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') }));
  return chat.part('composer').evaluate(
    (target, { kind, sent, texts }) => {
      const data = new DataTransfer();
      for (const { name, mimeType, base64 } of sent)
        data.items.add(
          new File([Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))], name, { type: mimeType }),
        );
      for (const [type, text] of Object.entries(texts)) data.setData(type, text);
      const event =
        kind === 'paste'
          ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      return !target.dispatchEvent(event);
    },
    { kind, sent, texts },
  );
}

interface SentImage {
  readonly name: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly thumbnail: string;
  readonly bytes: Buffer;
  /** The four corner colours (top left, top right, bottom left, bottom right), as letters r, g, b, w. */
  readonly corners: string;
}

/** Sends what is attached and gives the images as the host gets them. */
async function sendImages(chat: Chat): Promise<readonly SentImage[]> {
  await ready(chat);
  await chat.part('send').click();
  const images = await chat.page.evaluate(async () => {
    const { sentImages } = globalThis as unknown as {
      sentImages: { bytes: Uint8Array<ArrayBuffer>; mediaType: string }[];
    };
    return Promise.all(
      sentImages.map(async image => {
        const bitmap = await createImageBitmap(new Blob([image.bytes], { type: image.mediaType }));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        const letter = (x: number, y: number): string => {
          const [red = 0, green = 0, blue = 0] = context?.getImageData(x, y, 1, 1).data ?? [];
          if (red > 128 && green > 128) return 'w';
          return red > 128 ? 'r' : green > 128 ? 'g' : blue > 128 ? 'b' : '?';
        };
        const [right, bottom] = [bitmap.width - 2, bitmap.height - 2];
        const corners = letter(1, 1) + letter(right, 1) + letter(1, bottom) + letter(right, bottom);
        const binary =
          image.bytes.length < 3_000_000 ? [...image.bytes].map(byte => String.fromCharCode(byte)).join('') : '';
        return { ...image, bytes: btoa(binary), decoded: [bitmap.width, bitmap.height], corners };
      }),
    );
  });
  return images.map(image => {
    const sent = { ...image, bytes: Buffer.from(image.bytes, 'base64') } as unknown as SentImage & {
      id: string;
      decoded: number[];
    };
    assert.deepEqual(sent.decoded, [sent.width, sent.height], 'the pixels are what the message says');
    const { id, name, mediaType, width, height, thumbnail } = sent;
    const message = {
      type: 'send',
      text: '',
      images: [{ id, name, mediaType, width, height, thumbnail, bytes: new Uint8Array(sent.bytes) }],
    };
    assert.ok(parseFromWebview(message), 'the host takes it');
    return sent;
  });
}

const ready = (chat: Chat): Promise<void> =>
  chat.page.locator('[data-testid=attachment]:not([aria-busy])').first().waitFor();

/** Four corners: red, green, blue, white. */
const cornered = (width: number, height: number, more: PngOptions = {}): Buffer =>
  png({
    width,
    height,
    pixel: (x, y) => {
      if (y < height / 2) return x < width / 2 ? [255, 0, 0] : [0, 255, 0];
      return x < width / 2 ? [0, 0, 255] : [255, 255, 255];
    },
    ...more,
  });

/** The same as a real JPEG or WEBP, encoded by the browser. */
async function encoded(chat: Chat, width: number, height: number, type: string): Promise<Buffer> {
  const base64 = await chat.page.evaluate(
    async ({ width, height, type }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      ['#f00', '#0f0', '#00f', '#fff'].forEach((colour, index) => {
        if (!context) return;
        context.fillStyle = colour;
        context.fillRect(((index % 2) * width) / 2, (index > 1 ? height : 0) / 2, width / 2, height / 2);
      });
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.95 })).arrayBuffer());
      return btoa([...bytes].map(byte => String.fromCharCode(byte)).join(''));
    },
    { width, height, type },
  );
  return Buffer.from(base64, 'base64');
}

const withExif = (jpeg: Buffer, orientation: number): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), exifSegment(orientation), jpeg.subarray(2)]);

for (const way of ['attach', 'paste', 'drop'] as const)
  imageTest(`an image comes in by ${way}, shows name, size and tokens, and is sent byte for byte`, async chat => {
    const original = cornered(300, 200);
    if (way === 'attach') await attach(chat, file('shot.png', original));
    else assert.equal(await give(chat, way, [file('shot.png', original)]), true, 'the browser does nothing of its own');
    await ready(chat);
    const chip = chat.part('attachment');
    const kilobytes = original.length < 1024 ? `${original.length} B` : `${Math.round(original.length / 1024)} KB`;
    assert.equal(await chip.innerText(), `shot.png\n300 × 200 · ${kilobytes}`);
    const draft = (await chat.posted()).at(-1) as unknown as {
      type: string;
      images: { id: string; width: number; height: number }[];
    };
    assert.equal(draft.type, 'draft');
    const [priced] = draft.images;
    assert.ok(priced);
    assert.deepEqual([priced.width, priced.height], [300, 200]);
    await chat.send({ type: 'draft-priced', images: [{ id: priced.id, tokens: 1105 }] });
    assert.match(await chip.innerText(), /1,105 tokens$/);
    const [sent] = await sendImages(chat);
    assert.ok(sent);
    assert.equal(sent.mediaType, 'image/png');
    assert.deepEqual(sent.bytes, original);
    assert.match(sent.thumbnail, /^data:image\/webp;base64,/);
    assert.ok(sent.thumbnail.length < 64 * 1024);
    assert.equal(await chip.count(), 0, 'the composer is empty again');
  });

imageTest('an image pasted from the real clipboard arrives', async chat => {
  await chat.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await chat.page.evaluate(async base64 => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
  }, cornered(64, 48).toString('base64'));
  await chat.part('composer').press('Control+v');
  await ready(chat);
  assert.match(await chat.part('attachment').innerText(), /64 × 48/);
});

imageTest('a paste of text with a picture of it beside it stays a paste of text', async chat => {
  const texts = { 'text/plain': 'cells', 'text/html': '<table></table>' };
  assert.equal(await give(chat, 'paste', [file('image.png', png())], texts), false);
  assert.equal(await chat.part('attachment').count(), 0);
  assert.equal(await give(chat, 'paste', [], { 'text/plain': 'words' }), false);
});

imageTest('an attached image can be taken away again, by keyboard too', async chat => {
  await attach(chat, file('a.png', png()), file('b.png', png()));
  await ready(chat);
  await chat.page.getByRole('button', { name: 'Remove a.png' }).press('Enter');
  assert.equal(await chat.part('attachment').count(), 1);
  assert.equal(await chat.page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Remove b.png');
  await chat.page.keyboard.press('Enter');
  assert.equal(await chat.part('attachment').count(), 0);
  assert.deepEqual((await chat.posted()).at(-1), { type: 'draft', text: '', images: [] });
});

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const refused: [string, GivenFile, RegExp][] = [
  [
    'animated GIF',
    file('cat.gif', gif(3), 'image/gif'),
    /^cat\.gif was not attached\. Animated GIF images cannot be sent/,
  ],
  [
    'SVG',
    file('logo.svg', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'),
    /SVG images cannot be sent/,
  ],
  ['BMP called PNG', file('x.png', bytes('BM\x46\0\0\0\0\0\0\0\x36\0\0\0')), /BMP images cannot be sent/],
  ['HEIC', file('IMG_1.HEIC', bytes('\0\0\0\x18ftypheic\0\0\0\0'), 'image/heic'), /HEIC images cannot be sent/],
  [
    'a cut-off PNG',
    file('cut.png', png({ width: 50, height: 50 }).subarray(0, 80)),
    /PNG file is damaged or incomplete/,
  ],
  [
    'a PNG whose pixels are garbage',
    file('bad.png', garbled(png({ width: 50, height: 50 }))),
    /PNG file is damaged or incomplete/,
  ],
  ['text', file('notes.txt', bytes('hello'), 'text/plain'), /not an image Pennyloom can send/],
  ['an empty file', file('none.png', Buffer.alloc(0)), /The file is empty/],
];

/** Keeps every length, breaks the compressed data. */
function garbled(whole: Buffer): Buffer {
  const at = whole.indexOf('IDAT') + 4;
  return Buffer.concat([whole.subarray(0, at), Buffer.alloc(12, 0xff), whole.subarray(at + 12)]);
}

for (const [name, given, reason] of refused)
  imageTest(`refused with the reason: ${name}`, async chat => {
    await attach(chat, given);
    await chat.part('refusal').getByText(given.name).waitFor();
    assert.match(await chat.part('refusal').innerText(), reason);
    assert.equal(await chat.part('attachment').count(), 0);
    await chat.part('refusal').getByRole('button', { name: 'Dismiss' }).click();
    assert.equal(await chat.part('refusal').isVisible(), false);
  });

imageTest('of several files the good ones stay and the bad one says why', async chat => {
  await give(chat, 'drop', [
    file('a.png', png()),
    file('b.gif', gif(2), 'image/gif'),
    file('c.gif', gif(1), 'image/gif'),
  ]);
  await chat.part('refusal').getByText('b.gif').waitFor();
  await ready(chat);
  const images = await sendImages(chat);
  assert.deepEqual(
    images.map(({ name, mediaType }) => [name, mediaType]),
    [
      ['a.png', 'image/png'],
      ['c.gif', 'image/gif'],
    ],
  );
});

imageTest('exactly 20 MB pass and one byte more is refused', async chat => {
  const room = maxImageBytes - png({ padding: 0 }).length;
  await attachLarge(chat, room);
  await ready(chat);
  assert.match(await chat.part('attachment').innerText(), /20 MB/);
  await attachLarge(chat, room + 1);
  await chat.part('refusal').getByText('The image is larger than 20 MB.').waitFor();
  assert.equal(await chat.part('attachment').count(), 1);
});

/** Made in the page: its bytes would take seconds to get there. */
async function attachLarge(chat: Chat, padding: number): Promise<void> {
  const whole = png({ padding: 0 });
  const at = whole.indexOf('juNk') - 4;
  await chat.part('composer').evaluate(
    (target, { head, tail, padding }) => {
      const part = (base64: string): Uint8Array<ArrayBuffer> =>
        Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, padding);
      const name = new TextEncoder().encode('juNk');
      // The checksum of an ancillary chunk is not looked at by decoders.
      const data = new DataTransfer();
      data.items.add(
        new File([part(head), length, name, new Uint8Array(padding), part(tail)], 'large.png', { type: 'image/png' }),
      );
      target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    },
    { head: whole.subarray(0, at).toString('base64'), tail: whole.subarray(at + 8).toString('base64'), padding },
  );
}

imageTest('an image over 2048 pixels is shrunk to fit, keeping its aspect', async chat => {
  await attach(chat, file('wide.png', cornered(4000, 3000)));
  const [sent] = await sendImages(chat);
  assert.ok(sent);
  assert.deepEqual([sent.width, sent.height, sent.mediaType, sent.corners], [2048, 1536, 'image/png', 'rgbw']);
});

imageTest('exactly 2048 pixels stay as they are', async chat => {
  const original = cornered(2048, 10);
  await attach(chat, file('edge.png', original));
  const [sent] = await sendImages(chat);
  assert.deepEqual(sent?.bytes, original);
});

imageTest('a shrunk JPEG stays a JPEG, a shrunk WEBP a WEBP', async chat => {
  await attach(chat, file('a.jpg', await encoded(chat, 2600, 1300, 'image/jpeg'), 'image/jpeg'));
  await ready(chat);
  await attach(chat, file('b.webp', await encoded(chat, 1300, 2600, 'image/webp'), 'image/webp'));
  await chat.page.waitForFunction(
    () => document.querySelectorAll('[data-testid=attachment]:not([aria-busy])').length === 2,
  );
  const images = await sendImages(chat);
  assert.deepEqual(
    images.map(({ mediaType, width, height, corners }) => [mediaType, width, height, corners]),
    [
      ['image/jpeg', 2048, 1024, 'rgbw'],
      ['image/webp', 1024, 2048, 'rgbw'],
    ],
  );
});

const upright: [orientation: number, corners: string][] = [
  [1, 'rgbw'],
  [2, 'grwb'],
  [3, 'wbgr'],
  [4, 'bwrg'],
  [5, 'rbgw'],
  [6, 'brwg'],
  [7, 'wgbr'],
  [8, 'gwrb'],
];
for (const [orientation, corners] of upright)
  imageTest(`a photo with EXIF orientation ${orientation} is sent upright and without its GPS position`, async chat => {
    const photo = withExif(await encoded(chat, 80, 60, 'image/jpeg'), orientation);
    assert.ok(photo.includes('N-SECRET'));
    await attach(chat, file('photo.jpg', photo, 'image/jpeg'));
    const [sent] = await sendImages(chat);
    assert.ok(sent);
    assert.deepEqual([sent.width, sent.height], orientation >= 5 ? [60, 80] : [80, 60]);
    assert.equal(sent.corners, corners);
    assert.equal(sent.bytes.includes('N-SECRET'), false);
    const check = checkImage(sent.bytes);
    assert.ok(check.ok && !check.image.hasMetadata && check.image.orientation === 1);
  });

imageTest('rotated PNG and WEBP are set upright as well', async chat => {
  const webp = await encoded(chat, 80, 60, 'image/webp');
  assert.equal(webp.toString('latin1', 12, 16), 'VP8X');
  webp.writeUInt8(webp.readUInt8(20) | 8, 20);
  const exif = riff([['EXIF', tiff(6)]]).subarray(12);
  webp.writeUInt32LE(webp.readUInt32LE(4) + exif.length, 4);
  const rotated = Buffer.concat([webp, exif]);
  await attach(chat, file('a.png', cornered(80, 60, { orientation: 6 })), file('b.webp', rotated, 'image/webp'));
  await chat.page.waitForFunction(
    () => document.querySelectorAll('[data-testid=attachment]:not([aria-busy])').length === 2,
  );
  for (const { width, height, corners } of await sendImages(chat))
    assert.deepEqual([width, height, corners], [60, 80, 'brwg']);
});

const blind: ChatOptions = {
  state: { ...emptyState, model: { ...model, id: 'gpt-3.5-turbo', name: 'gpt-3.5-turbo', vision: false } },
};

imageTest(
  'a model that cannot see takes no image, and the view says which model and why',
  async chat => {
    const button = chat.part('attach');
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    assert.equal(await button.getAttribute('title'), 'gpt-3.5-turbo cannot read images');
    for (const way of ['paste', 'drop'] as const) {
      await give(chat, way, [file('shot.png', png())]);
      assert.equal(
        await chat.part('refusal').innerText(),
        'gpt-3.5-turbo cannot read images. Switch to a model that can.',
      );
    }
    assert.equal(await chat.part('attachment').count(), 0);
  },
  blind,
);

imageTest('an image attached before switching to a model that cannot see blocks the question', async chat => {
  await attach(chat, file('shot.png', png()));
  await ready(chat);
  await chat.event({ type: 'model-changed', model: { ...model, id: 'b', name: 'blind-1', vision: false } });
  await chat.part('composer').fill('what is this?');
  await chat.part('composer').press('Enter');
  assert.match(await chat.part('refusal').innerText(), /^blind-1 cannot read images\. Remove them/);
  assert.equal(
    (await chat.posted()).some(({ type }) => type === 'send'),
    false,
  );
  assert.equal(await chat.part('composer').inputValue(), 'what is this?');
  await chat.event({ type: 'model-changed', model });
  await chat.part('composer').press('Enter');
  assert.equal((await chat.posted()).at(-1)?.type, 'send');
});

imageTest('Enter while an image is still being read sends both when it is ready', async chat => {
  await chat.part('composer').fill('what is this?');
  await chat.part('composer').evaluate((target, base64) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))], 'a.png'));
    target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  }, cornered(3000, 2000).toString('base64'));
  await chat.page.waitForFunction(() => (globalThis as unknown as { sentImages: unknown[] }).sentImages.length === 1);
  const sent = (await chat.posted()).filter(({ type }) => type === 'send');
  assert.equal(sent.length, 1);
  assert.equal(sent[0]?.['text'], 'what is this?');
});

imageTest('a refused question brings its images back', async chat => {
  await attach(chat, file('shot.png', png()));
  await ready(chat);
  await chat.part('send').click();
  await chat.send({ type: 'send-refused', reason: 'shot.png: the image is damaged.' });
  assert.equal(await chat.part('attachment').count(), 1);
  await chat.part('send').click();
  await chat.event({ type: 'turn-started', turn: turn('t1') });
  assert.equal((await chat.posted()).filter(({ type }) => type === 'send').length, 2);
});

imageTest('a question takes twenty images and says so at the next', async chat => {
  await attach(chat, ...Array.from({ length: 21 }, (_, index) => file(`${index}.png`, png())));
  await chat.part('refusal').getByText('at most 20 images').waitFor();
  assert.equal(await chat.part('attachment').count(), 20);
});

imageTest('files held over the view show where they would go', async chat => {
  const hover = (type: string): Promise<void> =>
    chat.part('composer').evaluate((target, name) => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'a.png'));
      target.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
    }, type);
  await hover('dragover');
  assert.equal(await chat.page.locator('.chat.dropping').count(), 1);
  await hover('dragleave');
  assert.equal(await chat.page.locator('.chat.dropping').count(), 0);
});
