import type { Declaration } from './code-outline.ts';
import { dedent, outline } from './code-outline.ts';
import type { Language } from './languages.ts';
import { languageOf } from './languages.ts';

export interface CodeToExplain {
  readonly code: string;
  readonly path?: string | undefined;
  /** What a fence called its language. */
  readonly tag?: string;
  /** Whether it is a part somebody picked out, not a whole file. */
  readonly selection: boolean;
  /** The declaration that was asked about. */
  readonly focus?: string | undefined;
}

const MOST_LISTED = 12;
const SNIPPET_LINES = 12;

/** An explanation in Markdown, made only of what stands in the code. */
export function explainCode({ code, path, tag = '', selection, focus }: CodeToExplain): string {
  const language = languageOf({ tag, path }, code);
  const declarations = outline(code, language.family);
  const lines = code.trimEnd() === '' ? 0 : code.trimEnd().split('\n').length;
  const subject = path === undefined ? 'This' : selection ? `This part of \`${path}\`` : `\`${path}\``;
  const what = selection || path === undefined ? `${language.name} code` : `a ${language.name} file`;
  const head = `${subject} is ${what} of ${lines} line${lines === 1 ? '' : 's'}${contents(declarations)}.`;
  const middle = declarations.length > 0 ? listing(declarations) : looseFacts(code, language);
  const quoted = snippet(code, declarations, language, focus);
  return [head, middle, imports(code, language), quoted].filter(part => part !== '').join('\n\n');
}

function contents(declarations: readonly Declaration[]): string {
  if (declarations.length === 0) return '';
  const counts = new Map<string, number>();
  for (const { kind } of declarations) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, count]) => `${count} ${count === 1 ? kind : plural(kind)}`);
  const exported = declarations.filter(declaration => declaration.exported).length;
  return ` with ${joined(parts)}${exported > 0 ? `, ${exported < declarations.length ? `${exported} ` : exported > 1 ? 'all ' : ''}exported` : ''}`;
}

function plural(kind: string): string {
  return kind === 'class' ? 'classes' : `${kind}s`;
}

function listing(declarations: readonly Declaration[]): string {
  const shown = declarations.slice(0, MOST_LISTED).map(declaration => `- ${sentence(declaration)}`);
  const left = declarations.length - shown.length;
  return [...shown, ...(left > 0 ? [`- … and ${left} more.`] : [])].join('\n');
}

function sentence(declaration: Declaration): string {
  const { kind, name, exported, parameters, returns, comment } = declaration;
  const call = parameters === undefined ? name : `${name}(${parameterNames(parameters)})`;
  const facts = [`${exported ? 'an exported' : indefinite(kind)} ${kind}`];
  if (parameters !== undefined) facts.push(parameters === '' ? 'takes nothing' : `takes ${code(parameters)}`);
  if (returns !== undefined && returns !== '') facts.push(`gives back ${code(returns)}`);
  facts.push(...bodyFacts(declaration));
  const said = comment === undefined ? '' : ` Its comment says: “${comment}”.`;
  return `**${code(call)}** – ${facts.join(', ')}.${said}`;
}

function indefinite(kind: string): string {
  return /^[aeiou]/.test(kind) ? 'an' : 'a';
}

function parameterNames(parameters: string): string {
  return parameters
    .split(/,(?![^<({[]*[>)}\]])/)
    .map(each => /^[\s.&*]*(?:mut |readonly |public |private )?([\w$]+)/.exec(each)?.[1] ?? '…')
    .filter(each => each !== '' && parameters !== '')
    .join(', ');
}

