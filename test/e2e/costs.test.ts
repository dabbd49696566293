// The cost view in a real VS Code: the server's own bill on it, a file written from it, and what deleting does.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { Money } from '../../src/core/money.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { Workbench } from './support/workbench.ts';

let server: RunningOpenAiServer;
let window: Workbench;
let costs: FrameLocator;

before(async () => {
  server = await startOpenAiServer();
  window = await Workbench.open({
    settings: {
      'pennyloom.endpoint': server.baseUrl,
      'pennyloom.keySource': 'environment',
      'pennyloom.budget.day': 5,
    },
    env: { OPENAI_API_KEY: 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv', OPENAI_BASE_URL: server.baseUrl },
  });
  costs = window.page
    .frameLocator('iframe.webview.ready[src*="extensionId=pennyloom.pennyloom"]')
    .last()
    .frameLocator('iframe#active-frame');
});
after(async () => {
  await window?.close();
  await server?.stop();
});

/** What the server's own books say that everything so far cost. */
async function billed(): Promise<Money> {
  const records = await server.control.requests();
  return Money.sum(
    records.flatMap(({ billed: usage }) => {
      if (!usage) return [];
      const { promptTokens: inputTokens, completionTokens: outputTokens } = usage;
      const counts = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
      return costOf({ provider: 'openai', model: 'gpt-5.4', usage: counts }).money ?? [];
    }),
  );
}

const total = (name: string) => costs.locator('.totals > div', { hasText: name }).locator('.amount');

test('a click on the status bar opens the costs, and they are the server’s own bill to the last digit', async t => {
  window.watch(t);
  await window.chat.open();
  const turn = await window.chat.ask('What does src/greet.ts do?');
  assert.equal(await turn.finished(), 'done');
  await window.statusBar().locator('a').click();
  const exact = await billed();
  for (const name of ['This session', 'Today', 'This month']) {
    await total(name)
      .filter({ hasText: exact.format('en') })
      .waitFor();
    assert.equal(await total(name).getAttribute('title'), `$${exact.toString()}`, name);
  }
  assert.equal(await total('Day budget left').getAttribute('title'), `$${Money.parse('5').subtract(exact).toString()}`);
  const rows = costs.getByTestId('requests').locator('tbody tr');
  await rows.nth(1).waitFor();
  const amounts = await Promise.all((await rows.locator('.amount').all()).map(amount => amount.getAttribute('title')));
  const sum = Money.sum(amounts.map(text => Money.parse(text!.slice(1))));
  assert.equal(sum.toString(), exact.toString());
});

test('a row tells the usage as the server reported it, the price and where that is from', async t => {
  window.watch(t);
  await costs.getByTestId('requests').locator('tbody tr').first().getByRole('button').click();
  const facts = costs.getByTestId('facts');
  await facts.waitFor();
  const text = await facts.innerText();
  for (const fact of ['The provider reported the tokens.', '"prompt_tokens"', 'Price from', 'data of 20', '≤ $', 'per 1M tokens'])
    assert.ok(text.includes(fact), `${fact}: ${text}`);
  await window.screenshot('costs-facts');
}); // prettier-ignore

test('what is spent while the view is open is on it without being asked for, and other models are compared', async t => {
  window.watch(t);
  await server.control.script({ kind: 'reply', text: 'One more.' });
  const turn = await window.chat.ask('One more?');
  assert.equal(await turn.finished(), 'done');
  await total('Today')
    .filter({ hasText: (await billed()).format('en') })
    .waitFor();
  await costs.getByTestId('requests').locator('tbody tr').nth(2).waitFor();
  await costs.getByRole('button', { name: 'This session' }).click();
  const others = costs.getByTestId('others').locator('tbody tr');
  await others.first().waitFor();
  const before = (await server.control.requests()).length;
  assert.ok((await others.count()) > 10);
  assert.match(await others.first().locator('td').first().innerText(), /^≈ \$0\.\d+$/);
  assert.equal((await server.control.requests()).length, before, 'looking costs nothing');
});

test('it is accessible and nothing runs over, in every theme', async t => {
  window.watch(t);
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const body = costs.locator('body');
  for (const theme of ['Default Light Modern', 'Default Dark Modern', 'Default High Contrast', 'Default High Contrast Light']) {
    await window.setSettings({ 'workbench.colorTheme': theme });
    await window.statusBar().locator('a').click();
    await costs.getByTestId('requests').waitFor();
    // The page itself is transparent; axe would judge the colours against white instead of against the editor.
    await body.evaluate(`document.body.style.background = 'var(--vscode-editor-background)'`);
    await body.evaluate(axe);
    const found = await body.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(', ')))`,
    );
    assert.deepEqual(found, [], theme);
    const over = await body.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.ok(Number(over) <= 0, `${theme}: ${String(over)} px too wide`);
    await window.screenshot(`costs-${theme}`);
  }
}); // prettier-ignore

test('an export is a file with every request and its exact cost', async t => {
  window.watch(t);
  const target = join(window.workspace, 'costs.csv');
  await costs.getByTestId('export').click();
  await window.quickInput.pick('CSV');
  await window.quickInput.pick('Everything');
  await window.quickInput.widget.locator('.quick-input-title', { hasText: 'Export Costs' }).waitFor();
  await window.page.waitForFunction(
    `document.querySelector('.quick-input-widget input.input')?.value.endsWith('.csv')`,
  );
  await window.quickInput.field.fill(target);
  await window.page.keyboard.press('Enter');
  await window.notification(/3 requests exported/).waitFor();
  const [head, ...lines] = (await readFile(target, 'utf8')).trimEnd().split('\r\n');
  const cost = head!.split(',').indexOf('cost_usd');
  const sum = Money.sum(lines.map(line => Money.parse(line.split(',')[cost]!)));
  assert.equal(sum.toString(), (await billed()).toString());
  await window.runCommand('Notifications: Clear All Notifications');
});

test('deleting asks, says what stays for budgets, and takes nothing off what was spent today', async t => {
  window.watch(t);
  const deleteAll = async (answer: 'Cancel' | 'Delete'): Promise<string> => {
    await costs.getByTestId('delete').click();
    await window.quickInput.pick('All time');
    const dialog = window.dialog(/Delete the requests of all time\?/);
    await dialog.waitFor();
    const text = await dialog.innerText();
    await dialog.getByRole('button', { name: answer, exact: true }).click();
    return text;
  };
  assert.match(await deleteAll('Cancel'), /no budget is passed by deleting/);
  const rows = costs.getByTestId('requests').locator('tbody tr');
  assert.ok((await rows.count()) >= 3);
  await deleteAll('Delete');
  await costs.getByText('No requests were made in this range.').waitFor();
  await costs.getByText(/3 deleted requests .* still count for budgets/).waitFor();
  assert.equal(await total('Today').getAttribute('title'), `$${(await billed()).toString()}`);
  assert.equal(
    await total('Day budget left').getAttribute('title'),
    `$${Money.parse('5')
      .subtract(await billed())
      .toString()}`,
  );
});

test('re-rating says that nothing would change where nothing would', async t => {
  window.watch(t);
  await server.control.script({ kind: 'reply', text: 'And again.' });
  await (await window.chat.ask('Again?')).finished();
  await costs.getByTestId('re-rate').click();
  await window.notification(/already has the price that today’s list has/).waitFor();
});
