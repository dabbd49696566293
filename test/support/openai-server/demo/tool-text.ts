import { pathsIn } from './turn.ts';
import type { ToolResult } from './turn.ts';

/** "12<tab>text", "12: text", "12 | text": what tools put in front of each line. */
const NUMBERED = /^\s*\d+\s*(?:\t|[:|│→]\s?)/;

/** The file in a reading tool's result, without line numbers and without the tool's own remarks. */
export function fileIn(result: ToolResult): string {
  const text = unwrapJson(result.text);
  if (/^[^\n]{0,300}\bis empty\.?\s*$/.test(text)) return '';
  const lines = text.split(/\r?\n/);
  const numbered = lines.filter(line => NUMBERED.test(line));
  if (numbered.length < Math.max(1, lines.length / 2)) return text;
  return numbered.map(line => line.replace(NUMBERED, '')).join('\n');
}

/** Whether a tool's result is a refusal or an error rather than what was asked for. */
export function hasFailed({ text }: ToolResult): boolean {
  if (text.split('\n').some(line => NUMBERED.test(line))) return false;
  if (/^\s*(\{\s*"error"|error\b|failed\b|denied\b|refused\b|not run\b)/i.test(text)) return true;
  return (
    text.length < 400 &&
    /not found|no such|(does|do) not exist|doesn't exist|is not there|outside|denied|declined|refused|not allowed|cannot|can't|could not|is not text|nothing found|(that|it) is (a|not a|no) |no folder is open|closed to|leads nowhere|too long|not run|stopped/i.test(
      text,
    )
  );
}

/** The files a listing or a search result names. */
export function pathsInResult({ text }: ToolResult): string[] {
  const atMargin = text
    .split(/\r?\n/)
    .filter(line => !NUMBERED.test(line))
    .flatMap(line => pathsIn(line));
  return [...new Set(atMargin)];
}

/** The file of a search result in which the name is declared rather than used. */
export function declarationPath({ text }: ToolResult, name: string): string | undefined {
  const declares = new RegExp(
    `\\b(function|const|let|class|interface|type|enum|def|fn|func|struct|trait) ${name.replaceAll('$', '\\$')}(?![\\w$])`,
  );
  let path: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [named] = NUMBERED.test(line) ? [] : pathsIn(line);
    if (named !== undefined) path = named;
    if (declares.test(line)) return path;
  }
  return undefined;
}

function unwrapJson(text: string): string {
  if (!/^\s*\{/.test(text)) return text;
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const content = value['content'] ?? value['text'];
    return typeof content === 'string' ? content : text;
  } catch {
    return text;
  }
}
