import type { ChatMessage, ChatRequest } from '../chat-request.ts';
import { textOf } from '../chat-request.ts';

export interface CodeBlock {
  /** As the fence names it; empty where it doesn't. */
  readonly language: string;
  readonly code: string;
  /** Where the text before the fence says it is from. */
  readonly path: string | undefined;
}

export interface ToolResult {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What the model has to go by: the last thing the person said, and what the tools brought since. */
export interface Turn {
  /** The person's words without the code blocks among them. */
  readonly question: string;
  readonly blocks: readonly CodeBlock[];
  readonly results: readonly ToolResult[];
  /** How often it already called tools for this question. */
  readonly rounds: number;
  /** Index of the person's message in the request. */
  readonly messageIndex: number;
}

export function currentTurn(request: ChatRequest): Turn {
  const messageIndex = request.messages.findLastIndex(({ role }) => role === 'user');
  const asked = request.messages[messageIndex];
  const since = request.messages.slice(messageIndex + 1);
  const { question, blocks } = splitBlocks(asked === undefined ? '' : textOf(asked));
  return {
    question,
    blocks,
    results: resultsOf(since),
    rounds: since.filter(message => message.tool_calls !== undefined).length,
    messageIndex,
  };
}

function resultsOf(messages: readonly ChatMessage[]): ToolResult[] {
  const calls = new Map(messages.flatMap(({ tool_calls = [] }) => tool_calls.map(call => [call.id, call.function])));
  return messages.flatMap(message => {
    const call = message.role === 'tool' ? calls.get(message.tool_call_id ?? '') : undefined;
    return call === undefined ? [] : [{ tool: call.name, args: parseArguments(call.arguments), text: textOf(message) }];
  });
}

function parseArguments(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** CommonMark fences: closed by at least as many backticks as opened them. */
const FENCE = /^ {0,3}(`{3,})([^\n`]*)\n([^]*?)\n? {0,3}\1`*[ \t]*$/gm;

function splitBlocks(text: string): { question: string; blocks: CodeBlock[] } {
  const blocks = [...text.matchAll(FENCE)].map((match): CodeBlock => {
    const [before = ''] = text.slice(0, match.index).trimEnd().split('\n').slice(-1);
    const path = PATH.exec(before)?.[0];
    return { language: (match[2] ?? '').trim().split(/\s/)[0] ?? '', code: match[3] ?? '', path };
  });
  return { question: text.replaceAll(FENCE, ' ').trim(), blocks };
}

/** Something that can only be a file: a name with a known ending, with or without folders in front. */
const ENDINGS =
  'tsx?|[cm]?jsx?|[cm]ts|json|md|py|go|rs|java|kt|cs|c|h|cpp|hpp|rb|php|swift|sh|sql|ya?ml|toml|html?|css|scss|vue|svelte|txt|xml|lock|env';
const PATH = new RegExp(`(?:[\\w@.+-]+/)*[\\w@+-][\\w@.+-]*\\.(?:${ENDINGS})(?![\\w/])`, 'i');

/** The files a text names, each once, in order. */
export function pathsIn(text: string): string[] {
  const found = [...text.matchAll(new RegExp(PATH.source, 'gi'))].map(([path]) => path.replace(/^\.\//, ''));
  // "Node.js" and "e.g. Vue.js" are not files of anybody's.
  return [...new Set(found)].filter(path => !/^(node|vue|next|three|d3)\.js$/i.test(path));
}

/** Words that are names in code: in backticks, with a call's parentheses, or spelled like one. */
export function symbolsIn(text: string): string[] {
  const marked = [...text.matchAll(/`([A-Za-z_$][\w$.]*)(?:\(\))?`|\b([A-Za-z_$][\w$]*)\(\)/g)].map(
    ([, quoted, called]) => quoted ?? called ?? '',
  );
  const spelled = [...text.matchAll(/\b(?:[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|[a-z]+_[a-z_]+)\b/g)].map(
    ([name]) => name,
  );
  return [...new Set([...marked, ...spelled])].filter(name => name !== '' && pathsIn(name).length === 0);
}
