import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ChatViewState } from '../../src/protocol/chat-view-state.ts';
import { type Chat, emptyState, facts, type Harness, model, startHarness, turn } from './chat-harness.ts';
import { chatTestIn } from './chat-test.ts';
import { authFailure, sampleChat } from './sample-chat.ts';

let harness: Harness;
before(async () => {
  harness = await startHarness();
});
after(() => harness.close());

const chatTest = chatTestIn(() => harness);

/** What the page has said, but for what it says of a draft, which comes when its writer pauses. */
const said = async (chat: Chat): Promise<FromPage> => (await chat.posted()).filter(({ type }) => type !== 'draft');
type FromPage = Awaited<ReturnType<Chat['posted']>>;

const running: ChatViewState = { ...emptyState, turns: [turn('t1')] };
const finish = { type: 'turn-finished', turnId: 't1', status: 'done', facts } as const;

chatTest('the page asks first', { state: undefined }, async chat => {
  assert.deepEqual(await chat.posted(), [{ type: 'ready' }]);
});

chatTest('Enter sends, the text is gone at once, and Shift+Enter breaks the line', {}, async chat => {
  const composer = chat.part('composer');
  await composer.press('x');
  await composer.press('Shift+Enter');
  await composer.press('y');
  assert.equal(await composer.inputValue(), 'x\ny');
  await composer.press('Enter');
  assert.equal(await composer.inputValue(), '');
  assert.deepEqual((await said(chat)).at(-1), { type: 'send', text: 'x\ny', images: [] });
});

chatTest('white space alone is not sent, and a question is sent once', {}, async chat => {
  await chat.part('composer').fill('  \n ');
  await chat.part('composer').press('Enter');
  await chat.part('send').click({ force: true });
  await chat.part('composer').fill('one');
  await chat.part('composer').press('Enter');
  await chat.part('composer').fill('two');
  await chat.part('composer').press('Enter');
  const sent = (await chat.posted()).filter(({ type }) => type === 'send');
  assert.deepEqual(sent, [{ type: 'send', text: 'one', images: [] }]);
  assert.equal(await chat.part('composer').inputValue(), 'two');
});

chatTest('Enter that ends an input method composition does not send', {}, async chat => {
  await chat.part('composer').fill('にほん');
  await chat
    .part('composer')
    .evaluate(element =>
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })),
    );
  assert.equal((await said(chat)).length, 1);
  assert.equal(await chat.part('composer').inputValue(), 'にほん');
});

chatTest('an answer streams into the page and ends with its facts', {}, async chat => {
  await chat.event({ type: 'turn-started', turn: turn('t1') });
  assert.equal(await chat.part('turn').getAttribute('data-status'), 'running');
  assert.equal(await chat.part('question').innerText(), 'Question t1');
  assert.equal(await chat.part('waiting').innerText(), 'Working…');
  await chat.event({ type: 'text-appended', turnId: 't1', text: 'Hello **wor' });
  await chat.part('answer').getByText('Hello').waitFor();
  assert.equal(await chat.part('waiting').count(), 0);
  await chat.event({ type: 'text-appended', turnId: 't1', text: 'ld**' });
  await chat.event(finish);
  assert.equal(await chat.part('answer').innerHTML(), '<p>Hello <strong>world</strong></p>');
  assert.equal(await chat.part('facts').innerText(), 'gpt-5.4 · 1,520 → 384 · $0.0069 · 2.1 s');
  assert.equal(await chat.part('turn').getAttribute('data-status'), 'done');
});

chatTest('the end of an answer is announced once and politely, its tokens are not', { state: running }, async chat => {
  await chat.event({ type: 'text-appended', turnId: 't1', text: 'Hello' });
  assert.equal(await chat.part('announcement').innerText(), '');
  assert.equal(await chat.page.getByRole('log').getAttribute('aria-live'), 'off');
  await chat.event(finish);
  assert.equal(await chat.page.getByRole('status').innerText(), 'Answer complete, $0.0069');
});

