import type { ChatRequest } from '../chat-request.ts';
import type { ModelAnswer } from '../planned-reply.ts';
import type { RequestImage } from '../request-images.ts';
import { describeImages } from './describe-image.ts';
import { explainCode } from './explain-code.ts';
import { inFormat } from './json-answer.ts';
import { OfferedTools } from './offered-tools.ts';
import type { ToolCallWish } from './offered-tools.ts';
import { declarationPath, fileIn, hasFailed, pathsInResult } from './tool-text.ts';
import type { ToolResult, Turn } from './turn.ts';
import { currentTurn, pathsIn, symbolsIn } from './turn.ts';

/** After so many rounds of tools it answers with what it has. */
const MOST_ROUNDS = 5;

/**
 * The model that answers when no test has written a script: no intelligence, but honest work. It reads the files a
 * question names with the tools it was offered, explains code by what stands in it, and tells an image's format and
 * size. The same request always gets the same answer.
 */
export function demoAnswer(request: ChatRequest, images: readonly RequestImage[]): ModelAnswer {
  const turn = currentTurn(request);
  const tools = new OfferedTools(request);
  const shown = images.filter(({ messageIndex }) => messageIndex === turn.messageIndex);
  const insisted = tools.insistedOn(turn.question, pathsIn(turn.question));
  if (insisted !== undefined) return { toolCalls: [insisted] };
  const calls = turn.rounds < MOST_ROUNDS ? nextCalls(turn, tools) : [];
  if (calls.length > 0) {
    const preface = turn.rounds === 0 ? { text: 'Let me look at that.' } : {};
    return { ...preface, toolCalls: tools.parallel ? calls : calls.slice(0, 1) };
  }
  return { text: inFormat(answer(turn, shown, tools), request.response_format) };
}

function nextCalls(turn: Turn, tools: OfferedTools): ToolCallWish[] {
  if (turn.blocks.length > 0) return [];
  const wanted = pathsIn(turn.question);
  if (wanted.length > 0) return wanted.flatMap(path => callFor(path, turn, tools)).slice(0, 4);
  const reads = turn.results.filter(({ tool }) => tools.isReader(tool));
  const found = turn.results.filter(({ tool }) => !tools.isReader(tool));
  if (reads.length > 0 || aboutFiles(turn.question))
    return found.length > 0 || reads.length > 0 ? [] : some(tools.list());
  const [symbol] = symbolsIn(turn.question);
  if (symbol !== undefined) {
    if (found.length === 0) return some(tools.search(symbol) ?? tools.list());
    return some(openBest(found, symbol, tools));
  }
  if (!aboutProject(turn.question)) return [];
  if (found.length === 0) return some(tools.list());
  return some(openBest(found, 'readme', tools));
}

/** What brings a named file closer: read it; if that failed, find out where it really is, and read that. */
function callFor(wanted: string, turn: Turn, tools: OfferedTools): ToolCallWish[] {
  const tried = turn.results.filter(({ tool, args }) => tools.isReader(tool) && names(args, wanted));
  if (tried.some(result => !hasFailed(result))) return [];
  if (tried.length === 0) return some(tools.read(wanted));
  const listings = turn.results.filter(({ tool }) => tools.isLister(tool));
  if (listings.length === 0) return some(tools.list());
  const base = `/${wanted.split('/').at(-1) ?? wanted}`;
  const elsewhere = listings.flatMap(pathsInResult).find(path => `/${path}`.endsWith(base));
  const known = elsewhere === undefined || tried.some(({ args }) => Object.values(args).includes(elsewhere));
  return known ? [] : some(tools.read(elsewhere));
}

function names(args: Readonly<Record<string, unknown>>, wanted: string): boolean {
  const base = wanted.split('/').at(-1) ?? wanted;
  return Object.values(args).some(
    value => typeof value === 'string' && (value === wanted || `/${value}`.endsWith(`/${base}`)),
  );
}

