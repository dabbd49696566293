import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Chat, type Harness, startHarness } from './chat-harness.ts';
import { trickyDocuments } from './markdown-documents.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
let harness: Harness;
let chat: Chat;

before(async () => {
  harness = await startHarness();
  chat = await harness.open();
});
after(() => harness.close());

/** Final markup of `chunks` streamed, one frame each. */
const stream = (chunks: readonly string[], finish = true): Promise<string> =>
  chat.page.evaluate(({ chunks, finish }) => globalThis.streamMarkdown(chunks, finish).innerHTML, { chunks, finish });

test(`a streamed answer ends as the same markup as one drawn at once (SEED=${seed})`, async t => {
  const random = generator(seed);
  for (const [name, text] of Object.entries(trickyDocuments)) {
    const splits = [[...split(text, 1)], [...split(text, 7)], randomSplit(text, random), randomSplit(text, random)];
    await t.test(name, async () => {
      const whole = await stream([text]);
      for (const chunks of splits) assert.equal(await stream(chunks), whole, JSON.stringify(chunks));
    });
  }
});

test(`documents joined at random stream to the same end (SEED=${seed})`, async () => {
  const random = generator(seed);
  const all = Object.values(trickyDocuments);
  for (let round = 0; round < 40; round += 1) {
    const text = Array.from({ length: 4 }, () => all[Math.floor(random() * all.length)]).join(
      random() < 0.5 ? '\n' : '\n\n',
    );
    assert.equal(await stream(randomSplit(text, random)), await stream([text]), JSON.stringify(text));
  }
});

test('while it streams, the page already shows what the end will be, but for definitions that come later', async () => {
  for (const [name, text] of Object.entries(trickyDocuments)) {
    if (name.includes('late link') || name.includes('next line')) continue;
    // A paragraph at the end ends whatever was open.
    const closed = /never closed|cut in its|closing fence with|not a fence/.test(name) ? '' : `${text}\n\nThe end.`;
    assert.equal(await stream([...split(closed, 3)], false), await stream([closed]), name);
  }
});

test('a finished block is never touched again', async () => {
  const touched = await chat.page.evaluate(() => {
    const element = document.createElement('div');
    document.body.append(element);
    const settled = new Set<Element>();
    const touched: string[] = [];
    const check = (records: MutationRecord[]): void => {
      for (const { target } of records)
        for (const block of settled) if (block.contains(target)) touched.push(block.outerHTML);
    };
    const observer = new MutationObserver(() => {});
    observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
    const markdown = new globalThis.StreamingMarkdown(element, block => settled.add(block));
    const text = '# A\n\npara *x*\n\n- a\n- b\n\n```ts\nlet a;\n```\n\n| a |\n|---|\n| b |\n\nend\n\nmore\n';
    return new Promise<{ touched: string[]; settled: number }>(resolve => {
      let at = 0;
      const step = (): void => {
        check(observer.takeRecords());
        if (at >= text.length) {
          const count = settled.size;
          markdown.finish();
          check(observer.takeRecords().filter(({ target }) => target !== element));
          element.remove();
          resolve({ touched, settled: count });
          return;
        }
        markdown.append(text.slice(at, at + 3));
        at += 3;
        requestAnimationFrame(step);
      };
      step();
    });
  });
  assert.deepEqual(touched, { touched: [], settled: 6 });
});

test('an open code fence is only ever appended to', async () => {
  const removed = await chat.page.evaluate(() => {
    const chunks = ['```ts\n', ...Array.from({ length: 200 }, (_, line) => `const x${line} = ${line};\n`)];
    const removals: string[] = [];
    const observer = new MutationObserver(() => {});
    observer.observe(document.body, { subtree: true, childList: true });
    const element = globalThis.streamMarkdown(chunks, false);
    for (const record of observer.takeRecords())
      for (const node of record.removedNodes) if (node !== element) removals.push(node.nodeName);
    return { removals, chunks: element.querySelectorAll('.code-chunk').length };
  });
  assert.deepEqual(removed, { removals: [], chunks: 4 });
});

test('many chunks in one frame are drawn once', async () => {
  const seen = await chat.page.evaluate(async () => {
    const element = document.createElement('div');
    document.body.append(element);
    const markdown = new globalThis.StreamingMarkdown(element);
    for (let count = 0; count < 500; count += 1) markdown.append('word ');
    const before = element.textContent;
    await new Promise(resolve => requestAnimationFrame(resolve));
    const drawn = element.textContent?.length;
    element.remove();
    return { before, drawn };
  });
  assert.deepEqual(seen, { before: '', drawn: 2499 });
});

test('text selected in the block that is being written stays selected', async () => {
  const selected = await chat.page.evaluate(async () => {
    const element = document.createElement('div');
    document.body.append(element);
    const markdown = new globalThis.StreamingMarkdown(element);
    const frame = (): Promise<unknown> => new Promise(resolve => requestAnimationFrame(resolve));
    markdown.append('some **words** here');
    await frame();
    getSelection()?.selectAllChildren(element.querySelector('strong') ?? element);
    markdown.append(' and more *words* follow');
    await frame();
    const text = getSelection()?.toString();
    element.remove();
    return text;
  });
  assert.equal(selected, 'words');
});