const factsCases: [string, object, string][] = [
  [
    'unknown tokens and cost are words',
    { inputTokens: undefined, outputTokens: undefined, cost: 'unknown' },
    'gpt-5.4 · tokens unknown · cost unknown · 2.1 s',
  ],
  [
    'one unknown count is a word',
    { outputTokens: undefined, cost: '≥ $0.0069' },
    'gpt-5.4 · 1,520 → unknown · ≥ $0.0069 · 2.1 s',
  ],
  [
    'tools and an unusual end are named',
    { toolCalls: 1, durationMs: 72_400, stopNote: 'cut off at the token limit' },
    'gpt-5.4 · 1,520 → 384 · $0.0069 · 1 min 12 s · 1 tool call · cut off at the token limit',
  ],
];
for (const [name, over, expected] of factsCases)
  chatTest(`facts: ${name}`, {}, async chat => {
    const shown = JSON.parse(JSON.stringify({ ...facts, ...over })) as typeof facts;
    await chat.send({
      type: 'snapshot',
      state: { ...emptyState, turns: [turn('t1', { status: 'done', facts: shown })] },
    });
    assert.equal(await chat.part('facts').innerText(), expected);
  });

chatTest(
  'numbers are written as the page’s language writes them',
  { lang: 'de', state: { ...emptyState, turns: [turn('t1', { status: 'done', facts })] } },
  async chat => {
    assert.equal(await chat.part('facts').innerText(), 'gpt-5.4 · 1.520 → 384 · $0.0069 · 2,1 s');
  },
);

chatTest(
  'the facts open to the whole truth',
  { state: { ...emptyState, turns: sampleChat.turns.slice(0, 1) } },
  async chat => {
    await chat.part('facts').press('Enter');
    const opened = await chat.page.locator('.facts-list').innerText();
    assert.match(opened, /1,520 tokens, 1,024 of them cached/);
    assert.match(opened, /\$0\.0069\. Prices of 2026-09-23\./);
  },
);

chatTest('the send button becomes the stop button in the same place and keeps the focus', {}, async chat => {
  await chat.part('composer').fill('hi');
  const place = await chat.part('send').boundingBox();
  await chat.part('send').click();
  await chat.event({ type: 'turn-started', turn: turn('t1') });
  assert.deepEqual(await chat.part('stop').boundingBox(), place);
  assert.equal(await chat.part('stop').evaluate(element => element === document.activeElement), true);
  await chat.part('stop').click();
  assert.deepEqual((await said(chat)).at(-1), { type: 'stop' });
  await chat.event({ type: 'turn-finished', turnId: 't1', status: 'stopped' });
  assert.equal(await chat.part('send').count(), 1);
  assert.equal(await chat.part('turn').getAttribute('data-status'), 'stopped');
});

chatTest('a double click on Send does not stop what it began', {}, async chat => {
  await chat.part('composer').fill('hi');
  await chat.part('send').click();
  await chat.event({ type: 'turn-started', turn: turn('t1') });
  await chat
    .part('stop')
    .evaluate(element => element.dispatchEvent(new MouseEvent('click', { detail: 2, bubbles: true })));
  assert.equal((await said(chat)).at(-1)?.type, 'send');
});

chatTest('Escape stops a running answer, the focus and the draft stay', { state: running }, async chat => {
  await chat.part('composer').fill('next');
  await chat.part('composer').press('Escape');
  assert.deepEqual((await said(chat)).at(-1), { type: 'stop' });
  assert.equal(await chat.page.evaluate(() => document.activeElement?.localName), 'textarea');
  assert.equal(await chat.part('composer').inputValue(), 'next');
});

chatTest('Escape without a running answer says nothing', {}, async chat => {
  await chat.part('composer').press('Escape');
  assert.equal((await said(chat)).length, 1);
});

chatTest('Enter while an answer runs keeps the draft', { state: running }, async chat => {
  await chat.part('composer').fill('next');
  await chat.part('composer').press('Enter');
  assert.equal((await said(chat)).length, 1);
  assert.equal(await chat.part('composer').inputValue(), 'next');
});

