import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FromCostView } from '../../src/protocol/cost-messages.ts';
import { parseFromCostView } from '../../src/protocol/cost-messages.ts';
import type { CostQuery, CostViewState } from '../../src/protocol/cost-view-state.ts';
import { type CostHarness, type CostsPage, startCostHarness } from './cost-harness.ts';
import { emptyCosts, sampleState } from './sample-costs.ts';
import { type ThemeName, themes } from './themes.ts';

let harness: CostHarness;
let full: CostViewState;
before(async () => {
  harness = await startCostHarness();
  full = await sampleState();
});
after(() => harness.close());

/** What was asked last; every message the page posts is one that the host takes. */
async function asked(costs: CostsPage): Promise<CostQuery> {
  const posted = await costs.posted();
  for (const message of posted) assert.deepEqual(parseFromCostView(message), message);
  const last = posted.findLast(message => message.type === 'query');
  assert.ok(last, JSON.stringify(posted));
  return last.query;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

function violations({ page }: CostsPage): Promise<string[]> {
  return page.evaluate(async () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    const { violations: found } = await axe.run({ resultTypes: ['violations'] });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
    );
  });
}

for (const theme of Object.keys(themes) as ThemeName[])
  test(`axe finds nothing, full and empty, ${theme}`, async () => {
    for (const state of [full, emptyCosts]) {
      const costs = await harness.open({ theme, state });
      assert.deepEqual(await violations(costs), []);
      assert.deepEqual(costs.leaks, []);
    }
  });

test('nothing is wider than the page, at 240 pixels and at 1200', async () => {
  for (const width of [240, 1200])
    for (const state of [full, emptyCosts]) {
      const { page } = await harness.open({ width, state });
      const tooWide = await page.evaluate(
        most =>
          [...document.querySelectorAll('#root *')]
            .filter(one => one.getBoundingClientRect().right > most + 1 && !one.closest('pre, .table-scroll, .visually-hidden'))
            .map(one => `${one.tagName} ${one.getAttribute('class')} ${one.textContent?.slice(0, 30)}`),
        width,
      );
      assert.deepEqual(tooWide, [], `${width}`);
    }
}); // prettier-ignore

test('the page says ready, and only then is anything drawn', async () => {
  const costs = await harness.open({ state: full });
  assert.deepEqual((await costs.posted())[0], { type: 'ready' } satisfies FromCostView);
  assert.equal(await costs.page.getByRole('heading', { level: 1 }).innerText(), 'Costs');
});

test('sums are shown with their honest marks, every digit in the tooltip', async () => {
  const { page } = await harness.open({ state: full });
  const amounts = page.locator('.totals .amount');
  assert.deepEqual(await amounts.allInnerTexts(), [
    ...full.periods.map(({ cost }) => cost.text),
    ...full.budgets.map(({ left }) => left.text),
  ]);
  assert.match(await amounts.nth(2).innerText(), /^≥ \$/);
  assert.match((await amounts.nth(2).getAttribute('title')) ?? '', /^\$\d+\.\d{6,12}, and \d+ of unknown cost$/);
});

test('the chart’s bars are stacked in theme colours, and its table says the same', async () => {
  const { page } = await harness.open({ state: full, theme: 'light' });
  const bars = page.locator('.bar');
  assert.equal(await bars.count(), 30);
  const fill = await page.evaluate(() => getComputedStyle(document.querySelector('.bar .series-0')!).fill);
  assert.equal(fill, 'rgb(0, 99, 211)');
  await page.getByText('Show as table').click();
  const rows = page.locator('.as-table tbody tr');
  const spent = full.chart!.bars.filter(({ calls }) => calls > 0).toReversed();
  assert.deepEqual(await rows.locator('th').allInnerTexts(), spent.map(({ label }) => label));
  assert.equal(await rows.first().locator('td').nth(-2).innerText(), spent[0]!.cost.text);
  const heights = await page.evaluate(() =>
    [...document.querySelectorAll('.bar')].map(bar =>
      [...bar.querySelectorAll('rect:not(.hit)')].reduce((sum, part) => sum + Number(part.getAttribute('height')), 0),
    ),
  );
  const highest = full.chart!.bars.map(({ parts }) => parts.reduce((sum, { height }) => sum + height, 0));
  assert.equal(heights.indexOf(Math.max(...heights)), highest.indexOf(Math.max(...highest)));
}); // prettier-ignore

test('the keyboard walks along the bars, and Enter narrows the requests to one', async () => {
  const costs = await harness.open({ state: full });
  const { page } = costs;
  await page.getByTestId('by').focus();
  await page.keyboard.press('Tab');
  const label = (): Promise<string | null> => page.evaluate(() => document.activeElement!.getAttribute('aria-label'));
  const [last, before, first] = [full.chart!.bars.at(-1)!, full.chart!.bars.at(-2)!, full.chart!.bars[0]!];
  assert.ok((await label())?.startsWith(`${last.label}: ${last.cost.text}`), `${await label()}`);
  await page.keyboard.press('ArrowLeft');
  assert.ok((await label())?.startsWith(before.label));
  assert.equal(await page.getByTestId('readout').innerText(), await label());
  await page.keyboard.press('Home');
  assert.ok((await label())?.startsWith(first.label));
  await page.keyboard.press('Enter');
  assert.equal((await asked(costs)).bar, first.from);
  // The answer draws the chart anew, and whoever stands on the bar goes on standing on it.
  await costs.send({ type: 'changed', changes: { query: await asked(costs) } });
  assert.ok((await label())?.startsWith(first.label));
  assert.equal(await page.locator('.bar[aria-pressed=true]').count(), 1);
  await page.getByRole('button', { name: `Show all, not only “${first.label}”` }).click();
  assert.equal((await asked(costs)).bar, undefined);
});

