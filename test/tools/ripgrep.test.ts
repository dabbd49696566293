import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { systemClock } from '../../src/core/clock.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { FoundLine } from '../../src/tools/ripgrep-json.ts';
import { RipgrepMissing, runRipgrep } from '../../src/tools/ripgrep.ts';
import type { RipgrepRun } from '../../src/tools/ripgrep.ts';
import { ToolFailure } from '../../src/tools/tool.ts';
import { realRipgrep, withoutRipgrep } from '../support/real-ripgrep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const posixOnly = { skip: process.platform === 'win32' ? 'programs here are scripts' : false };

interface Trial extends Pick<RipgrepRun, 'onLine'> {
  readonly run: RipgrepRun;
  readonly lines: readonly FoundLine[];
}

/** A run of a program in ripgrep's place that misbehaves as the script says. */
async function impostor(t: TestContext, script: string, overrides: Partial<RipgrepRun> = {}): Promise<Trial> {
  const folder = await temporaryFolder(t, {});
  const program = join(folder, 'rg');
  await writeFile(program, `#!${process.execPath}\n${script}`);
  await chmod(program, 0o700);
  return trial(program, folder, overrides);
}

function trial(ripgrep: string, folder: string, overrides: Partial<RipgrepRun> = {}): Trial {
  const lines: FoundLine[] = [];
  const onLine = (line: FoundLine): boolean => lines.push(line) > 0;
  const run: RipgrepRun = {
    ripgrep,
    folder,
    inRepository: false,
    below: [],
    query: { pattern: 'needle', isRegExp: false, caseSensitive: false },
    onLine,
    signal: new AbortController().signal,
    timeLimitMs: 20_000,
    clock: systemClock,
    ...overrides,
  };
  return { run, lines, onLine };
}

const matchJson = (path: string, line: number): string =>
  JSON.stringify({
    type: 'match',
    data: { path: { text: path }, lines: { text: 'needle\n' }, line_number: line, submatches: [{ start: 0 }] },
  });

const HANG = 'setInterval(() => {}, 1000);';

test('a search that hangs ends at the time limit with what it found so far', posixOnly, async t => {
  const lines: FoundLine[] = [];
  let expire = (): void => {};
  let limit = 0;
  const clock: Clock = {
    ...systemClock,
    after(ms, callback) {
      limit = ms;
      expire = callback;
      return { dispose() {} };
    },
  };
  const onLine = (line: FoundLine): boolean => {
    lines.push(line);
    expire();
    return true;
  };
  const { run } = await impostor(t, `console.log(${JSON.stringify(matchJson('a', 1))}); ${HANG}`, {
    clock,
    onLine,
    timeLimitMs: 1234,
  });
  assert.deepEqual(await runRipgrep(run), { complete: false });
  assert.deepEqual([lines.length, limit], [1, 1234]);
});

test('a search that is aborted ends its process and throws the reason', posixOnly, async t => {
  const controller = new AbortController();
  const reason = new Error('stopped');
  const { run } = await impostor(
    t,
    `console.log(${JSON.stringify(matchJson('a', process.pid))}); console.log(JSON.stringify({type:'match',data:{path:{text:'pid'},lines:{text:String(process.pid)},line_number:1}})); ${HANG}`,
    {
      signal: controller.signal,
      onLine: line => {
        if (line.path === 'pid') {
          pid = Number(line.text);
          controller.abort(reason);
        }
        return true;
      },
    },
  );
  let pid = 0;
  await assert.rejects(runRipgrep(run), error => error === reason);
  assert.ok(pid > 0);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('a search that is told to stop calls no more', posixOnly, async t => {
  const lines: FoundLine[] = [];
  const script = `const line = ${JSON.stringify(matchJson('a', 1))} + '\\n'; process.stdout.write(line.repeat(5000)); ${HANG}`;
  const { run } = await impostor(t, script, { onLine: line => lines.push(line) < 3 });
  assert.deepEqual(await runRipgrep(run), { complete: false });
  assert.equal(lines.length, 3);
});

test('output that is no message of ripgrep is passed over', posixOnly, async t => {
  const output = [
    'garbage',
    '{"type":',
    '[]',
    'null',
    '{"type":"match"}',
    '{"type":"match","data":{"path":{"bytes":"/w=="},"line_number":1}}',
    matchJson('./a', 7),
  ];
  const { run, lines } = await impostor(t, `process.stdout.write(${JSON.stringify(output.join('\n'))} + '\\n')`);
  assert.deepEqual(await runRipgrep(run), { complete: true });
  assert.deepEqual(lines, [{ path: 'a', line: 7, text: 'needle' }]);
});

test('messages cut at any byte are put together again', posixOnly, async t => {
  const script = `const bytes = Buffer.from(${JSON.stringify(`${matchJson('grün', 1)}\n${matchJson('b', 2)}\n`)});
    let at = 0; const step = () => { if (at < bytes.length) process.stdout.write(bytes.subarray(at, ++at), () => setImmediate(step)); }; step();`;
  const { run, lines } = await impostor(t, script);
  await runRipgrep(run);
  assert.deepEqual(lines.map(({ path, line }) => [path, line]), [['grün', 1], ['b', 2]]); // prettier-ignore
});

test('a line beyond all measure is dropped, the next ones are not, and the result is marked', posixOnly, async t => {
  const script = `process.stdout.write('{"type":"match","data":"' + 'x'.repeat(3 << 20) + '"}\\n' + ${JSON.stringify(`${matchJson('b', 2)}\n`)})`;
  const { run, lines } = await impostor(t, script);
  assert.deepEqual(await runRipgrep(run), { complete: false });
  assert.deepEqual(lines.map(({ path }) => path), ['b']); // prettier-ignore
});

test('a crash is a failure the model reads; trouble with single files is not', posixOnly, async t => {
  const crash = await impostor(t, 'process.exit(101)');
  await assert.rejects(runRipgrep(crash.run), ToolFailure);
  const partial = await impostor(t, `console.log('{"type":"summary"}'); process.exitCode = 2`);
  assert.deepEqual(await runRipgrep(partial.run), { complete: true });
});

test('a program that is not there is told from a search that failed', async t => {
  const folder = await temporaryFolder(t, {});
  await assert.rejects(runRipgrep(trial(join(folder, 'nothing'), folder).run), RipgrepMissing);
});

test("a person's ripgrep settings do not count", { skip: withoutRipgrep }, async t => {
  const folder = await temporaryFolder(t, { config: '--invert-match\n', 'a.txt': 'needle\nother\n' });
  process.env['RIPGREP_CONFIG_PATH'] = join(folder, 'config');
  t.after(() => delete process.env['RIPGREP_CONFIG_PATH']);
  const { run, lines } = trial(realRipgrep ?? '', folder);
  await runRipgrep(run);
  assert.deepEqual(lines.map(({ path, line }) => [path, line]), [['a.txt', 1]]); // prettier-ignore
});