chatTest(
  'the arrow up in an empty composer brings the last question back',
  { state: { ...emptyState, turns: [turn('t1', { status: 'done' })] } },
  async chat => {
    await chat.part('composer').press('ArrowUp');
    assert.equal(await chat.part('composer').inputValue(), 'Question t1');
  },
);

chatTest('a refused question comes back into the composer with the reason', {}, async chat => {
  await chat.part('composer').fill('hello');
  await chat.part('composer').press('Enter');
  await chat.part('composer').fill('more');
  await chat.send({ type: 'send-refused', reason: 'The day’s budget is used up.' });
  assert.equal(await chat.part('composer').inputValue(), 'hello\nmore');
  assert.equal(await chat.part('refusal').innerText(), 'The day’s budget is used up.');
});

chatTest('a draft survives a reload, and so does a question nobody took yet', {}, async chat => {
  await chat.part('composer').fill('half a thought');
  await chat.page.reload();
  assert.equal(await chat.part('composer').inputValue(), 'half a thought');
  await chat.send({ type: 'snapshot', state: emptyState });
  await chat.part('composer').press('Enter');
  await chat.page.reload();
  assert.equal(await chat.part('composer').inputValue(), 'half a thought');
  await chat.send({ type: 'snapshot', state: emptyState });
  await chat.part('composer').press('Enter');
  await chat.event({ type: 'turn-started', turn: turn('t1') });
  await chat.part('turn').waitFor();
  await chat.page.reload();
  assert.equal(await chat.part('composer').inputValue(), '');
});

chatTest('the composer grows to two fifths of the view and then scrolls', { height: 500 }, async chat => {
  const height = async (lines: number): Promise<number> => {
    await chat.part('composer').fill('line\n'.repeat(lines));
    return chat.part('composer').evaluate(element => element.clientHeight);
  };
  const [one, six, sixty] = [await height(0), await height(6), await height(60)];
  assert.ok(one < six && six < sixty, `${one} ${six} ${sixty}`);
  assert.equal(sixty, 200);
});

chatTest('tool calls are closed lines that open to arguments and result', { state: running }, async chat => {
  const call = {
    type: 'tool',
    id: 'c',
    name: 'read_file',
    summary: 'Read a.ts',
    arguments: '{"path":"a.ts"}',
    status: 'running',
  } as const;
  await chat.event({ type: 'part-added', turnId: 't1', part: call });
  const row = chat.part('tool-call');
  assert.equal(await row.getAttribute('data-name'), 'read_file');
  assert.equal(await row.getAttribute('data-status'), 'running');
  await row.locator('summary').press('Enter');
  await chat.event({
    type: 'tool-finished',
    turnId: 't1',
    call: { ...call, status: 'done', result: '<b>let a</b>', durationMs: 1234 },
  });
  assert.equal(await row.getAttribute('data-status'), 'done');
  assert.deepEqual(await row.locator('pre').allInnerTexts(), ['{"path":"a.ts"}', '<b>let a</b>']);
  assert.match(await row.locator('summary').innerText(), /1\.2 s/);
  assert.equal(await row.locator('summary').evaluate(element => element === document.activeElement), true);
});

chatTest('a waiting line says for what, with Cancel, and goes when text arrives', { state: running }, async chat => {
  await chat.event({ type: 'waiting-changed', turnId: 't1', waiting: 'Waiting 3 s for the rate limit' });
  assert.match(await chat.part('waiting').innerText(), /^Waiting 3 s for the rate limit/);
  await chat.part('waiting').getByRole('button', { name: 'Cancel' }).click();
  assert.deepEqual((await said(chat)).at(-1), { type: 'stop' });
  await chat.event({ type: 'text-appended', turnId: 't1', text: 'Hi' });
  await chat.part('answer').getByText('Hi').waitFor();
  assert.equal(await chat.part('waiting').count(), 0);
});

