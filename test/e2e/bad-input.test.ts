// What a person meets on a bad day: each failure says what happened and what to do, and the conversation goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Script } from '../support/loopback/script.ts';
import { startOpenAiServer, type RunningOpenAiServer } from '../support/openai-server/client.ts';
import { Workbench } from './support/workbench.ts';

const key = 'sk-proj-e2eKey0123456789abcdefghijklmnopqrstuv';
let server: RunningOpenAiServer;
let window: Workbench;

before(async () => {
  server = await startOpenAiServer();
  window = await Workbench.open({
    settings: {
      'pennyloom.endpoint': server.baseUrl,
      'pennyloom.keySource': 'environment',
      'pennyloom.timeout': 2,
      // What failing looks like; what trying again looks like is a test of its own.
      'pennyloom.retryAttempts': 1,
    },
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.baseUrl },
  });
  await window.chat.open();
});
after(async () => {
  await window?.close();
  await server?.stop();
});

/** One bad answer, what the person reads, the button that leads on, and then a good answer in the same conversation. */
function failsAndGoesOn(name: string, script: Script, reads: RegExp, button: string): void {
  test(name, async t => {
    window.watch(t);
    await server.control.reset();
    await server.control.script(script);
    const turn = await window.chat.ask('What now?');
    assert.equal(await turn.finished(15_000), 'failed');
    assert.match(await turn.failureText(), reads);
    await turn.failure.locator(`[data-action=${button}]`).waitFor();
    assert.ok(!(await turn.root.innerText()).includes(key.slice(12)), 'the key shows');
    await server.control.script({ kind: 'reply', text: 'Here I am again.' });
    const next = await window.chat.ask('And now?');
    assert.equal(await next.finished(), 'done');
    assert.match(await next.answerText(), /Here I am again/);
    for (const record of await server.control.requests()) assert.deepEqual(record.violations, []);
  });
}

