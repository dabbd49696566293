// What is told of costs beside the chat, in a real VS Code: the warning, OpenAI's own figures, the collector's spans, new prices, other windows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { Money } from '../../src/core/money.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import type { RequestRecord } from '../support/loopback/request-log.ts';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { otlpCollector, type OtlpCollector } from '../support/otlp-collector.ts';
import { ChatView } from './support/chat-view.ts';
import { Workbench } from './support/workbench.ts';

const key = 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv';
const adminKey = 'sk-admin-e2eKey0123456789abcdefghijklmnopqrst';
let server: RunningOpenAiServer;
let collector: OtlpCollector;
let window: Workbench;

before(async () => {
  server = await startOpenAiServer();
  collector = await otlpCollector();
  window = await Workbench.open({
    settings: {
      'pennyloom.endpoint': server.baseUrl,
      'pennyloom.keySource': 'environment',
      'pennyloom.otel.endpoint': collector.url,
    },
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.baseUrl },
  });
  await window.chat.open();
});
after(async () => {
  await window?.close();
  await server?.stop();
  await collector?.[Symbol.asyncDispose]();
});

const chatRequests = async (): Promise<RequestRecord[]> =>
  (await server.control.requests()).filter(({ billed }) => billed !== undefined);

/** What the server's own books say that everything so far cost. */
async function billed(): Promise<Money> {
  return Money.sum(
    (await chatRequests()).map(({ billed: usage }) => {
      const { promptTokens: inputTokens, completionTokens: outputTokens } = usage!;
      const counts = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
      return costOf({ provider: 'openai', model: 'gpt-5.4', usage: counts }).money!;
    }),
  );
}

/** One question whose prompt the server counts and bills as so many tokens. */
async function spend(promptTokens: number, question = 'Half?'): Promise<void> {
  await server.control.script({ kind: 'reply', text: 'Half.', usage: { promptTokens, cachedTokens: 0 } });
  assert.equal(await (await window.chat.ask(question)).finished(), 'done');
}

const warning = () => window.notification(/This session has cost/);

test('a session that has cost exactly $0.50 is not told of, one that has cost more is, once, and leads to the costs', async t => {
  window.watch(t);
  await spend(1000);
  const [{ billed: first }] = (await chatRequests()) as [RequestRecord];
  // At $2.50 in and $15 out per million, a token of the answer costs as much as six of the prompt.
  await spend(200_000 - 1000 - 12 * first!.completionTokens);
  assert.equal((await billed()).toString(), '0.500000');
  await window.statusText(/^ ?\$0\.50$/);
  await spend(40_000);
  await warning().waitFor();
  // The sum it tells is that of the third question: the second, at exactly the amount, had told of nothing.
  assert.match(await warning().innerText(), /has cost \$0\.60, more than the \$0\.50 you set in pennyloom\.warnAt/);
  await window.screenshot('cost-warning');
  await warning().getByRole('button', { name: 'Show Costs' }).click();
  await costs().getByRole('heading', { name: 'Costs' }).waitFor();
  await warning().waitFor({ state: 'detached' });
  await spend(40_000);
  await window.statusText(/\$0\.70/);
  assert.equal(await warning().count(), 0);
}); // prettier-ignore

const costs = (): FrameLocator =>
  window.page
    .frameLocator('iframe.webview.ready[src*="extensionId=pennyloom.pennyloom"]')
    .last()
    .frameLocator('iframe#active-frame');

test('OpenAI’s own figures are asked for with an admin key and stand beside the ledger’s, without a drift', async t => {
  window.watch(t);
  const total = (await billed()).format('en');
  await window.runCommand('Pennyloom: Reconcile with OpenAI');
  await window.quickInput.widget
    .locator('.quick-input-message', { hasText: 'admin key of your organization' })
    .waitFor();
  await window.quickInput.answer(adminKey);
  const page = window.page
    .frameLocator('iframe.webview.ready:not([src*="pennyloom.pennyloom"])')
    .first()
    .frameLocator('iframe#active-frame');
  await page.getByRole('heading', { name: 'Costs: Pennyloom and OpenAI' }).waitFor();
  await page.getByText(`In all ${total} here, ${total} there.`).waitFor();
  const row = page.getByRole('row').nth(1);
  assert.match(await row.innerText(), /gpt-5\.4[^]*\b4\s+4\b[^]*none$/);
  await window.screenshot('reconcile');
  const asked = (await server.control.requests()).filter(({ path }) => path.includes('/organization/'));
  assert.ok(asked.length >= 2);
  for (const { headers } of asked) assert.equal(headers.authorization, `Bearer ${adminKey}`);
  assert.deepEqual(await window.filesContaining(adminKey.slice(9)), []);
  await window.runCommand('View: Close Editor');
});

