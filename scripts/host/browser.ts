import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext, type LaunchOptions } from 'playwright-core';
import type { Host } from './start-host.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The machine's Chromium: PENNYLOOM_CHROMIUM, or the first on PATH.
 * @throws Error naming the command that installs it
 */
export function chromiumPath(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];
  const found = NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(path => existsSync(path));
  const path = process.env['PENNYLOOM_CHROMIUM'] || found;
  if (!path) {
    throw new Error('no Chromium found: run `node scripts/set-up.mjs`');
  }
  return path;
}

/** For `chromium.launch()` in tests of a page alone, and for the workbench below. Only loopback addresses can be reached. */
export const LAUNCH_OPTIONS = {
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    // Requests to the outside fail at once instead of hanging.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ],
} as const satisfies LaunchOptions;

export interface BrowserOptions {
  /** Keeps local storage, where the encrypted secrets are: the same folder again is the same person coming back. */
  readonly profile: string;
  readonly width?: number;
  readonly height?: number;
}

/** A browser for one person's profile, able to read and write the clipboard. */
export async function launchBrowser(host: Host, options: BrowserOptions): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(options.profile, {
    ...LAUNCH_OPTIONS,
    args: [...LAUNCH_OPTIONS.args],
    executablePath: chromiumPath(),
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  if (!host.release.codeServer) {
    // code-server answers this with its half of the key that secrets are encrypted with. The bare server of the oldest
    // release has no such route, and without an answer secrets are forgotten at every reload.
    await context.route(
      url => url.pathname.endsWith('/mint-key'),
      route => route.fulfill({ status: 200, body: Buffer.alloc(32, 7) }),
    );
  }
  return context;
}
