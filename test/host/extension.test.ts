// Runs inside a real extension host.
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PublicApi } from '../../src/host/public-api.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { createOpenAiServer } from '../support/openai-server/server.ts';
import { startRawServer } from '../support/raw-server.ts';
import { selfSigned } from '../support/self-signed.ts';

const id = 'pennyloom.pennyloom';
const own = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('pennyloom');
const { Global, Workspace } = vscode.ConfigurationTarget;

/** Polls what VS Code gives no event for. */
async function eventually<T>(what: string, look: () => Thenable<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`never happened: ${what}`);
}

suite('activation', () => {
  test('the extension activates and gives its public API', async () => {
    const extension = vscode.extensions.getExtension<PublicApi>(id);
    assert.ok(extension, 'not installed');
    const api = await extension.activate();
    assert.equal(api.version, 1);
  });

  test('activation loads the small main file and not the engine', () => {
    const loaded = Object.keys(require.cache).filter(path => /pennyloom|dist/.test(path) && path.endsWith('.cjs'));
    assert.ok(
      loaded.some(path => path.endsWith('extension.cjs')),
      loaded.join(),
    );
    assert.ok(!loaded.some(path => path.endsWith('engine.cjs')), loaded.join());
  });

  test('every command of the manifest is there', async () => {
    const all = new Set(await vscode.commands.getCommands(true));
    const { commands } = vscode.extensions.getExtension(id)!.packageJSON.contributes as {
      commands: { command: string }[];
    };
    assert.ok(commands.length > 5);
    for (const { command } of commands) assert.ok(all.has(command), command);
  });
});

suite('settings', () => {
  test('VS Code knows the defaults', () => {
    const { model, maxTokens, temperature, timeout, streaming } = own();
    assert.deepEqual([model, maxTokens, temperature, timeout, streaming], ['gpt-5.4', 4096, 1, 60, true]);
  });

  test('a workspace cannot set endpoint, provider, key source or budgets', async () => {
    for (const name of ['endpoint', 'provider', 'keySource', 'budget.day'])
      await assert.rejects(async () => own().update(name, 'x', Workspace), /application|workspace/i, name);
  });

  test('nor the proxy, nor whether certificates are judged', async () => {
    const http = vscode.workspace.getConfiguration('http');
    for (const name of ['proxy', 'proxyStrictSSL', 'proxyAuthorization'])
      await assert.rejects(async () => http.update(name, false, Workspace), /only into User settings/, name);
  });
});

