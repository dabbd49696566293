import { mkdirSync } from 'node:fs';
import { startCostHarness } from './cost-harness.ts';
import { emptyCosts, sampleState } from './sample-costs.ts';
import type { ThemeName } from './themes.ts';

/** Pictures of the cost view for a person to look at: `node test/webview/cost-screenshots.ts`, then open out/webview. */
const folder = new URL('../../out/webview/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const harness = await startCostHarness();
const full = await sampleState();
for (const theme of ['light', 'dark', 'hc-dark', 'hc-light'] satisfies ThemeName[])
  for (const width of [240, 1000])
    for (const [name, state] of Object.entries({ full, empty: emptyCosts })) {
      const { page } = await harness.open({ theme, width, state });
      await page.screenshot({ path: `${folder}costs-${name}-${theme}-${width}.png`, fullPage: true });
    }
await harness.close();