/** What can be read off a body without running it. */
function bodyFacts({ kind, body }: Declaration): string[] {
  const text = body.slice(1).join('\n');
  const all = body.join('\n');
  if (kind === 'class' || kind === 'interface') {
    const base = /\b(?:extends|implements|\()\s*([\w.]+)/.exec(body[0] ?? '')?.[1];
    const methods = [
      ...text.matchAll(/^\s+(?:(?:public|private|protected|static|async|readonly|def|get|set) )*#?([\w$]+)\s*\(/gm),
    ];
    const names = [...new Set(methods.map(([, name = '']) => name))].filter(name => !KEYWORDS.test(name)).slice(0, 6);
    return [
      ...(base === undefined || body[0]?.startsWith('interface') ? [] : [`built on ${code(base)}`]),
      ...(names.length > 0 ? [`has ${joined(names.map(name => code(name)))}`] : []),
    ];
  }
  if (kind !== 'function') return [];
  // The last one: the first ones are how special cases leave early.
  const returned = [...text.matchAll(/^\s*(?:.*[;)\]}]\s*)?return\s+([^;\n]+)/gm)].at(-1)?.[1];
  const result = (returned ?? /=>\s*([^{;\n][^;\n]*)/.exec(all)?.[1])?.replace(/^.*[{([]$/, '') ?? '';
  const thrown = /\b(?:throw new|raise|panic!?)\s*\(?([\w.]+)/.exec(text)?.[1];
  return [
    ...(/^\s*(for|while)\b|\.(map|forEach|filter|reduce)\(/m.test(text) ? ['goes through several values'] : []),
    ...(/\b(if|switch|match|case)\b/.test(text) ? ['decides between cases'] : []),
    ...(/\bawait\b/.test(text) ? ['waits for asynchronous work'] : []),
    ...(thrown === undefined ? [] : [`fails with ${code(thrown)} where it must`]),
    ...(result === '' ? [] : [`and answers ${code(short(result.trim()))}`]),
  ];
}

const KEYWORDS = /^(if|for|while|switch|return|catch|function)$/;

/** For what declares nothing: keys, headings, or what its statements do. */
function looseFacts(text: string, language: Language): string {
  if (language.family === 'prose') {
    const headings = [...text.matchAll(/^#{1,3} (.+)$/gm)].map(([, heading = '']) => heading.trim());
    const [first = ''] = text.split('\n').filter(line => /^[A-Za-z].{20,}/.test(line));
    const about = first === '' ? '' : `It begins: “${short(first)}”`;
    return [headings.length > 0 ? `Its headings: ${joined(headings.slice(0, 8))}.` : '', about]
      .filter(Boolean)
      .join(' ');
  }
  if (language.family === 'data') {
    const keys = [...text.matchAll(/^ {0,2}"?([\w.@/-]+)"?\s*[:={]/gm)].map(([, key = '']) => key);
    const names = [...new Set(keys)].slice(0, 12);
    return names.length > 0 ? `At its top are ${joined(names.map(name => code(name)))}.` : '';
  }
  const calls = [...new Set([...text.matchAll(/([\w$.]+)\(/g)].map(([, name = '']) => name))].filter(
    name => !KEYWORDS.test(name),
  );
  const set = [...text.matchAll(/^\s*(?:const|let|var)?\s*([\w$.]+)\s*=[^=>]/gm)].map(([, name = '']) => name);
  const facts = [
    ...(set.length > 0 ? [`sets ${joined([...new Set(set)].slice(0, 6).map(name => code(name)))}`] : []),
    ...(calls.length > 0 ? [`calls ${joined(calls.slice(0, 6).map(name => code(`${name}()`)))}`] : []),
    ...(/\b(for|while)\b/.test(text) ? ['repeats a part in a loop'] : []),
    ...(/\bif\b/.test(text) ? ['does some of it only on a condition'] : []),
    ...(/\breturn\b/.test(text)
      ? [`gives back ${code(short(/\breturn\s*([^;\n]*)/.exec(text)?.[1] ?? '') || 'nothing')}`]
      : []),
  ];
  return facts.length > 0 ? `It ${joined(facts)}.` : '';
}

function imports(text: string, { family }: Language): string {
  if (family === 'data' || family === 'prose') return '';
  const sources = [
    ...[...text.matchAll(/^\s*import\b[^'"\n]*['"]([^'"]+)['"]/gm)].map(([, source = '']) => source),
    ...[...text.matchAll(/^(?:from|use|using) ([\w.:]+)/gm)].map(([, source = '']) => source),
    ...(family === 'python' ? [...text.matchAll(/^import ([\w.]+)/gm)].map(([, source = '']) => source) : []),
  ];
  return sources.length > 0 ? `It uses ${joined([...new Set(sources)].slice(0, 8).map(source => code(source)))}.` : '';
}

function snippet(
  text: string,
  declarations: readonly Declaration[],
  { fence }: Language,
  focus: string | undefined,
): string {
  const chosen =
    declarations.find(({ name }) => name === focus) ??
    declarations.find(({ exported, kind }) => exported && kind === 'function') ??
    declarations[0];
  const lines = chosen?.body ?? dedent(text).trim().split('\n');
  if (lines.join('') === '') return '';
  const shown = lines.slice(0, SNIPPET_LINES);
  if (shown.length < lines.length) shown.push('…');
  const longest = Math.max(2, ...shown.flatMap(line => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const ticks = '`'.repeat(longest + 1);
  const lead = chosen === undefined ? 'It begins like this:' : `Here is ${code(chosen.name)}:`;
  return `${lead}\n\n${ticks}${fence}\n${shown.join('\n')}\n${ticks}`;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Inline code that backticks inside cannot end. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
