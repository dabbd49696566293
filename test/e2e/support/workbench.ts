import { cp, mkdir, mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/host/browser.ts';
import { OUT, SAMPLE_WORKSPACE, VSIX, type ReleaseName } from '../../../scripts/host/folders.ts';
import { startHost, type Host, type HostOptions } from '../../../scripts/host/start-host.ts';
import { workbenchUrl } from '../../../scripts/host/workbench-url.ts';
import { ChatView } from './chat-view.ts';
import { QuickInput } from './quick-input.ts';

export interface WorkbenchOptions {
  readonly release?: ReleaseName;
  /** Packed extensions to install. Default: ours, as `npm run package` left it. */
  readonly vsix?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the extension host, on top of a clean one. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder to open, which is copied first. Default: the sample workspace. */
  readonly workspace?: string;
  readonly workspaceTrust?: boolean;
  /** The window's size in pixels. Default 1280 × 800. */
  readonly width?: number;
  readonly height?: number;
}

/** CSS pixels. */
interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A VS Code window with the packed extension installed, and the person in front of it. */
export class Workbench {
  /** Changes when the browser is restarted. */
  page!: Page;
  quickInput!: QuickInput;
  chat!: ChatView;
  /** The opened folder: a copy to be changed at will. */
  readonly workspace: string;
  /** Uncaught errors of the page, extension webviews included. */
  readonly pageErrors: string[] = [];
  readonly #root: string;
  readonly #options: WorkbenchOptions;
  #host!: Host;
  #browser: BrowserContext | undefined;
  #settingsWritten = 0;

  private constructor(root: string, options: WorkbenchOptions) {
    this.#root = root;
    this.#options = options;
    this.workspace = join(root, 'workspace', basename(options.workspace ?? SAMPLE_WORKSPACE));
  }

  /** Starts everything afresh: server, extension, profile, workspace. Some 6 to 12 s. */
  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const root = await mkdtemp(join(tmpdir(), 'pennyloom-window-'));
    const workbench = new Workbench(root, options);
    await cp(options.workspace ?? SAMPLE_WORKSPACE, workbench.workspace, { recursive: true });
    try {
      await workbench.#startHost(options.vsix ?? [VSIX], 0);
      await workbench.#startBrowser('profile');
    } catch (error) {
      await workbench.close();
      throw error;
    }
    return workbench;
  }

  /** A window for one test: closed when the test is over, and looked at first when it failed. */
  static async openFor(test: TestContext, options: WorkbenchOptions = {}): Promise<Workbench> {
    const workbench = await Workbench.open(options);
    workbench.watch(test);
    test.after(() => workbench.close());
    return workbench;
  }

  get url(): string {
    return workbenchUrl(this.#host, { folder: this.workspace });
  }

  /** Takes down browser and server and removes their folders. */
  async close(): Promise<void> {
    await this.#closeBrowser();
    await this.#host?.stop();
  }

  /** The same window loaded again. */
  async reload(): Promise<void> {
    await this.page.reload({ timeout: 60_000 });
    await this.#ready();
  }

  /** Closes the browser and opens it again: as the same person, or as one never seen before. */
  async restartBrowser({ profile = 'profile' } = {}): Promise<void> {
    await this.#closeBrowser();
    await this.#startBrowser(profile);
  }

  /** Stops the server and starts it again with the same data at the same address; the page has to be reloaded. */
  async restartServer(): Promise<void> {
    const port = Number(new URL(this.#host.url).port);
    await this.#host.stop({ keepFolder: true });
    await this.#startHost([], port);
  }

  /** Runs a command by its full title, as the palette shows it. */
  runCommand(title: string): Promise<void> {
    return this.quickInput.runCommand(title);
  }

  /** Changes user settings (undefined removes one) and returns when the window has taken them in. */
  async setSettings(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const file = join(this.#host.userFolder, 'User/settings.json');
    // The window's title is a setting, too, and its effect can be seen: when it changes, the rest has been read.
    const title = `settings ${++this.#settingsWritten}`;
    const current: Record<string, unknown> = JSON.parse(await readFile(file, 'utf8'));
    const text = JSON.stringify({ ...current, ...changes, 'window.title': title }, null, 2);
    // By hand, in the editor: the server does not watch this file, so what another program writes there is never seen.
    await this.runCommand('Preferences: Open User Settings (JSON)');
    const editor = this.page.locator('.monaco-editor[data-uri$="/User/settings.json"]');
    await editor.locator('.view-lines').click({ timeout: 20_000 });
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await this.page.keyboard.press('ControlOrMeta+V');
    await this.page.keyboard.press('ControlOrMeta+S');
    await this.page.waitForFunction(`document.title.startsWith('${title}')`, undefined, { timeout: 20_000 });
    await this.runCommand('View: Close Editor');
    await editor.waitFor({ state: 'detached', timeout: 10_000 });
  }

  /** An item of the status bar by the extension's item id. */
  statusBar(item = 'cost'): Locator {
    return this.page.locator(`[id="pennyloom.pennyloom.${item}"]`);
  }

  /** The item's text, once it matches. */
  async statusText(pattern: RegExp = /\S/, item = 'cost', timeout = 30_000): Promise<string> {
    const matching = this.statusBar(item).filter({ hasText: pattern });
    try {
      await matching.waitFor({ timeout });
    } catch (error) {
      const shown = await this.statusBar(item).allTextContents();
      throw new Error(`the status bar shows ${JSON.stringify(shown)}, never ${pattern}`, { cause: error });
    }
    return ((await matching.textContent()) ?? '').trim();
  }

  /** A notification that is being shown, by part of its text. Its buttons are inside: `getByRole('button', …)`. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-toast').filter({ hasText: text });
  }

  /** A modal dialog, by part of its text. */
  dialog(text: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box').filter({ hasText: text });
  }

  /** Opens a file of the workspace in the editor and returns the editor. */
  async openFile(path: string): Promise<Locator> {
    // Not Ctrl+P: with the focus in a webview that key does not reach the workbench.
    await this.quickInput.openPalette();
    await this.quickInput.field.fill(path);
    const row = this.quickInput.rows.filter({ hasText: basename(path) }).first();
    await row.click({ timeout: 10_000 });
    const editor = this.page
      .locator(`.editor-instance[aria-label*="${basename(path)}"], [data-uri$="${path}"]`)
      .first();
    await editor.waitFor({ timeout: 15_000 });
    return editor;
  }

  /** Makes the side bar this many pixels wide, by dragging its edge. */
  async setSideBarWidth(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (!box) {
      throw new Error('the side bar is not shown');
    }
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, y, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Every file that VS Code or the browser keeps for this window in which a text occurs as it is: settings, state, logs, databases. */
  async filesContaining(text: string): Promise<string[]> {
    const found: string[] = [];
    for (const entry of await readdir(this.#root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // Some are gone again by now; none that stays may hold it.
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      if (bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le'))) found.push(path);
    }
    return found;
  }

  /** A file that the extension keeps, wherever this host has it. */
  async fileNamed(name: string): Promise<string> {
    const paths = await readdir(this.#root, { recursive: true });
    const found = paths.filter(path => basename(path) === name);
    if (found.length !== 1) throw new Error(`${found.length} files are named ${name}`);
    return join(this.#root, found[0]!);
  }

  /** Saves what the window shows to out/screenshots (or to a file with a path of its own) and returns where. */
  /** @param clip a part of the window. */
  async screenshot(name: string, clip?: Clip): Promise<string> {
    const folder = join(OUT, 'screenshots');
    await mkdir(folder, { recursive: true });
    const path = /[/\\]/.test(name) ? name : join(folder, `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    await this.page.screenshot({ path, ...(clip && { clip }) });
    return path;
  }

  /** Call at the start of a test: should it fail, what the window showed and what the server logged are kept. */
  watch(test: TestContext): void {
    test.after(async () => {
      // Node has it since 21.7; the types of the oldest Node we promise do not.
      if ('passed' in test && test.passed === true) {
        return;
      }
      const path = await this.screenshot(`failed ${test.name}`);
      const logs = join(OUT, 'logs');
      await mkdir(logs, { recursive: true });
      await cp(join(this.#host.folder, 'server.log'), join(logs, `${basename(path, '.png')}.log`)).catch(() => {});
      test.diagnostic(`screenshot ${path}; page errors: ${JSON.stringify(this.pageErrors)}`);
    });
  }

  async #startHost(vsix: readonly string[], port: number): Promise<void> {
    const { release, env, workspaceTrust } = this.#options;
    const options: HostOptions = {
      folder: join(this.#root, 'host'),
      removeAtEnd: this.#root,
      // Else the settings editor, which setSettings() uses, would lie over the window.
      settings: { 'workbench.editor.useModal': 'off', ...this.#options.settings },
      port,
      vsix,
      ...(release && { release }),
      ...(env && { env }),
      ...(workspaceTrust !== undefined && { workspaceTrust }),
    };
    this.#host = await startHost(options);
  }

  async #startBrowser(profile: string): Promise<void> {
    const { width, height } = this.#options;
    this.#browser = await launchBrowser(this.#host, {
      profile: join(this.#root, profile),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
    });
    this.page = this.#browser.pages()[0] ?? (await this.#browser.newPage());
    this.page.on('pageerror', error => this.pageErrors.push(error.message));
    this.quickInput = new QuickInput(this.page);
    this.chat = new ChatView(this.page);
    await this.page.goto(this.url, { timeout: 60_000 });
    await this.#ready();
  }

  /** The window is drawn and its extensions have had their start signal. */
  async #ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await this.page.locator('.activitybar .action-item').first().waitFor({ timeout: 60_000 });
  }

  async #closeBrowser(): Promise<void> {
    const browser = this.#browser;
    this.#browser = undefined;
    // A page with a stuck script never closes; its process ends with ours in any case.
    await Promise.race([browser?.close().catch(() => {}), new Promise(done => setTimeout(done, 5000).unref())]);
  }
}