chatTest('a failure says what happened, folds the rest and offers its actions', { state: running }, async chat => {
  await chat.event({ type: 'text-appended', turnId: 't1', text: 'Partly' });
  await chat.event({ type: 'turn-finished', turnId: 't1', status: 'failed', failure: authFailure });
  const card = chat.part('failure');
  assert.match(await card.innerText(), /^OpenAI did not accept the API key\./);
  assert.equal(await card.getByText('Incorrect API key').isVisible(), false);
  await card.getByText('What the server said').click();
  assert.equal(await card.getByText('Incorrect API key').isVisible(), true);
  assert.equal(await chat.part('answer').innerText(), 'Partly');
  await card.locator('[data-action=try-again]').click();
  assert.deepEqual((await chat.posted()).at(-1), { type: 'action', action: 'try-again', turnId: 't1' });
  assert.equal(await chat.part('announcement').innerText(), 'The answer failed. OpenAI did not accept the API key.');
});

chatTest(
  'without a key the view leads to one, and with it to the first question',
  { state: { ...emptyState, key: 'missing' } },
  async chat => {
    const welcome = chat.part('welcome');
    assert.match(await welcome.innerText(), /typically costs ≈ \$0\.004/);
    await welcome.locator('[data-action=set-key]').click();
    assert.deepEqual((await chat.posted()).at(-1), { type: 'action', action: 'set-key' });
    await chat.event({ type: 'key-changed', key: 'set' });
    await chat.part('example').first().click();
    assert.equal(await chat.part('composer').inputValue(), 'What does this project do?');
    assert.equal(await chat.page.evaluate(() => document.activeElement?.localName), 'textarea');
    await chat.part('composer').press('Enter');
    await chat.event({ type: 'turn-started', turn: turn('t1') });
    assert.equal(await welcome.count(), 0);
  },
);

chatTest(
  'a missing key is offered in one place only',
  { state: { ...emptyState, key: 'missing', turns: [turn('t1', { status: 'done' })] } },
  async chat => {
    assert.equal(await chat.page.locator('[data-action=set-key]:visible').count(), 1);
    await chat.event({ type: 'turn-started', turn: turn('t2') });
    await chat.event({ type: 'turn-finished', turnId: 't2', status: 'failed', failure: authFailure });
    await chat.part('failure').waitFor();
    assert.equal(await chat.page.locator('[data-action=set-key]:visible').count(), 1);
  },
);

chatTest(
  'what is to be known of a model is said above the question, and goes with it',
  { state: { ...emptyState, model: { ...model, notes: ['o1-mini cannot read your files.', 'It ends soon.'] } } },
  async chat => {
    const notes = chat.part('model-notes');
    assert.deepEqual(await notes.locator('p').allInnerTexts(), ['o1-mini cannot read your files.', 'It ends soon.']);
    await chat.event({ type: 'model-changed', model });
    assert.equal(await notes.isVisible(), false);
  },
);

chatTest(
  'a missing key is asked for in the name of who answers',
  { state: { ...emptyState, key: 'missing', model: { ...model, provider: 'Mistral', keysPage: false } } },
  async chat => {
    assert.match(await chat.part('welcome').innerText(), /your own Mistral key/);
    assert.equal(await chat.page.locator('[data-action=open-keys-page]').count(), 0);
    await chat.page.locator('[data-action=choose-provider]').press('Enter');
    assert.deepEqual((await chat.posted()).at(-1), { type: 'action', action: 'choose-provider' });
  },
);

chatTest('the model button names the model and asks for another', {}, async chat => {
  assert.equal(await chat.part('model').innerText(), 'gpt-5.4');
  await chat.part('model').press('Enter');
  assert.deepEqual((await chat.posted()).at(-1), { type: 'pick-model' });
  await chat.event({ type: 'model-changed', model: { ...model, id: 'x', name: 'gpt-6-luna' } });
  assert.equal(await chat.part('model').innerText(), 'gpt-6-luna');
});

chatTest(
  'code can be copied and inserted by keyboard, byte for byte',
  {
    state: {
      ...emptyState,
      turns: [turn('t1', { status: 'done', parts: [{ type: 'text', text: '```html\n<b>\n\n  x\n```' }] })],
    },
  },
  async chat => {
    await chat.part('copy-code').press('Enter');
    await chat.part('insert-code').press('Space');
    const text = '<b>\n\n  x';
    assert.deepEqual((await chat.posted()).slice(-2), [
      { type: 'copy', text },
      { type: 'insert', text },
    ]);
    assert.equal(await chat.part('announcement').innerText(), 'Copied');
    assert.equal(await chat.page.locator('.code-actions').evaluate(element => getComputedStyle(element).opacity), '1');
  },
);

