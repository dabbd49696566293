import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { chromiumPath, LAUNCH_OPTIONS } from '../../scripts/host/browser.ts';
import type { FromCostView, ToCostView } from '../../src/protocol/cost-messages.ts';
import type { CostViewState } from '../../src/protocol/cost-view-state.ts';
import { origin } from './chat-harness.ts';
import { type ThemeName, themes } from './themes.ts';

const root = new URL('../../', import.meta.url);
const require = createRequire(import.meta.url);
const nonce = 'bm9uY2U';

export interface CostOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly state: CostViewState;
  readonly lang?: string;
}

/** The cost view's page in a real browser, with this process as its extension host. */
export interface CostsPage {
  readonly page: Page;
  /** Addresses that the page asked for and nobody serves, and errors nobody caught. */
  readonly leaks: readonly string[];
  posted(): Promise<readonly FromCostView[]>;
  send(message: ToCostView): Promise<void>;
  part(testId: string): Locator;
}

export interface CostHarness {
  open(options: CostOptions): Promise<CostsPage>;
  close(): Promise<void>;
}

export async function startCostHarness(): Promise<CostHarness> {
  const files = await readFiles();
  const browser: Browser = await chromium.launch({
    ...LAUNCH_OPTIONS,
    args: [...LAUNCH_OPTIONS.args],
    executablePath: chromiumPath(),
  });
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US', timezoneId: 'UTC' });
  let html = '';
  let leaks: string[] = [];
  await context.route('**/*', async route => {
    const url = new URL(route.request().url());
    const file = url.origin === origin ? files.get(url.pathname) : undefined;
    if (url.origin === origin && url.pathname === '/')
      await route.fulfill({
        contentType: 'text/html',
        headers: {
          'content-security-policy': `default-src 'none'; style-src ${origin} 'nonce-${nonce}'; font-src ${origin}; script-src 'nonce-${nonce}'`,
        },
        body: html,
      });
    else if (file) await route.fulfill(file);
    else {
      leaks.push(url.href);
      await route.abort();
    }
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', error => leaks.push(`error: ${error.message}`));
  page.on('console', message => message.type() === 'error' && leaks.push(message.text()));
  return {
    close: () => browser.close(),
    open: async options => {
      html = pageHtml(options);
      leaks = [];
      await page.setViewportSize({ width: options.width ?? 1000, height: options.height ?? 900 });
      await page.goto(`${origin}/`);
      const send = (message: ToCostView): Promise<void> =>
        page.evaluate(
          sent =>
            new Promise<void>(resolve => {
              addEventListener('message', () => resolve(), { once: true });
              postMessage(sent, '*');
            }),
          message as unknown as Record<string, unknown>,
        );
      await send({ type: 'snapshot', state: options.state });
      return {
        page,
        leaks,
        send,
        posted: () => page.evaluate(() => (globalThis as unknown as { posted: FromCostView[] }).posted),
        part: testId => page.getByTestId(testId),
      };
    },
  };
}

async function readFiles(): Promise<Map<string, { body: string | Buffer; contentType: string }>> {
  const bundle = await build({
    absWorkingDir: root.pathname,
    entryPoints: { 'cost-webview': 'src/webview/costs/main.ts', costs: 'media/costs.css' },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    write: false,
    outdir: 'out',
  });
  const codicons = require.resolve('@vscode/codicons/dist/codicon.css');
  const built = (ending: string): string => bundle.outputFiles.find(({ path }) => path.endsWith(ending))!.text;
  const script = 'text/javascript';
  return new Map([
    ['/cost-webview.js', { body: built('.js'), contentType: script }],
    ['/costs.css', { body: built('.css'), contentType: 'text/css' }],
    ['/codicon.css', { body: readFileSync(codicons), contentType: 'text/css' }],
    ['/codicon.ttf', { body: readFileSync(codicons.replace(/css$/, 'ttf')), contentType: 'font/ttf' }],
    ['/axe.js', { body: readFileSync(require.resolve('axe-core/axe.min.js')), contentType: script }],
  ]);
}

function pageHtml({ theme = 'dark', lang = 'en' }: CostOptions): string {
  const { bodyClass, variables } = themes[theme];
  const declarations = Object.entries(variables).map(([name, value]) => `--vscode-${name}:${value}`);
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>Pennyloom Costs</title>
<style nonce="${nonce}">:root{${declarations.join(';')}}
html{background:var(--vscode-editor-background)}body{padding:0 20px;color:var(--vscode-editor-foreground)}</style>
<link rel="stylesheet" href="/codicon.css"><link rel="stylesheet" href="/costs.css"></head>
<body class="${bodyClass}"><div id="root"></div>
<script nonce="${nonce}">globalThis.posted = [];
globalThis.acquireVsCodeApi = () => ({ postMessage: message => posted.push(structuredClone(message)) });</script>
<script nonce="${nonce}" src="/cost-webview.js"></script><script nonce="${nonce}" src="/axe.js"></script></body></html>`;
}