test('code copied by selection is the code, line for line', async () => {
  const code = Array.from({ length: 150 }, (_, line) => `line ${line}`).join('\n');
  const selected = await chat.page.evaluate(async text => {
    const element = globalThis.streamMarkdown([text]);
    document.body.append(element);
    getSelection()?.selectAllChildren(element.querySelector('code') ?? element);
    const copied = getSelection()?.toString();
    element.remove();
    return copied;
  }, `\`\`\`\n${code}\n\`\`\``);
  assert.equal(selected?.trimEnd(), code);
});

const hostile: Readonly<Record<string, string>> = {
  script: '<script>hacked = true</script>',
  'event handler': '<img src=x onerror="hacked=true"><svg onload=hacked=true>',
  'javascript link':
    '[a](javascript:hacked=true) [b](JaVaScRiPt:hacked=true) [c](java&#10;script:hacked=true) <javascript:hacked=true>',
  'command link': '[run](command:workbench.action.quit) <command:foo> [x](vscode://settings) [y](file:///etc/passwd)',
  'data link': '[d](data:text/html,<script>hacked=true</script>) ![d](data:image/svg+xml,<svg onload=hacked=true>)',
  'reference link': '[a]\n\n[a]: javascript:hacked=true',
  'remote image': '![secret](https://tracker.example/p.png?q=1) ![r][r]\n\n[r]: http://tracker.example/r.png',
  'image in a link': '[![a](https://tracker.example/i.png)](https://ok.example)',
  'attribute break-out':
    '[a](https://x.example/"onmouseover="hacked=true) ![" onerror="hacked=true](https://x.example)',
  'language break-out': '```"><img/src=x/onerror=hacked=true>\nx\n```\n\n```a"onclick="hacked=true\ny\n```',
  'html in code': '`<img src=x onerror=hacked=true>`\n\n```html\n<script>hacked = true</script>\n```',
  'style and frames':
    '<style>*{display:none}</style><iframe src="https://tracker.example"></iframe><link rel=stylesheet href="https://tracker.example/a.css">',
};

for (const [name, text] of Object.entries(hostile))
  test(`hostile Markdown does nothing and fetches nothing: ${name}`, async () => {
    const found = await chat.page.evaluate(async source => {
      const element = globalThis.streamMarkdown(source.match(/.{1,3}/gs) ?? []);
      document.body.append(element);
      await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
      const elements = [...element.querySelectorAll('*')];
      const result = {
        tags: elements
          .map(({ localName }) => localName)
          .filter(tag => /^(?:script|img|svg|iframe|style|link|object|video)$/.test(tag)),
        handlers: elements
          .flatMap(({ attributes }) => [...attributes].map(a => a.name))
          .filter(attribute => attribute.startsWith('on')),
        links: [...element.querySelectorAll('a')]
          .map(a => a.protocol)
          .filter(protocol => !/^(?:https?|mailto):$/.test(protocol)),
        hacked: globalThis.hacked ?? false,
      };
      element.remove();
      return result;
    }, text);
    assert.deepEqual(found, { tags: [], handlers: [], links: [], hacked: false });
    assert.deepEqual(chat.leaks, []);
  });

test('an image is shown as its text and address, a link elsewhere stays the text it was', async () => {
  const markup = await stream(['![A chart](https://x.example/c.png) and [here](../file.ts)']);
  assert.equal(
    markup,
    '<p><a href="https://x.example/c.png" title="https://x.example/c.png" class="image-link">A chart (https://x.example/c.png)</a> and [here](../file.ts)</p>',
  );
});

test('headings begin below the question’s and skip no level, however the model numbers them', async () => {
  const markup = await stream([...split('### A\n\n##### B\n\n### C\n\n# D\n\n## E', 4)]);
  assert.deepEqual(
    [...markup.matchAll(/<(h\d) class="heading-(\d)">(\w)<\/h\d>/g)].map(
      ([, tag, look, text]) => `${text} ${tag} ${look}`,
    ),
    ['A h3 3', 'B h4 5', 'C h3 3', 'D h3 1', 'E h4 2'],
  );
});

test('task lists, tables and strikethrough are drawn', async () => {
  const markup = await stream(['- [x] a\n- [ ] b\n\n| h |\n|--:|\n| ~~c~~ |']);
  assert.match(
    markup,
    /<li class="task"><span class="task-box codicon codicon-check" role="img" aria-label="Done"><\/span> a<\/li>/,
  );
  assert.match(markup, /aria-label="To do"/);
  assert.match(markup, /<td class="align-right"><s>c<\/s><\/td>/);
});

function* split(text: string, size: number): Generator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

function randomSplit(text: string, random: () => number): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length;) {
    const size = 1 + Math.floor(random() ** 3 * 40);
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
}

/** mulberry32: small, seeded, good enough to choose places to cut. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