chatTest(
  'closed code is coloured by a bundle that loads when it is needed',
  { highlight: true, state: running },
  async chat => {
    assert.equal(await chat.page.locator('script[src*=highlight]').count(), 0);
    await chat.event({ type: 'text-appended', turnId: 't1', text: '```ts\nconst a = 1;\n```\n' });
    await chat.page.locator('.hljs-keyword').waitFor();
    assert.equal(await chat.page.locator('code').textContent(), 'const a = 1;\n');
    await chat.event(finish);
    assert.equal(await chat.page.locator('.hljs-keyword').count(), 1, 'the end of the answer does not draw it again');
  },
);

const longText = Array.from({ length: 60 }, (_, line) => `Paragraph ${line}`).join('\n\n');

chatTest(
  'the view follows the end only while the person is there, and a pill leads back',
  { state: running, height: 400 },
  async chat => {
    const log = chat.page.getByRole('log');
    const gap = (): Promise<number> =>
      log.evaluate(element => element.scrollHeight - element.scrollTop - element.clientHeight);
    const settled = (): Promise<unknown> =>
      chat.page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await chat.event({ type: 'text-appended', turnId: 't1', text: longText });
    await chat.part('answer').getByText('Paragraph 59').waitFor();
    await settled();
    assert.ok((await gap()) < 2, 'follows');
    await log.evaluate(element => (element.scrollTop = 300));
    await settled();
    await chat.event({ type: 'text-appended', turnId: 't1', text: `\n\n${longText} again` });
    await chat.part('new-pill').waitFor();
    await settled();
    assert.equal(await log.evaluate(element => element.scrollTop), 300, 'what is being read does not move');
    await chat.part('new-pill').click();
    await settled();
    assert.ok((await gap()) < 2, 'back at the end');
    assert.equal(await chat.part('new-pill').isVisible(), false);
    await chat.event({ type: 'text-appended', turnId: 't1', text: `\n\n${longText}\n\nlast words` });
    await chat.part('answer').getByText('last words').waitFor();
    await settled();
    assert.ok((await gap()) < 2, 'follows again');
  },
);

chatTest(
  'asking brings the end into view',
  {
    height: 400,
    state: { ...emptyState, turns: [turn('t1', { status: 'done', parts: [{ type: 'text', text: longText }] })] },
  },
  async chat => {
    await chat.page.getByRole('log').evaluate(element => (element.scrollTop = 0));
    await chat.event({ type: 'turn-started', turn: turn('t2') });
    await chat.part('question').getByText('Question t2').waitFor();
    assert.ok(
      await chat
        .part('question')
        .last()
        .evaluate(element => element.getBoundingClientRect().bottom < innerHeight),
    );
  },
);

chatTest(
  'of a long conversation the end is drawn first and the rest when it comes near',
  { height: 500 },
  async chat => {
    const turns = Array.from({ length: 300 }, (_, index) =>
      turn(`t${index}`, { status: 'done', parts: [{ type: 'text', text: `Answer ${index}\n\n${longText}` }] }),
    );
    await chat.send({ type: 'snapshot', state: { ...emptyState, turns } });
    await chat.part('answer').getByText('Answer 299').waitFor();
    assert.equal(await chat.part('turn').count(), 300);
    assert.ok((await chat.part('answer').count()) < 40);
    await chat.page.getByRole('log').evaluate(element => (element.scrollTop = 0));
    await chat.part('answer').getByText('Answer 0', { exact: true }).waitFor();
    assert.equal(await chat.part('turn').first().getByTestId('question').innerText(), 'Question t0');
    assert.ok((await chat.part('answer').count()) < 80, 'not everything between');
  },
);

