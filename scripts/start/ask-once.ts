import type { Turn } from '../../test/e2e/support/chat-view.ts';
import { Workbench } from '../../test/e2e/support/workbench.ts';
import type { Backend } from './backend.ts';
import type { StartOptions } from './options.ts';
import { parseFacts, type Facts } from './parse-facts.ts';

/** What one question came to. */
interface Report {
  readonly question: string;
  readonly answer: string;
  readonly toolCalls: readonly { readonly name: string; readonly status: string; readonly text: string }[];
  readonly facts: Facts | undefined;
  /** As the status bar shows it. */
  readonly sessionCost: string;
  /** What is missing or went wrong; empty when all is well. */
  readonly problems: readonly string[];
}

const ANSWER_LIMIT_MS = 180_000;

/** Asks one question as a person would, in a real VS Code, and prints what came of it. Returns the exit code. */
export async function askOnce(question: string, options: StartOptions, backend: Backend): Promise<number> {
  const workbench = await Workbench.open({
    settings: { ...backend.settings, ...(options.theme && { 'workbench.colorTheme': options.theme }) },
    env: backend.env,
  });
  try {
    const report = await ask(workbench, question, options, backend.key);
    const shot = options.screenshot ?? (report.problems.length > 0 ? 'once-failed' : undefined);
    const screenshot = shot && (await workbench.screenshot(shot));
    print(report, screenshot, options.json);
    return report.problems.length > 0 ? 1 : 0;
  } catch (error) {
    const screenshot = await workbench.screenshot(options.screenshot ?? 'once-failed').catch(() => 'not possible');
    console.error(`no answer: ${error instanceof Error ? error.message : String(error)}\nscreenshot: ${screenshot}`);
    return 1;
  } finally {
    await workbench.close();
  }
}

async function ask(workbench: Workbench, question: string, options: StartOptions, key: string): Promise<Report> {
  const { chat } = workbench;
  await workbench.runCommand('Pennyloom: Set API Key…');
  await workbench.quickInput.answer(key);
  await workbench.quickInput.widget.waitFor({ state: 'hidden', timeout: 15_000 });
  await chat.open();
  if (options.width !== undefined) {
    await workbench.setSideBarWidth(options.width);
  }
  if (options.image !== undefined) {
    await chat.pasteImage(options.image);
  }
  const turn = await chat.ask(question);
  const status = await turn.finished(ANSWER_LIMIT_MS);
  const sessionCost = await workbench.statusText(/\$\d/, 'cost', 10_000).catch(() => '');
  return examine(turn, status, question, sessionCost);
}

async function examine(turn: Turn, status: string, question: string, sessionCost: string): Promise<Report> {
  const answer = await turn.answerText();
  const toolCalls = await turn.toolCallList();
  const shown = await turn.factsText();
  const facts = parseFacts(shown);
  const unfinished = toolCalls.filter(call => call.status === '' || call.status === 'running');
  const problems = [
    ...(status === 'done'
      ? []
      : [`the answer ended as "${status}": ${(await turn.failureText()) || 'no reason shown'}`]),
    ...(answer === '' ? ['there is no answer'] : []),
    ...unfinished.map(call => `the tool call ${call.name} shows no end`),
    ...(facts?.tokens ? [] : [`no tokens under the answer, which says "${shown}"`]),
    ...(facts?.cost ? [] : [`no cost under the answer, which says "${shown}"`]),
    ...(sessionCost === '' ? ['no cost in the status bar'] : []),
  ];
  return { question, answer, toolCalls, facts, sessionCost, problems };
}

function print(report: Report, screenshot: string | undefined, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ ...report, ...(screenshot && { screenshot }) }, null, 2));
    return;
  }
  const { facts } = report;
  console.log(`\nQuestion: ${report.question}\n\n${report.answer || '(no answer)'}\n`);
  console.log(`Tool calls:${report.toolCalls.length === 0 ? ' none' : ''}`);
  for (const { name, text } of report.toolCalls) {
    console.log(`  ${name}: ${text.replaceAll(/\s+(?=,)/g, '').replaceAll(/\s+/g, ' ')}`);
  }
  if (facts) {
    const tokens = facts.tokens ? `${facts.tokens.input} in, ${facts.tokens.output} out` : 'unknown';
    console.log(
      `Model:      ${facts.model}\nTokens:     ${tokens}\nCost:       ${facts.cost ?? 'unknown'}\nTime:       ${facts.time}`,
    );
  }
  console.log(`Session:    ${report.sessionCost || 'unknown'} (status bar)`);
  if (screenshot) {
    console.log(`Screenshot: ${screenshot}`);
  }
  for (const problem of report.problems) {
    console.error(`missing: ${problem}`);
  }
}
