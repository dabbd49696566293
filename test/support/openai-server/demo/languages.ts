export type Family = 'script' | 'python' | 'go' | 'rust' | 'curly' | 'data' | 'prose';

export interface Language {
  readonly name: string;
  /** What a fence is marked with. */
  readonly fence: string;
  readonly family: Family;
}

const LANGUAGES: readonly (readonly [string, string, Family, readonly string[]])[] = [
  ['TypeScript', 'ts', 'script', ['ts', 'tsx', 'mts', 'cts', 'typescript', 'typescriptreact']],
  ['JavaScript', 'js', 'script', ['js', 'jsx', 'mjs', 'cjs', 'javascript', 'javascriptreact']],
  ['Python', 'python', 'python', ['py', 'python']],
  ['Go', 'go', 'go', ['go']],
  ['Rust', 'rust', 'rust', ['rs', 'rust']],
  ['Java', 'java', 'curly', ['java']],
  ['Kotlin', 'kotlin', 'curly', ['kt', 'kotlin']],
  ['C#', 'csharp', 'curly', ['cs', 'csharp']],
  ['C', 'c', 'curly', ['c', 'h']],
  ['C++', 'cpp', 'curly', ['cpp', 'hpp', 'cc', 'cxx']],
  ['PHP', 'php', 'curly', ['php']],
  ['JSON', 'json', 'data', ['json', 'jsonc']],
  ['YAML', 'yaml', 'data', ['yaml', 'yml']],
  ['TOML', 'toml', 'data', ['toml']],
  ['CSS', 'css', 'data', ['css', 'scss']],
  ['HTML', 'html', 'data', ['html', 'htm', 'vue', 'svelte', 'xml']],
  ['Shell', 'sh', 'data', ['sh', 'bash', 'shellscript']],
  ['SQL', 'sql', 'data', ['sql']],
  ['Markdown', 'md', 'prose', ['md', 'markdown']],
];

/** By what a fence or a file name says, otherwise by what the code looks like. */
export function languageOf(
  hint: { readonly tag?: string; readonly path?: string | undefined },
  code: string,
): Language {
  const ending = hint.path?.split('.').at(-1) ?? '';
  const wanted = [hint.tag ?? '', ending].map(each => each.toLowerCase());
  const row = wanted
    .map(each => LANGUAGES.find(([, , , names]) => names.includes(each)))
    .find(found => found !== undefined);
  const [name, fence, family] = row ?? guess(code);
  return { name, fence, family };
}

function guess(code: string): readonly [string, string, Family] {
  if (/^\s*(def|class) \w+.*:\s*$/m.test(code)) return ['Python', 'python', 'python'];
  if (/^\s*fn \w+/m.test(code)) return ['Rust', 'rust', 'rust'];
  if (/^(package \w+|func )/m.test(code)) return ['Go', 'go', 'go'];
  if (/\b(interface \w+ \{|: (string|number|boolean)\b)/.test(code)) return ['TypeScript', 'ts', 'script'];
  if (/\b(const|let|function|=>)\b|=>/.test(code)) return ['JavaScript', 'js', 'script'];
  return ['plain text', '', 'prose'];
}