chatTest('drawing older turns above does not move what is being read', { height: 500 }, async chat => {
  const turns = Array.from({ length: 60 }, (_, index) =>
    turn(`t${index}`, { status: 'done', parts: [{ type: 'text', text: `Answer ${index}\n\n${longText}` }] }),
  );
  await chat.send({ type: 'snapshot', state: { ...emptyState, turns } });
  await chat.part('answer').getByText('Answer 59').waitFor();
  const moved = await chat.page.evaluate(async () => {
    const log = document.querySelector('[role=log]') ?? document.body;
    const frames = async (count: number): Promise<void> => {
      for (let left = count; left > 0; left -= 1) await new Promise(resolve => requestAnimationFrame(resolve));
    };
    const moves: number[] = [];
    document.querySelector('.turn:not(.undrawn)')?.scrollIntoView();
    await frames(4);
    for (let step = 0; step < 16; step += 1) {
      log.scrollTop -= 800;
      await frames(1);
      const read = [100, 115, 130].map(y => document.elementFromPoint(200, y)?.closest('p')).find(p => p);
      if (!read) continue;
      const before = read.getBoundingClientRect().top;
      await frames(4);
      moves.push(Math.round(read.getBoundingClientRect().top - before));
    }
    return { moves, drawn: document.querySelectorAll('.turn:not(.undrawn)').length };
  });
  assert.ok(moved.moves.length > 10 && moved.moves.every(pixels => Math.abs(pixels) <= 1), moved.moves.join(' '));
  assert.ok(moved.drawn > 22, `${moved.drawn} turns were drawn on the way`);
});

chatTest('focus-composer puts the cursor into the composer', {}, async chat => {
  await chat.send({ type: 'focus-composer' });
  await chat.page.locator('textarea:focus').waitFor();
});

chatTest(
  'Tab goes from the conversation through the composer to Send',
  { state: { ...emptyState, turns: [turn('t1', { status: 'done', facts })] } },
  async chat => {
    const order: string[] = [];
    for (let step = 0; step < 6; step += 1) {
      await chat.page.keyboard.press('Tab');
      order.push(
        await chat.page.evaluate(() => {
          const { activeElement } = document;
          return activeElement?.getAttribute('data-testid') ?? activeElement?.getAttribute('role') ?? '';
        }),
      );
    }
    assert.deepEqual(order, ['log', 'facts', 'composer', 'attach', 'model', 'send']);
  },
);

chatTest(
  'markup in questions, tool calls, notices, failures and model names is text',
  { state: emptyState },
  async chat => {
    const bad = '<img src="https://tracker.example/x.png" onerror="document.title=1"><script>document.title=1</script>';
    await chat.send({
      type: 'snapshot',
      state: {
        ...emptyState,
        model: { ...model, name: bad, typicalCost: bad, price: bad },
        turns: [
          turn('t1', {
            question: { text: bad, images: [], contexts: [{ kind: 'selection', label: bad }] },
            parts: [
              { type: 'text', text: bad },
              { type: 'notice', text: bad },
              { type: 'tool', id: 'a', name: bad, summary: bad, arguments: bad, status: 'done', result: bad },
            ],
            status: 'failed',
            failure: { ...authFailure, title: bad, detail: bad, resolutions: [bad] },
            facts: { ...facts, model: bad, cost: bad, costNote: bad, stopNote: bad },
          }),
        ],
      },
    });
    await chat.part('failure').waitFor();
    assert.equal(await chat.page.locator('#root img, #root script').count(), 0);
    assert.equal(await chat.page.title(), 'Pennyloom');
  },
);

chatTest(
  'the policy lets no inline script and no handler run',
  { extraBody: '<script>document.title="hacked"</script><img src="data:," onerror="document.title=\'hacked\'">' },
  async chat => {
    assert.equal(await chat.page.title(), 'Pennyloom');
  },
);

test('the page’s program stays small', async () => {
  const { build } = await import('esbuild');
  const root = new URL('../../', import.meta.url).pathname;
  const built = await build({
    absWorkingDir: root,
    entryPoints: ['src/webview/main.ts'],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    write: false,
  });
  const size = built.outputFiles[0]?.contents.length ?? Infinity;
  assert.ok(size <= 160_000, `${size} bytes`);
});