test('range and grouping are asked for, and a bar of another range is let go', async () => {
  const costs = await harness.open({ state: { ...full, query: { ...full.query, bar: full.chart!.bars[3]!.from, offset: 50 } } });
  await costs.part('range').selectOption('90-days');
  assert.deepEqual(await asked(costs), { ...full.query, range: '90-days' });
  await costs.part('by').selectOption('workspace');
  assert.equal((await asked(costs)).by, 'workspace');
}); // prettier-ignore

test('a group narrows the requests to it, and again lets them go', async () => {
  const costs = await harness.open({ state: full });
  const group = full.groups[0]!;
  const button = costs.part('groups').getByRole('button').first();
  await button.click();
  assert.deepEqual((await asked(costs)).group, { by: 'model', key: group.key, label: group.label });
  await costs.send({ type: 'changed', changes: { query: await asked(costs) } });
  assert.equal(await button.getAttribute('aria-pressed'), 'true');
  await button.click();
  assert.equal((await asked(costs)).group, undefined);
});

test('what is typed is searched for once it rests, and what comes back does not undo it', async () => {
  const costs = await harness.open({ state: full });
  await costs.part('search').pressSequentially('loop');
  await costs.page.waitForFunction(() =>
    (globalThis as unknown as { posted: FromCostView[] }).posted.some(({ type }) => type === 'query'),
  );
  assert.equal((await asked(costs)).search, 'loop');
  assert.equal((await costs.posted()).filter(({ type }) => type === 'query').length, 1);
  await costs.send({ type: 'changed', changes: { query: { ...full.query, search: 'lo' } } });
  assert.equal(await costs.part('search').inputValue(), 'loop');
});

test('a column sorts, again the other way, and says so', async () => {
  const costs = await harness.open({ state: full });
  const table = costs.part('requests');
  assert.equal(await table.locator('th[aria-sort]').innerText(), 'Time ');
  await table.getByRole('button', { name: 'Cost' }).click();
  const first = await asked(costs);
  assert.deepEqual([first.order, first.descending], ['cost', true]);
  await costs.send({ type: 'changed', changes: { query: first } });
  assert.equal(await table.locator('th[aria-sort=descending]').innerText(), 'Cost ');
  await table.getByRole('button', { name: 'Cost' }).click();
  assert.equal((await asked(costs)).descending, false);
});

test('pages are turned, and only where there is one', async () => {
  const costs = await harness.open({ state: full });
  assert.ok(await costs.page.getByRole('button', { name: 'Previous' }).isDisabled());
  await costs.page.getByRole('button', { name: 'Next' }).click();
  assert.equal((await asked(costs)).offset, 50);
});

test('a row opens its request’s facts by keyboard, and the focus stays on it', async () => {
  const costs = await harness.open({ state: { ...full, facts: undefined } });
  const { id } = full.facts!;
  const row = costs.part('requests').locator(`[data-key="open ${id}"]`);
  await row.focus();
  await costs.page.keyboard.press('Enter');
  assert.deepEqual((await costs.posted()).at(-1), { type: 'open', id });
  await costs.send({ type: 'changed', changes: { facts: full.facts } });
  const facts = await costs.part('facts').innerText();
  for (const fact of ['Bound before sending', 'of which cached', '512', 'Price from', 'Usage as reported', '"prompt_tokens"'])
    assert.ok(facts.includes(fact), `${fact}: ${facts}`);
  assert.equal(await costs.page.evaluate(() => document.activeElement?.getAttribute('aria-expanded')), 'true');
  await costs.page.keyboard.press('Enter');
  assert.deepEqual((await costs.posted()).at(-1), { type: 'open' });
}); // prettier-ignore

test('what is unknown is a word, what a lost request cost lies below its bound, and markup in a name is text', async () => {
  const { page } = await harness.open({ state: full });
  const lost = page.getByTestId('requests').locator('tbody tr', { hasText: 'lost' }).first();
  assert.deepEqual((await lost.locator('td').allInnerTexts()).slice(4), ['unknown', 'unknown', '≤ $0.50', 'lost']);
  assert.equal(await page.locator('#root b').count(), 0);
  await page.getByText('A name for <b>this</b> function').first().waitFor();
});

test('other models are asked for and shown as estimates, the cheapest first', async () => {
  const costs = await harness.open({ state: full });
  await costs.page.getByRole('button', { name: 'What is shown' }).click();
  assert.deepEqual((await costs.posted()).at(-1), { type: 'compare', scope: 'range' });
  const shown = await costs.part('others').locator('tbody tr td:nth-of-type(1)').allInnerTexts();
  assert.ok(shown.length > 10 && shown.every(text => text.startsWith('≈ $')), shown.join());
});

test('the buttons ask the host', async () => {
  const costs = await harness.open({ state: full });
  for (const type of ['export', 're-rate', 'delete'] as const) {
    await costs.part(type).click();
    assert.deepEqual((await costs.posted()).at(-1), { type });
  }
});

test('a change that changes nothing that is shown draws nothing anew', async () => {
  const costs = await harness.open({ state: full });
  await costs.page.evaluate(() => {
    const watched = globalThis as unknown as { changed: number };
    watched.changed = 0;
    new MutationObserver(records => (watched.changed += records.length)).observe(document.body, { subtree: true, childList: true });
  });
  await costs.send({ type: 'changed', changes: structuredClone(full) });
  assert.equal(await costs.page.evaluate(() => (globalThis as unknown as { changed: number }).changed), 0);
}); // prettier-ignore

test('without a database the page says what is missing', async () => {
  const { page } = await harness.open({ state: emptyCosts });
  assert.match(await page.getByRole('status').first().innerText(), /cannot be kept beyond this window/);
  await page.getByText('No requests were made in this range.').waitFor();
});
