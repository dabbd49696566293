import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { chromiumPath, LAUNCH_OPTIONS } from '../../scripts/host/browser.ts';
import type { ChatViewEvent, ChatViewState, TurnView } from '../../src/protocol/chat-view-state.ts';
import type { FromWebview } from '../../src/protocol/from-webview.ts';
import type { ToWebview } from '../../src/protocol/to-webview.ts';
import { type ThemeName, themes } from './themes.ts';

const root = new URL('../../', import.meta.url);
const require = createRequire(import.meta.url);
/** Answered by the harness itself; nothing listens there. */
export const origin = 'http://localhost:1';
const nonce = 'bm9uY2U';

export interface ChatOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** Sent in answer to `ready`; without it the page waits. */
  readonly state?: ChatViewState | undefined;
  /** Serve the highlight bundle; else code stays plain. */
  readonly highlight?: boolean;
  /** The page's language, which numbers follow. */
  readonly lang?: string;
  /** Load axe-core into the page. */
  readonly axe?: boolean;
  /** More markup for the body, as an attacker would wish for. */
  readonly extraBody?: string;
}

/** The chat's page in a real browser, with this process as its extension host. */
export interface Chat {
  readonly page: Page;
  /** Addresses that the page asked for and the harness does not serve. */
  readonly leaks: readonly string[];
  /** What the page told the host, in order. Of an image's bytes only their number is here; themselves they are in the page's `sentImages`. */
  posted(): Promise<readonly Posted[]>;
  /** Posts a message and waits until the page has heard it. */
  send(message: ToWebview): Promise<void>;
  event(event: ChatViewEvent): Promise<void>;
  part(testId: string): Locator;
}

export type Posted = FromWebview['type'] extends infer T ? { readonly type: T } & Record<string, unknown> : never;

export interface Harness {
  readonly browser: Browser;
  open(options?: ChatOptions): Promise<Chat>;
  close(): Promise<void>;
}

/** Builds the page's programs as the product does and starts the browser. */
export async function startHarness(): Promise<Harness> {
  const bundles = await build({
    absWorkingDir: root.pathname,
    entryPoints: {
      'chat-webview': 'src/webview/main.ts',
      highlight: 'src/webview/highlight.ts',
      markdown: 'test/webview/markdown-page.ts',
      chat: 'media/chat.css',
    },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    write: false,
    outdir: 'out',
  });
  const files = new Map<string, { body: string | Buffer; contentType: string }>();
  for (const { path, text } of bundles.outputFiles)
    files.set(`/${path.split('/').at(-1)}`, {
      body: text,
      contentType: path.endsWith('.css') ? 'text/css' : 'text/javascript',
    });
  const codicons = require.resolve('@vscode/codicons/dist/codicon.css');
  files.set('/codicon.css', { body: readFileSync(codicons), contentType: 'text/css' });
  files.set('/codicon.ttf', { body: readFileSync(codicons.replace(/css$/, 'ttf')), contentType: 'font/ttf' });
  files.set('/axe.js', { body: readFileSync(require.resolve('axe-core/axe.min.js')), contentType: 'text/javascript' });
  const browser = await chromium.launch({
    ...LAUNCH_OPTIONS,
    args: [...LAUNCH_OPTIONS.args],
    executablePath: chromiumPath(),
  });
  const open = await openPage(browser, files);
  return {
    browser,
    open: (options = {}) => open(options),
    close: () => browser.close(),
  };
}

type Files = ReadonlyMap<string, { readonly body: string | Buffer; readonly contentType: string }>;

/** One page for all tests of a file: a fresh load of it is a fresh view, and several times cheaper than a fresh page. */
async function openPage(browser: Browser, files: Files): Promise<(options: ChatOptions) => Promise<Chat>> {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US' });
  const current: Current = { options: {}, leaks: [] };
  await serve(context, files, current);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', error => current.leaks.push(`error: ${error.message}`));
  return async options => {
    current.options = options;
    current.leaks = [];
    await page.setViewportSize({ width: options.width ?? 400, height: options.height ?? 700 });
    await page.goto(`${origin}/`);
    const send = (message: ToWebview): Promise<void> =>
      page.evaluate(
        sent =>
          new Promise<void>(resolve => {
            addEventListener('message', () => resolve(), { once: true });
            postMessage(sent, '*');
          }),
        message as unknown as Record<string, unknown>,
      );
    if (options.state) await send({ type: 'snapshot', state: options.state });
    return {
      page,
      leaks: current.leaks,
      posted: () => page.evaluate(() => (globalThis as unknown as { posted: Posted[] }).posted),
      send,
      event: event => send({ type: 'event', event }),
      part: testId => page.getByTestId(testId),
    };
  };
}

