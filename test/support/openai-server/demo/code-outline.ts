import type { Family } from './languages.ts';

export interface Declaration {
  readonly kind: string;
  readonly name: string;
  readonly exported: boolean;
  /** The parameters as written; undefined for what takes none by nature. */
  readonly parameters: string | undefined;
  readonly returns: string | undefined;
  /** The first sentence of the comment right above (or the docstring right below). */
  readonly comment: string | undefined;
  /** Its lines, the first one included, as far as indentation or braces tell. */
  readonly body: readonly string[];
}

interface Pattern {
  readonly regex: RegExp;
  readonly kind: string;
}

// Named groups: name, params, returns, exported. Only what stands at the left margin is looked at.
const SCRIPT: readonly Pattern[] = [
  {
    kind: 'function',
    regex:
      /^(?<exported>export )?(?:default )?(?:async )?function\*? ?(?<name>[\w$]+)(?:<[^(]*>)?\((?<params>[^)]*)\)?(?:\s*:\s*(?<returns>[^{]+))?/,
  },
  { kind: 'class', regex: /^(?<exported>export )?(?:default )?(?:abstract )?class (?<name>[\w$]+)/ },
  { kind: 'interface', regex: /^(?<exported>export )?interface (?<name>[\w$]+)/ },
  { kind: 'type', regex: /^(?<exported>export )?type (?<name>[\w$]+)/ },
  { kind: 'enum', regex: /^(?<exported>export )?(?:const )?enum (?<name>[\w$]+)/ },
  {
    kind: 'function',
    regex:
      /^(?<exported>export )?const (?<name>[\w$]+)(?:\s*:[^=]+)? = (?:async )?\(?(?<params>[^)=]*)\)?(?:\s*:\s*(?<returns>[^=]+))? =>/,
  },
  { kind: 'constant', regex: /^(?<exported>export )?(?:const|let|var) (?<name>[\w$]+)/ },
];
const PATTERNS: Readonly<Record<Family, readonly Pattern[]>> = {
  script: SCRIPT,
  python: [
    { kind: 'function', regex: /^(?:async )?def (?<name>\w+)\((?<params>[^)]*)\)?(?:\s*->\s*(?<returns>[^:]+))?/ },
    { kind: 'class', regex: /^class (?<name>\w+)/ },
  ],
  go: [
    { kind: 'function', regex: /^func (?:\([^)]*\) )?(?<name>\w+)\((?<params>[^)]*)\)\s*(?<returns>[^{]+)?/ },
    { kind: 'type', regex: /^type (?<name>\w+)/ },
  ],
  rust: [
    {
      kind: 'function',
      regex:
        /^(?<exported>pub(?:\([^)]*\))? )?(?:async )?(?:unsafe )?fn (?<name>\w+)(?:<[^(]*>)?\((?<params>[^)]*)\)?(?:\s*->\s*(?<returns>[^{]+))?/,
    },
    { kind: 'struct', regex: /^(?<exported>pub(?:\([^)]*\))? )?struct (?<name>\w+)/ },
    { kind: 'enum', regex: /^(?<exported>pub(?:\([^)]*\))? )?enum (?<name>\w+)/ },
    { kind: 'trait', regex: /^(?<exported>pub(?:\([^)]*\))? )?trait (?<name>\w+)/ },
  ],
  curly: [
    { kind: 'class', regex: /^(?<exported>public )?(?:\w+ )*(?:class|interface|enum|struct|record) (?<name>\w+)/ },
    {
      kind: 'function',
      regex:
        /^(?<exported>public )?(?:(?:static|final|private|protected|override|suspend|inline) )*(?<returns>[\w<>[\],*&:]+) \*?(?<name>\w+)\((?<params>[^)]*)\)/,
    },
  ],
  data: [],
  prose: [],
};

/** The declarations of a piece of code, in order. */
export function outline(code: string, family: Family): Declaration[] {
  const lines = dedent(code).split(/\r?\n/);
  return lines.flatMap((line, at) => {
    for (const { kind, regex } of PATTERNS[family]) {
      const groups = regex.exec(line)?.groups;
      if (groups === undefined) continue;
      const body = bodyFrom(lines, at);
      const whole = signature(body) ?? line;
      const fields = regex.exec(whole)?.groups ?? groups;
      return [
        {
          kind,
          name: groups['name'] ?? '',
          exported: groups['exported'] !== undefined || (family === 'go' && /^[A-Z]/.test(groups['name'] ?? '')),
          parameters: kind === 'function' ? tidy(fields['params'] ?? '') : undefined,
          returns: kind === 'function' && fields['returns'] !== undefined ? tidy(fields['returns']) : undefined,
          comment: commentAbove(lines, at) ?? docstring(body, family),
          body,
        },
      ];
    }
    return [];
  });
}

/** Without the indentation all lines share. */
export function dedent(code: string): string {
  const lines = code.split(/\r?\n/);
  const indents = lines.filter(line => line.trim() !== '').map(line => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const shared = Math.min(...indents, Infinity);
  return Number.isFinite(shared) && shared > 0 ? lines.map(line => line.slice(shared)).join('\n') : code;
}

/** From the declaration to the line before the next one at the margin that is not a closing bracket. */
function bodyFrom(lines: readonly string[], start: number): string[] {
  let end = start + 1;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    if (/^[)\]}]/.test(line)) {
      end += 1;
      if (!/[{([]\s*$/.test(line)) break;
      continue;
    }
    if (/^\S/.test(line)) break;
    end += 1;
  }
  while (end > start + 1 && lines[end - 1]?.trim() === '') end -= 1;
  return lines.slice(start, end);
}

/** A head that is broken over several lines, put on one. */
function signature(body: readonly string[]): string | undefined {
  const close = body.slice(0, 12).findIndex(line => /\)/.test(line));
  return close > 0
    ? body
        .slice(0, close + 1)
        .map(line => line.trim())
        .join(' ')
        .replace('( ', '(')
    : undefined;
}

function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/,\s*$/, '')
    .replace(/[{:]\s*$/, '')
    .trim();
}

function commentAbove(lines: readonly string[], at: number): string | undefined {
  const words: string[] = [];
  for (let above = at - 1; above >= 0; above -= 1) {
    const line = (lines[above] ?? '').trim();
    if (!/^(\/\/|\/\*|\*|#(?!\[|!|include))/.test(line)) break;
    words.unshift(
      line
        .replace(/^(\/\*+|\*+\/|\*|\/\/+!?|#+)\s?/, '')
        .replace(/\*+\/$/, '')
        .trim(),
    );
  }
  return firstSentence(words.filter(word => !word.startsWith('@')).join(' '));
}

function docstring(body: readonly string[], family: Family): string | undefined {
  if (family !== 'python') return undefined;
  const match = /^\s*(?:"""|''')(.*?)(?:"""|'''|$)/.exec(body[1] ?? '');
  return firstSentence(match?.[1] ?? '');
}

function firstSentence(text: string): string | undefined {
  const [sentence = ''] = text
    .replace(/\s+/g, ' ')
    .trim()
    .split(/(?<=[.!?])\s/);
  return sentence === '' ? undefined : sentence.replace(/[.\s]+$/, '');
}