/** Among found files the one whose name fits best; the first one otherwise. */
function openBest(found: readonly ToolResult[], word: string, tools: OfferedTools): ToolCallWish | undefined {
  const paths = found.flatMap(pathsInResult);
  const plain = word.toLowerCase().replace(/[^a-z]/g, '');
  const declaring = found.map(result => declarationPath(result, word)).find(path => path !== undefined);
  const [first] = paths.filter(path => !/(^|\/)(test|tests)\/|\.test\./.test(path));
  const best =
    declaring ??
    paths.find(path =>
      path
        .toLowerCase()
        .replace(/[^a-z]/g, '')
        .includes(plain),
    ) ??
    first ??
    paths[0];
  return best === undefined ? undefined : tools.read(best);
}

function some(call: ToolCallWish | undefined): ToolCallWish[] {
  return call === undefined ? [] : [call];
}

function aboutFiles(question: string): boolean {
  return /\b(list|which|what|show)\b.{0,30}\b(files|folders)\b/i.test(question);
}

function aboutProject(question: string): boolean {
  return /\b(project|workspace|repository|repo|codebase|folder|this code|my code|program)\b/i.test(question);
}

function answer(turn: Turn, images: readonly RequestImage[], tools: OfferedTools): string {
  const parts = [
    ...(images.length > 0 ? [describeImages(images)] : []),
    ...turn.blocks.map(({ code, language, path }) => explainCode({ code, path, tag: language, selection: true })),
    ...resultParts(turn, tools),
  ];
  return parts.length > 0 ? parts.join('\n\n---\n\n') : smallTalk(turn.question);
}

function resultParts(turn: Turn, tools: OfferedTools): string[] {
  const reads = turn.results.filter(({ tool }) => tools.isReader(tool));
  const opened = reads.filter(result => !hasFailed(result));
  const [focus] = symbolsIn(turn.question);
  const explained = opened.map(result =>
    explainCode({ code: fileIn(result), path: pathIn(result), selection: false, focus }),
  );
  const missed = reads.filter(hasFailed).filter(result => !opened.some(good => names(good.args, pathIn(result) ?? '')));
  const failures = missed.map(result => `I could not read \`${pathIn(result) ?? 'it'}\`: ${oneLine(result.text)}`);
  if (reads.length > 0) return [...explained, ...failures];
  const found = turn.results.filter(({ tool }) => tools.isLister(tool) || tools.isSearcher(tool));
  return [...found.map(listing), ...turn.results.filter(result => !found.includes(result)).map(otherResult)];
}

function listing(result: ToolResult): string {
  const paths = pathsInResult(result);
  if (paths.length === 0) return `\`${result.tool}\` brought nothing I could open: ${oneLine(result.text)}`;
  const shown = paths.slice(0, 30).map(path => `- \`${path}\``);
  const left = paths.length - shown.length;
  const head = `\`${result.tool}\` found ${paths.length} file${paths.length === 1 ? '' : 's'}:`;
  return [head, [...shown, ...(left > 0 ? [`- … and ${left} more`] : [])].join('\n')].join('\n\n');
}

/** A tool the demo knows nothing about. */
function otherResult({ tool, text }: ToolResult): string {
  return `\`${tool}\` says: ${oneLine(text)}`;
}

function pathIn({ args }: ToolResult): string | undefined {
  return Object.values(args).find((value): value is string => typeof value === 'string');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

const GREETING =
  /^\s*(?:please\s+)?(hi|hello|hey|good (morning|afternoon|evening)|say hello|hallo|moin|servus|grüß)\b/i;
const WHAT_TO_TRY = [
  'Try one of these:',
  '',
  '- `What does src/greet.ts do?` – I read the file with the tools I am offered and explain it.',
  '- Select some code and run **Explain Selection**.',
  '- Paste an image: I tell its format, size and what it costs.',
].join('\n');

function smallTalk(question: string): string {
  if (GREETING.test(question) && question.length < 80) {
    return `Hello! I am the demo model that is built in: no key, no cloud, made-up wisdom, but real tokens and real tool calls.\n\n${WHAT_TO_TRY}`;
  }
  const about = question === '' ? 'that' : `“${oneLine(question).slice(0, 80)}”`;
  return `I am the built-in demo model, so I cannot really answer ${about}. With your own API key a real model will.\n\n${WHAT_TO_TRY}`;
}