test('the collector has a span for each request, with tokens and cost, and neither what was said nor the key', async t => {
  window.watch(t);
  const requests = await chatRequests();
  const spans = (): { attributes: { key: string; value: Record<string, unknown> }[] }[] =>
    collector.requests.flatMap(({ path, body }) =>
      path === '/v1/traces' ? (body as Traces).resourceSpans.flatMap(one => one.scopeSpans.flatMap(two => two.spans)) : [],
    );
  for (let looks = 0; spans().length < requests.length && looks < 300; looks++) await window.page.waitForTimeout(50);
  assert.equal(spans().length, requests.length);
  const input = spans().map(({ attributes }) =>
    Number(attributes.find(({ key: name }) => name === 'gen_ai.usage.input_tokens')?.value['intValue']),
  );
  assert.deepEqual(input, requests.map(({ billed: usage }) => usage!.promptTokens));
  for (const { text, violations } of collector.requests) {
    assert.deepEqual(violations, []);
    for (const secret of [key.slice(8), adminKey.slice(9), 'Half']) assert.ok(!text.includes(secret), secret);
  }
}); // prettier-ignore

interface Traces {
  readonly resourceSpans: {
    readonly scopeSpans: { readonly spans: { attributes: { key: string; value: Record<string, unknown> }[] }[] }[];
  }[];
}

const total = (name: string) => costs().locator('.totals > div', { hasText: name }).locator('.amount');

test('re-rating shows the difference of another price, and the sums follow only once it is wanted', async t => {
  window.watch(t);
  const before = await billed();
  const after = before.add(before);
  await window.setSettings({
    'pennyloom.models': [{ provider: 'openai', id: 'gpt-5.4', input: '5', output: '30', cached: '0.5' }],
  });
  await window.statusBar().locator('a').click();
  const reRate = async (answer: 'Cancel' | 'Re-rate'): Promise<string> => {
    await costs().getByTestId('re-rate').click();
    const dialog = window.dialog(/4 of 4 requests would cost something else/);
    await dialog.waitFor();
    const text = await dialog.innerText();
    await dialog.getByRole('button', { name: answer, exact: true }).click();
    return text;
  };
  const told = await reRate('Cancel');
  assert.ok(told.includes(`gpt-5.4 (OpenAI), 4: ${before.format('en')} → ${after.format('en')}`), told);
  assert.equal(await total('Today').getAttribute('title'), `$${before.toString()}`);
  await reRate('Re-rate');
  await total('Today').filter({ hasText: after.format('en') }).waitFor();
  assert.equal(await total('Today').getAttribute('title'), `$${after.toString()}`);
  assert.ok((await window.statusText(/\$1\.40/)).includes(after.format('en')));
  await window.setSettings({ 'pennyloom.models': undefined });
}); // prettier-ignore

test('what another window spends is in this one’s tooltip', async t => {
  window.watch(t);
  const other = await window.page.context().newPage();
  t.after(() => other.close());
  await other.goto(window.url);
  const chat = new ChatView(other);
  await chat.open();
  await server.control.script({ kind: 'reply', text: 'From afar.', usage: { promptTokens: 40_000, cachedTokens: 0 } });
  assert.equal(await (await chat.ask('From another window?')).finished(), 'done');
  await window.page.bringToFront();
  const row = window.page.locator('.monaco-hover:visible, .workbench-hover:visible').locator('tr', { hasText: 'Today' });
  const today = async (): Promise<string> => {
    await window.statusBar().hover();
    await row.waitFor();
    const text = await row.innerText();
    await window.page.mouse.move(10, 10);
    await row.waitFor({ state: 'hidden' });
    return text;
  };
  // Four questions at twice their price, and the one of the other window.
  let text = await today();
  for (let looks = 0; !text.includes('$1.50') && looks < 15; looks++) text = await today();
  assert.match(text, /\$1\.50/);
  assert.match(await window.statusText(), /\$1\.40/, 'the session is this window’s own');
}); // prettier-ignore
