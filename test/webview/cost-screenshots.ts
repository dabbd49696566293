import { mkdirSync } from 'node:fs';
import { startCostHarness } from './cost-harness.ts';
import { emptyCosts, sampleState } from './sample-costs.ts';
import type { ThemeName } from './themes.ts';

/**
 * Pictures of the cost view for a person to look at, in out/webview, and those that docs/costs.md shows, in docs/images:
 * `node test/webview/cost-screenshots.ts`.
 */
const folder = new URL('../../out/webview/', import.meta.url).pathname;
const docs = new URL('../../docs/images/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const harness = await startCostHarness();
const full = await sampleState();
for (const theme of ['light', 'dark', 'hc-dark', 'hc-light'] satisfies ThemeName[])
  for (const width of [240, 1000])
    for (const [name, state] of Object.entries({ full, empty: emptyCosts })) {
      const { page } = await harness.open({ theme, width, state });
      await page.screenshot({ path: `${folder}costs-${name}-${theme}-${width}.png`, fullPage: true });
    }
const folded = { ...full, facts: undefined };
for (const [name, theme] of Object.entries({ light: 'light', dark: 'dark', 'high-contrast': 'hc-dark' } as const)) {
  const { page } = await harness.open({ theme, width: 960, height: 860, state: folded });
  await page.screenshot({ path: `${docs}costs-${name}.png` });
}
await harness.close();
