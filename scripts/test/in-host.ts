import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import type { InHostResults } from '../../test/host/index.ts';
import { launchBrowser } from '../host/browser.ts';
import { OUT, SAMPLE_WORKSPACE, type ReleaseName } from '../host/folders.ts';
import { startHost, type Host } from '../host/start-host.ts';
import { remoteUri, workbenchUrl } from '../host/workbench-url.ts';
import { bundleInHostTests, IN_HOST_SUITE } from './bundle-in-host.ts';
import type { Outcome } from './outcome.ts';
import { unpackExtension } from './unpack-extension.ts';

const LIMIT_MS = 240_000;

/** Runs the in-host suite: mocha inside the extension host of a real VS Code, beside the extension as it was packed. */
export async function runInHost(release: ReleaseName, files: readonly string[]): Promise<Outcome> {
  if (files.length === 0) {
    return { passed: 0, failed: 0, skipped: 0, reports: [] };
  }
  await bundleInHostTests(files);
  const root = await mkdtemp(join(tmpdir(), 'pennyloom-in-host-'));
  const results = join(root, 'results.json');
  const log: string[] = [];
  let host: Host | undefined;
  try {
    await unpackExtension(join(root, 'pennyloom'));
    await cp(SAMPLE_WORKSPACE, join(root, 'workspace'), { recursive: true });
    host = await startHost({
      release,
      folder: join(root, 'host'),
      removeAtEnd: root,
      smokeTestDriver: true,
      // Its own chat would only make noise; models and tools that extensions bring work without it.
      settings: { 'chat.disableAIFeatures': true },
      env: {
        PENNYLOOM_TEST_RESULTS: results,
        PENNYLOOM_NODE: process.execPath,
        PENNYLOOM_USER_FOLDER: join(root, 'host/user'),
      },
    });
    const end = await drive(host, root, log);
    const found: InHostResults | undefined = await readFile(results, 'utf8').then(JSON.parse, () => undefined);
    return await judge(release, end, found, log);
  } finally {
    await host?.stop();
    await rm(root, { recursive: true, force: true });
  }
}

/** Opens the window that runs the suite; returns the host's exit code, or what went wrong instead. */
async function drive(host: Host, root: string, log: string[]): Promise<number | string> {
  const browser = await launchBrowser(host, { profile: join(root, 'profile') });
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    // These two names are VS Code's: it calls them when it runs tests in a browser.
    const exited = new Promise<number>(done => void page.exposeFunction('codeAutomationExit', done));
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      log.push(`${type} ${format(...args)}`);
    });
    page.on('pageerror', error => log.push(`pageerror ${error.stack ?? error.message}`));
    const payload = [
      ['extensionDevelopmentPath', remoteUri(host, join(root, 'pennyloom'))],
      ['extensionTestsPath', remoteUri(host, IN_HOST_SUITE)],
    ] as const;
    await page.goto(workbenchUrl(host, { folder: join(root, 'workspace'), payload }), { timeout: 60_000 });
    const end = await Promise.race([exited, setTimeout(LIMIT_MS, 'late' as const, { ref: false })]);
    return end === 'late' ? await lateReport(page, host) : end;
  } finally {
    await Promise.race([browser.close(), setTimeout(5000, undefined, { ref: false })]);
  }
}

async function lateReport(page: Page, host: Host): Promise<string> {
  const screenshot = join(OUT, 'screenshots/in-host-late.png');
  await page.screenshot({ path: screenshot }).catch(() => {});
  const server = (await host.readLog()).split('\n').slice(-20).join('\n');
  return `no result after ${LIMIT_MS / 1000} s; screenshot ${screenshot}; the server's log ends with\n${server}`;
}

async function judge(
  release: ReleaseName,
  end: number | string,
  results: InHostResults | undefined,
  log: readonly string[],
): Promise<Outcome> {
  if (results && typeof end === 'number' && results.failed === 0 && end === 0) {
    return { ...results, reports: [] };
  }
  const file = join(OUT, `logs/in-host-${release}.log`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, log.join('\n'));
  const reports = (results?.failures ?? []).map(({ title, error }) => `✗ ${title}\n${error.replaceAll(/^/gm, '    ')}`);
  if (!results || results.failed === 0) {
    const errors = log.filter(line => /^(error|pageerror) /.test(line)).slice(-10);
    reports.push([`in-host suite on ${release}: ended with ${end}, full log ${file}`, ...errors].join('\n'));
  }
  return {
    passed: results?.passed ?? 0,
    failed: Math.max(results?.failed ?? 0, 1),
    skipped: results?.skipped ?? 0,
    reports,
  };
}