failsAndGoesOn(
  'a wrong key (401), echoed by the server',
  {
    kind: 'error',
    status: 401,
    message: `Incorrect API key provided: ${key}.`,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  /The API key was not accepted/,
  'set-key',
);
failsAndGoesOn(
  'HTML instead of JSON',
  { kind: 'raw', contentType: 'text/html', body: '<!DOCTYPE html><h1>Sign in to the Wi-Fi</h1>' },
  /could not be read/,
  'open-settings',
);
failsAndGoesOn(
  'a gateway’s HTML with 502',
  { kind: 'raw', status: 502, contentType: 'text/html', body: '<html>Bad Gateway</html>' },
  /not available right now/,
  'try-again',
);
failsAndGoesOn(
  'no choices',
  { kind: 'raw', body: { id: 'x', object: 'chat.completion', created: 1, model: 'gpt-5.4', choices: [] } },
  /could not be read to its end/,
  'try-again',
);
failsAndGoesOn(
  'no credit',
  {
    kind: 'error',
    status: 429,
    message: 'You exceeded your current quota',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
  /no credit left/,
  'open-billing',
);
failsAndGoesOn(
  'a stream that is cut keeps its text and tells an estimate',
  { kind: 'reply', text: 'The first half is here and then '.repeat(20), faults: { cutAtByte: 4000 } },
  /could not be reached|could not be read/,
  'try-again',
);
failsAndGoesOn(
  'silence longer than the timeout',
  { kind: 'reply', text: 'never', faults: { stall: 'before-headers' } },
  /did not answer in time/,
  'open-settings',
);

test('a cut stream’s text stays and its cost is an estimate', async t => {
  window.watch(t);
  const facts = await window.chat.turns.filter({ hasText: 'The first half is here' }).first().innerText();
  assert.match(facts, /≈ \$0\.\d+/);
});

test('a host that is down: nothing is billed, and the same question answers once it is back', async t => {
  window.watch(t);
  const { baseUrl } = server;
  await server.stop();
  const turn = await window.chat.ask('Anybody there?');
  assert.equal(await turn.finished(15_000), 'failed');
  assert.match(await turn.failureText(), /could not be reached/);
  assert.equal(await turn.facts.count(), 0);
  server = await startOpenAiServer({ port: Number(new URL(baseUrl).port) });
  await server.control.script({ kind: 'reply', text: 'Back again.' });
  const count = await window.chat.turns.count();
  await turn.failure.locator('[data-action=try-again]').click();
  await window.chat.turns.last().getByText('Back again.').waitFor();
  assert.equal(await window.chat.turns.count(), count);
});

test('an answer cut off at maxTokens says so and offers Continue', async t => {
  window.watch(t);
  await server.control.reset();
  await server.control.script(
    { kind: 'reply', text: 'And then', finishReason: 'length' },
    { kind: 'reply', text: 'the end.' },
  );
  const turn = await window.chat.ask('A story, please.');
  assert.equal(await turn.finished(), 'done');
  assert.match(await turn.factsText(), /cut off at maxTokens/);
  await turn.root.locator('[data-action=continue]').click();
  await window.chat.turns.last().getByText('the end.').waitFor();
});

test('a rate limit is waited for in sight, and the answer comes without another click', async t => {
  window.watch(t);
  await server.control.reset();
  await window.setSettings({ 'pennyloom.retryAttempts': 3 });
  await server.control.script({
    kind: 'error',
    status: 429,
    code: 'rate_limit_exceeded',
    faults: { headers: { 'retry-after-ms': '2500' } },
  });
  await server.control.script({ kind: 'reply', text: 'After a short wait.' });
  const turn = await window.chat.ask('In a hurry?');
  const waiting = turn.root
    .getByTestId('waiting')
    .filter({ hasText: /Rate limit hit, retrying in \d+s \(attempt 1\/3\)/ });
  await waiting.waitFor();
  await window.screenshot('waiting');
  assert.equal(await turn.finished(), 'done');
  assert.match(await turn.answerText(), /After a short wait/);
  assert.equal(await turn.root.getByTestId('waiting').count(), 0);
  await window.setSettings({ 'pennyloom.retryAttempts': 1 });
});

test('a budget that the next request could pass keeps it from being sent, and the tooltip tells what is left', async t => {
  window.watch(t);
  await server.control.reset();
  await window.runCommand('Pennyloom: Reset Session Cost');
  await window.setSettings({ 'pennyloom.budget.session': 0.05 });
  const turn = await window.chat.ask('May I?');
  assert.equal(await turn.finished(), 'failed');
  assert.match(
    await turn.failureText(),
    /session budget of \$0\.05 has \$0\.05 left, and this request could cost more/,
  );
  assert.deepEqual(await server.control.requests(), []);
  await window.screenshot('over-budget');
  await turn.failure.locator('[data-action=switch-model]').filter({ hasText: 'Switch to a Cheaper Model' }).waitFor();
  await turn.failure.locator('[data-action=raise-budget]').click();
  await window.page.locator('.settings-editor').getByText('Most US dollars one session may cost').waitFor();
  await window.screenshot('raise-budget');
  await window.runCommand('View: Close Editor');
  await window.statusBar().hover();
  const tooltip = window.page
    .locator('.monaco-hover:visible, .workbench-hover:visible')
    .filter({ hasText: 'This month' });
  await tooltip.filter({ hasText: /left of \$0\.05/ }).waitFor();
  await window.page.mouse.move(10, 10);
});

test('a budget that starts anew says when and tells whoever wants it; once there is room the card says so, and the question is still there', async t => {
  window.watch(t);
  const { failure } = window.chat.lastTurn();
  assert.equal(await failure.locator('[data-action=remind-of-budget]').count(), 0, 'a session never starts anew by itself');
  await window.setSettings({ 'pennyloom.budget.session': undefined, 'pennyloom.budget.day': 0.04 });
  await failure.getByText(/day budget of \$0\.04/).waitFor();
  await failure.getByText(/It starts anew on .*12:00/).waitFor();
  await window.screenshot('over-budget-day');
  await failure.locator('[data-action=remind-of-budget]').click();
  await failure.getByText(/You are told on .* Nothing is sent by itself/).waitFor();
  await window.setSettings({ 'pennyloom.budget.day': undefined });
  await failure.getByText('There is room in the budget for this question now.').waitFor();
  await window.screenshot('over-budget-room');
  assert.deepEqual(await server.control.requests(), [], 'nothing was sent by itself');
  await server.control.script({ kind: 'reply', text: 'You may.' });
  await failure.locator('[data-action=try-again]').click();
  await window.chat.frame.getByText('You may.').waitFor();
  assert.equal(await window.chat.lastTurn().question.innerText(), 'May I?');
}); // prettier-ignore

test('hostile Markdown runs nothing and fetches nothing', async t => {
  window.watch(t);
  const fetched: string[] = [];
  window.page.on('request', request => {
    if (/evil/.test(request.url())) fetched.push(request.url());
  });
  const text = [
    '<script>parent.hacked = 1</script><img src=x onerror="parent.hacked = 1">',
    '[click](javascript:alert(1)) [run](command:workbench.action.quit) ![pixel](https://evil.example/p.png)',
    '<iframe src="https://evil.example/frame"></iframe>',
    'The end of it.',
  ].join('\n\n');
  await server.control.script({ kind: 'reply', text });
  const turn = await window.chat.ask('Be evil.');
  assert.equal(await turn.finished(), 'done');
  await turn.answer.getByText('The end of it.').waitFor();
  const answer = turn.root.getByTestId('answer');
  assert.equal(await answer.locator('script, img, iframe').count(), 0);
  assert.equal(await answer.locator('a[href^="javascript"], a[href^="command"]').count(), 0);
  assert.deepEqual(fetched, []);
});

test('an inline script does not run in the page', async t => {
  window.watch(t);
  const ran = await window.chat.frame.locator('body').evaluate(`(body => {
    const script = document.createElement('script');
    script.textContent = 'document.body.dataset.ran = "yes"';
    body.append(script);
    return document.body.dataset.ran ?? 'no';
  })(document.body)`);
  assert.equal(ran, 'no');
});
