// How it looks in the real host: pictures of every theme and width to be looked at, and what a machine can say of them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { Workbench } from './support/workbench.ts';

let server: RunningOpenAiServer;
let window: Workbench;
let axe: string;

before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  server = await startOpenAiServer();
  window = await Workbench.open({
    settings: {
      'pennyloom.endpoint': server.baseUrl,
      'pennyloom.keySource': 'environment',
      'pennyloom.retryAttempts': 1,
    },
    env: { OPENAI_API_KEY: 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv', OPENAI_BASE_URL: server.baseUrl },
    height: 1000,
  });
  await window.chat.open();
  const turn = await window.chat.ask('What does src/greet.ts do?');
  assert.equal(await turn.finished(), 'done');
  await turn.toolCalls.first().locator('summary, button').first().click();
  await server.control.script({
    kind: 'error',
    status: 429,
    message: 'Rate limit reached for gpt-5.4 on requests per min (RPM): Limit 3, Used 3, Requested 1.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  });
  await (await window.chat.ask('And what about src/loop.ts?')).finished();
});
after(async () => {
  await window?.close();
  await server?.stop();
});

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

async function accessibilityViolations(): Promise<string[]> {
  const body = window.chat.frame.locator('body');
  // The page itself is transparent; axe would judge the colours against white instead of against the side bar.
  await body.evaluate(`document.body.style.background = 'var(--vscode-sideBar-background)'`);
  await body.evaluate(axe);
  const violations: Violation[] = await body.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
} as const;

for (const [name, theme] of Object.entries(themes)) {
  test(`${name}: accessible and nothing runs over`, async t => {
    window.watch(t);
    await window.setSettings({ 'workbench.colorTheme': theme });
    for (const width of [240, 420]) {
      await window.setSideBarWidth(48 + width);
      await window.screenshot(`chat-${name}-${width}`);
      const overflow = await window.chat.frame
        .locator('body')
        .evaluate('document.body.scrollWidth - document.body.clientWidth');
      assert.ok(Number(overflow) <= 0, `${width} px: ${String(overflow)} px too wide`);
    }
    assert.deepEqual(await accessibilityViolations(), []);
  });
}

for (const [name, theme] of Object.entries(themes)) {
  test(`${name}: the status bar and its tooltip`, async t => {
    window.watch(t);
    await window.setSettings({ 'workbench.colorTheme': theme, 'pennyloom.budget.day': 0.05 });
    await window.statusBar().hover();
    const tooltip = window.page
      .locator('.monaco-hover:visible, .workbench-hover:visible')
      .filter({ hasText: 'This month' });
    await tooltip.waitFor();
    const { x, y, width, height } = (await tooltip.boundingBox())!;
    const bar = (await window.statusBar().boundingBox())!;
    const left = Math.max(0, Math.min(x, bar.x) - 8);
    const right = Math.max(x + width, bar.x + bar.width) + 8;
    await window.screenshot(`status-bar-${name}`, {
      x: left,
      y: y - 8,
      width: right - left,
      height: height + 8 + bar.height + 6,
    });
    for (const fact of ['Session', 'Today', 'left of $0.05', 'This month', 'gpt-5.4', 'Prices of 20', 'Cost View'])
      assert.ok((await tooltip.innerText()).includes(fact), fact);
    await window.page.mouse.move(10, 10);
  });
}

test('budgets of the workspace and of the chat colour the status bar, and its tooltip says what is left of them', async t => {
  window.watch(t);
  const spent = Number((await window.statusText(/\$0\.\d+/)).replace(/.*\$/, ''));
  const kind = (name: string): Locator => window.page.locator(`.${name}-kind`).and(window.statusBar());
  const tooltip = async (): Promise<string> => {
    await window.statusBar().hover();
    const shown = window.page
      .locator('.monaco-hover:visible, .workbench-hover:visible')
      .filter({ hasText: 'This month' });
    await shown.waitFor();
    await window.screenshot('status-bar-budgets');
    const text = await shown.innerText();
    await window.page.mouse.move(10, 10);
    await shown.waitFor({ state: 'hidden' });
    return text;
  };
  await window.setSettings({ 'pennyloom.budget.day': 5, 'pennyloom.budget.workspace': spent * 1.1 });
  await kind('warning').waitFor();
  assert.match(await tooltip(), /This workspace, this month[^]*At most \$0\.\d+ more, by the workspace budget/);
  await window.setSettings({ 'pennyloom.budget.features': { chat: spent / 2 } });
  await kind('error').waitFor();
  assert.match(await tooltip(), /Chat, this month[^]*The chat budget is used up: nothing more is sent until/);
  const label = await window.statusBar().locator('a').getAttribute('aria-label');
  assert.match(label ?? '', /cents?, chat budget used up$/);
});

test('the welcome state is accessible too', async t => {
  window.watch(t);
  await window.runCommand('Pennyloom: New Chat');
  await window.chat.frame.getByTestId('welcome').waitFor();
  await window.screenshot('welcome-with-key');
  assert.deepEqual(await accessibilityViolations(), []);
});
