import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * Where a file may reach: its own folder and those to its left. `extension.ts` is the wiring and sees everything but the webview.
 * `protocol` stands apart: it imports nothing, and only the host and the webview speak it.
 */
const order = ['core', 'storage', 'resilience', 'llm', 'cost', 'tools', 'chat', 'gateway', 'host'];

/** Packages by the folder that may use them. Node's own modules are open to all but protocol and webview. */
const packages: { readonly [folder: string]: readonly string[] } = {
  core: ['ajv'],
  llm: ['gpt-tokenizer'],
  host: ['vscode'],
  'extension.ts': ['vscode'],
  webview: ['markdown-it', 'highlight.js'],
};

export const maxLines = 300;
/** Files that may be longer, each with its reason. */
export const longFiles: { readonly [path: string]: string } = {};

/**
 * Files beside a vendor's own folder and `vendors.ts` that say a vendor's name in code, each with its reason. Whatever is true of one vendor
 * only belongs into its folder, behind a field of `Vendor`.
 */
export const vendorMentions: { readonly [path: string]: string } = {
  'cost/price-list.ts': "Azure sells OpenAI's models at OpenAI's list prices",
  'llm/model-catalog.ts': "Azure runs OpenAI's models, on a calendar of its own",
  'llm/provider-config.ts': 'what OpenAI hosts turned out not to take is kept by whoever makes providers',
  'host/provider-maker.ts': "keeps what hosts do not take for a window's life; Azure's settings go to Azure alone",
  'host/settings.ts': 'the setting "endpoint" has been OpenAI\'s since before there were others',
  'host/key-for.ts': 'with the Microsoft sign-in no key is needed',
  'host/describe-model.ts': "Azure's ids are deployments: the model behind one is what the person says it is",
  'host/model-choices.ts': 'the same, in the list to choose from',
  'host/commands/choose-model.ts': 'the same, in the list to choose from',
  'host/provider-comparison.ts': "the reference's table of five vendors",
  'host/commands/reconcile.ts': '"Reconcile with OpenAI" is about the one vendor that tells what an organization owes',
  'host/azure-move.ts': '"Migrate to Azure" is about two vendors by its nature',
  'host/guide-document.ts': 'the guide to that move',
  'host/commands/azure-questions.ts': 'the questions of that move',
  'host/commands/migrate-to-azure.ts': 'the command of that move',
};

/** A name for whatever nobody thought about. */
const emptyWords = /(^|[-/])(utils?|helpers?|managers?|misc|common)([-./]|$)/;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(generated|d))?\.(ts|json|css)$/;

/** Paths below src, with "/" between, and what is written there. */
export type Sources = ReadonlyMap<string, string>;

export function readSources(root: URL): Sources {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
  const base = decodeURIComponent(root.pathname);
  return new Map(paths.map(path => [path.slice(base.length).replaceAll('\\', '/'), readFileSync(path, 'utf8')]));
}

/** Every place where a rule of the house is broken, one sentence each. */
export function brokenRules(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => [
    ...nameRules(path),
    ...(path.endsWith('.ts') ? [...codeRules(path, text), ...importRules(path, text, sources)] : []),
  ]);
}

/** Every place where code says the name of a vendor that is none of its business. @param names as settings write them. */
export function namedVendors(sources: Sources, names: readonly string[]): string[] {
  return [...sources].flatMap(([path, text]) => {
    const [top, folder = ''] = path.split('/');
    if (!path.endsWith('.ts') || path === 'llm/vendors.ts') return [];
    const own = top === 'llm' && names.includes(folder) ? folder : undefined;
    const code = withoutComments(text);
    const said = [...code.matchAll(/(['"`])((?:(?!\1).)*)\1/g)].map(([, , literal]) => literal!);
    const imported = importsOf(text).flatMap(target => target.split('/').slice(0, -1));
    const others = names.filter(name => name !== own && (said.includes(name) || imported.includes(name)));
    // OpenAI's wire is spoken by others, too.
    const foreign = own === undefined ? others : others.filter(name => name !== 'openai');
    return foreign.map(name => `${path}: says "${name}"`);
  });
}

function nameRules(path: string): string[] {
  const broken: string[] = [];
  const name = posix.basename(path);
  if (name !== 'tsconfig.json' && !kebabCase.test(name)) broken.push(`${path}: the name is not kebab-case`);
  if (emptyWords.test(path)) broken.push(`${path}: the name says nothing`);
  if (name.startsWith('index.')) broken.push(`${path}: an index file is a barrel`);
  const top = path.split('/')[0]!;
  if (!order.includes(top) && !['extension.ts', 'protocol', 'webview'].includes(top))
    broken.push(`${path}: ${top} is not a part of the house`);
  return broken;
}

function codeRules(path: string, text: string): string[] {
  const broken: string[] = [];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines > maxLines && !longFiles[path]) broken.push(`${path}: ${lines} lines, where ${maxLines} are allowed`);
  const code = withoutComments(text);
  if (/^\s*export\s*(type\s*)?\*/m.test(code)) broken.push(`${path}: "export *" is a barrel`);
  const statements = code.split(';').filter(statement => statement.trim() !== '');
  if (
    statements.length > 0 &&
    statements.every(statement => /^\s*export\s*(type\s*)?\{[^}]*\}\s*from\s/.test(statement))
  )
    broken.push(`${path}: only passes on what others export: a barrel`);
  return broken;
}

function importRules(path: string, text: string, sources: Sources): string[] {
  const from = path.split('/')[0]!;
  return importsOf(text).flatMap(imported => {
    const sentence = (why: string): string => `${path}: imports ${imported}, ${why}`;
    if (!imported.startsWith('.')) return packageRule(from, imported, sentence);
    const target = posix.normalize(posix.join(posix.dirname(path), imported));
    if (target.startsWith('..')) return sentence('which is outside src');
    if (!/\.(ts|json|css)$/.test(target)) return sentence('without its extension');
    if (!sources.has(target)) return sentence('which does not exist');
    const to = target.split('/')[0]!;
    return mayReach(from, to) ? [] : sentence(`but ${from} may not know ${to}`);
  });
}

function mayReach(from: string, to: string): boolean {
  if (from === to) return true;
  if (from === 'extension.ts') return to !== 'webview';
  if (from === 'protocol') return false;
  if (from === 'webview') return to === 'protocol';
  if (to === 'protocol') return from === 'host';
  return order.includes(to) && order.indexOf(to) < order.indexOf(from);
}

function packageRule(from: string, imported: string, sentence: (why: string) => string): string[] {
  if (imported.startsWith('node:'))
    return from === 'protocol' || from === 'webview' ? [sentence(`which ${from} does not have`)] : [];
  const name = imported.split('/', imported.startsWith('@') ? 2 : 1).join('/');
  return packages[from]?.includes(name) ? [] : [sentence(`which ${from} may not use`)];
}

/** What a file imports or passes on, in every form: static, `import type`, side effect, dynamic, `import()` in a type, require. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const forms = [
    /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(.+?)\1/g,
    /\bimport\s*(['"])(.+?)\1/g,
    /\b(?:import|require|require\.resolve)\s*\(\s*(['"`])(.+?)\1\s*[,)]/g,
  ];
  return forms.flatMap(form => [...code.matchAll(form)].map(([, , path]) => path!));
}

/** Comments gone, strings kept: a "//" inside a string is no comment. */
function withoutComments(text: string): string {
  const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`|\/\*[^]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, match => (match.startsWith('/') ? ' ' : match));
}
