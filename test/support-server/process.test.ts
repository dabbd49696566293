import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startOpenAiServer } from '../support/openai-server/client.ts';
import { ask, hello } from './ask.ts';

const MAIN = fileURLToPath(new URL('../support/openai-server/main.ts', import.meta.url));

describe('the server as a process of its own', () => {
  it('is up, scripted, watched and stopped from another process', async () => {
    const server = await startOpenAiServer({ extraModels: ['gpt-test'] });
    try {
      await server.control.script({ kind: 'reply', text: 'from afar' });
      const waiting = server.control.waitForRequest();
      const { json } = await ask(server.baseUrl, hello({ model: 'gpt-test' }));
      assert.equal(json.choices[0].message.content, 'from afar');
      const record = await waiting;
      assert.equal(record.status, 200);
      assert.equal(record.billed?.promptTokens, 9);
      assert.deepEqual(await server.control.status(), { scripts: 0, stalled: 0 });
      await assert.rejects(server.control.waitForRequest({ nth: 2, timeoutMs: 1 }), /no such request in time/);
    } finally {
      await server.stop();
    }
    await assert.rejects(ask(server.baseUrl, hello()));
  });

  it('keeps its control channel apart, behind a token', async () => {
    await using server = await startOpenAiServer();
    assert.notEqual(new URL(server.controlUrl).port, new URL(server.url).port);
    const refused = await fetch(`${server.controlUrl}/__control/reset`, {
      method: 'POST',
      headers: { authorization: 'Bearer guess' },
    });
    assert.equal(refused.status, 401);
    assert.equal((await fetch(`${server.url}/__control/reset`, { method: 'POST' })).status, 404);
  });

  it('ends when whoever started it is gone', async () => {
    const child = spawn(process.execPath, [MAIN, '--with-parent', '--control-token', 'secret'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const address = JSON.parse(line);
    assert.equal(address.controlToken, 'secret');
    assert.equal(address.baseUrl, `${address.url}/v1`);
    assert.equal(address.pid, child.pid);
    child.stdin.end();
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });

  it('says what is wrong with its arguments', async () => {
    const child = spawn(process.execPath, [MAIN, '--pace', 'slow'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', part => (errors += String(part)));
    const [code] = await once(child, 'close');
    assert.equal(code, 1);
    assert.match(errors, /--pace takes characters a second or "fast", not "slow"/);
  });
});