interface Current {
  options: ChatOptions;
  leaks: string[];
}

/** Answers from `files` what the page may ask for, under the policy the product's page has; everything else is a leak. */
async function serve(context: BrowserContext, files: Files, current: Current): Promise<void> {
  await context.route('**/*', async route => {
    const url = new URL(route.request().url());
    const file = url.origin === origin ? files.get(url.pathname) : undefined;
    if (url.origin === origin && url.pathname === '/')
      await route.fulfill({
        contentType: 'text/html',
        headers: {
          'content-security-policy': `default-src 'none'; img-src blob: data:; style-src ${origin} 'nonce-${nonce}'; font-src ${origin}; script-src 'nonce-${nonce}'`,
        },
        body: pageHtml(current.options),
      });
    else if (file) await route.fulfill(file);
    else {
      current.leaks.push(url.href);
      await route.abort();
    }
  });
}

function pageHtml({
  theme = 'dark',
  highlight = false,
  axe = false,
  lang = 'en',
  extraBody = '',
}: ChatOptions): string {
  const { bodyClass, variables } = themes[theme];
  const declarations = Object.entries(variables).map(([name, value]) => `--vscode-${name}:${value}`);
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>Pennyloom</title>
<style nonce="${nonce}">:root{${declarations.join(';')}}
html{background:var(--vscode-sideBar-background);scrollbar-color:var(--vscode-scrollbarSlider-background) transparent}
body{padding:0 20px;color:var(--vscode-editor-foreground)}
code{color:var(--vscode-textPreformat-foreground);padding:1px 3px}</style>
<link rel="stylesheet" href="/codicon.css"><link rel="stylesheet" href="/chat.css"></head>
<body class="${bodyClass}" ${highlight ? `data-highlight-src="${origin}/highlight.js"` : ''} data-nonce="${nonce}">
<div id="root"></div>${extraBody}
<script nonce="${nonce}">${hostStub}</script>
<script nonce="${nonce}" src="/chat-webview.js"></script>
<script nonce="${nonce}" src="/markdown.js"></script>
${axe ? `<script nonce="${nonce}" src="/axe.js"></script>` : ''}</body></html>`;
}

/** VS Code's side of the webview API: keeps what is posted, and the state across reloads. */
const hostStub = `
if (performance.getEntriesByType('navigation')[0].type !== 'reload') sessionStorage.clear();
globalThis.posted = [];
globalThis.sentImages = [];
globalThis.acquireVsCodeApi = () => ({
  postMessage(message) {
    const copy = structuredClone(message);
    if (copy.type === 'send') {
      sentImages.push(...copy.images);
      copy.images = copy.images.map(image => ({ ...image, bytes: image.bytes.length }));
    }
    posted.push(copy);
  },
  getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
  setState: state => sessionStorage.setItem('state', JSON.stringify(state)),
});`;

export const model = {
  id: 'gpt-5.4',
  name: 'gpt-5.4',
  provider: 'OpenAI',
  keysPage: true,
  vision: true,
  price: '$2.50 in, $15.00 out per 1M tokens',
  typicalCost: '≈ $0.004',
} as const;

export const emptyState: ChatViewState = { conversationId: 'c1', turns: [], model, key: 'set' };

export function turn(id: string, over: Partial<TurnView> = {}): TurnView {
  return {
    id,
    question: { text: `Question ${id}`, images: [], contexts: [] },
    parts: [],
    status: 'running',
    ...over,
  };
}

export const facts = {
  model: 'gpt-5.4',
  inputTokens: 1520,
  outputTokens: 384,
  cost: '$0.0069',
  durationMs: 2100,
  toolCalls: 0,
} as const;