suite('Explain Selection', () => {
  let server: Awaited<ReturnType<typeof listening>>;

  async function listening() {
    const made = createOpenAiServer();
    await new Promise<void>(resolve => made.server.listen(0, '127.0.0.1', resolve));
    const address = made.server.address();
    if (typeof address !== 'object' || !address) throw new Error('no address');
    return { ...made, baseUrl: `http://127.0.0.1:${address.port}/v1` };
  }

  suiteSetup(async () => {
    server = await listening();
    process.env['OPENAI_API_KEY'] = 'sk-proj-inHostTests0123456789abcdef';
    process.env['OPENAI_BASE_URL'] = server.baseUrl;
    await own().update('endpoint', server.baseUrl, Global);
    await own().update('keySource', 'environment', Global);
  });
  suiteTeardown(async () => {
    delete process.env['OPENAI_API_KEY'];
    delete process.env['OPENAI_BASE_URL'];
    await own().update('endpoint', undefined, Global);
    await own().update('keySource', undefined, Global);
    server.server.closeAllConnections();
    server.server.close();
  });

  async function open(path: string): Promise<vscode.TextEditor> {
    const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, path);
    return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  }

  async function explained(): Promise<string> {
    await server.control.reset();
    await vscode.commands.executeCommand('pennyloom.explainSelection');
    const { body, violations, headers } = await server.control.waitForRequest({ nth: 1, timeoutMs: 15_000 });
    assert.deepEqual(violations, []);
    assert.equal(headers.authorization, 'Bearer sk-proj-inHostTests0123456789abcdef');
    const { messages } = body as { messages: { role: string; content: string }[] };
    return messages.findLast(({ role }) => role === 'user')!.content;
  }

  test('sends the selected lines with language and path, and nothing else of the file', async () => {
    const editor = await open('src/loop.ts');
    editor.selection = new vscode.Selection(0, 0, 2, 0);
    const asked = await explained();
    const selected = editor.document.getText(editor.selection);
    assert.ok(asked.includes(selected));
    assert.ok(asked.includes('src/loop.ts, lines 1-2') && asked.includes('```typescript'));
    assert.ok(!asked.includes(editor.document.lineAt(4).text));
  });

  test('without a selection it takes the symbol around the cursor', async () => {
    const editor = await open('src/greet.ts');
    const text = editor.document.getText();
    const at = editor.document.positionAt(text.indexOf("return 'morning'"));
    editor.selection = new vscode.Selection(at, at);
    await eventually('the TypeScript extension knows the symbols', async () => {
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider',
        editor.document.uri,
      );
      return symbols?.length ? symbols : undefined;
    });
    const asked = await explained();
    assert.ok(asked.includes('function dayPart'), asked);
    assert.ok(!asked.includes('function greet'), asked);
  });

  test('goes through the proxy of the editor’s settings, and not to a server whose certificate nobody trusts', async () => {
    const secure = await startRawServer(selfSigned('api.test'));
    const { port } = new URL(secure.endpoint);
    const proxy = await startConnectProxy({ routes: { 'api.test:443': Number(port) } });
    const http = (name: string, value: unknown): Thenable<void> =>
      vscode.workspace.getConfiguration('http').update(name, value, Global);
    try {
      process.env['OPENAI_BASE_URL'] = 'https://api.test/v1';
      await own().update('endpoint', 'https://api.test/v1', Global);
      await http('proxy', proxy.url.href);
      const editor = await open('src/loop.ts');
      editor.selection = new vscode.Selection(0, 0, 2, 0);
      await vscode.commands.executeCommand('pennyloom.explainSelection');
      assert.equal(proxy.asked[0]?.authority, 'api.test:443');
      await eventually('the refused connection is closed', () => proxy.connections === 0 || undefined);
      assert.equal(secure.requests.length, 0);
      await http('proxyStrictSSL', false);
      void vscode.commands.executeCommand('pennyloom.explainSelection');
      const { headers } = await secure.request();
      assert.equal(headers.authorization, 'Bearer sk-proj-inHostTests0123456789abcdef');
      assert.equal(headers['proxy-authorization'], undefined);
    } finally {
      await http('proxy', undefined);
      await http('proxyStrictSSL', undefined);
      process.env['OPENAI_BASE_URL'] = server.baseUrl;
      await own().update('endpoint', server.baseUrl, Global);
      await proxy.close();
      await secure.close();
    }
  });

  test('now the engine is loaded', () => {
    assert.ok(Object.keys(require.cache).some(path => path.endsWith('engine.cjs')));
  });

  test('the ledger’s database holds no key', async function () {
    // The runner tells where VS Code keeps its data; a desktop run may not.
    const userFolder = process.env['PENNYLOOM_USER_FOLDER'];
    if (!userFolder) return this.skip();
    const file = await eventually('the database', async () => {
      const uri = vscode.Uri.file(`${userFolder}/User/globalStorage/${id}/pennyloom.db`);
      return vscode.workspace.fs.stat(uri).then(
        () => uri.fsPath,
        () => undefined,
      );
    });
    for (const part of ['', '-wal']) {
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.file(file + part)).then(
        found => Buffer.from(found),
        () => Buffer.alloc(0),
      );
      assert.ok(!bytes.includes('inHostTests'), `the key is in pennyloom.db${part}`);
    }
  });
});
