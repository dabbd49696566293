/** Tells whether a path, given as its segments, matches. */
export type Glob = (segments: readonly string[]) => boolean;

export interface GlobOptions {
  readonly ignoreCase?: boolean;
}

/** More alternatives than this come from no person's pattern. */
const MAX_ALTERNATIVES = 64;

/**
 * Compiles a glob as editors and .gitignore files write them: `*` and `?` within a name, `**` over folders, `[a-z]`, `[!a-z]`,
 * `{a,b}`, `\` before a literal character. Without a '/' (but at the end) it matches a name in every folder; with one it is
 * anchored at the top. A pattern that makes no sense (an open bracket) matches nothing.
 *
 * Matching takes at most pattern length × path length steps: patterns come from models and from the .gitignore of strangers, and a
 * translation into RegExp would let either of them hang the extension host.
 * @throws RangeError when the braces stand for more than 64 patterns.
 */
export function compileGlob(pattern: string, options: GlobOptions = {}): Glob {
  const alternatives = expandBraces(pattern).map(text => compileOne(text, options));
  return segments => alternatives.some(matches => matches(segments));
}

/** The same without braces, which .gitignore does not know. */
export function compileGitPattern(pattern: string, options: GlobOptions = {}): Glob {
  return compileOne(pattern, options);
}

type NameTest = (name: string) => boolean;
/** `'**'` stands for any number of folders. */
type Step = NameTest | '**';

function compileOne(pattern: string, options: GlobOptions): Glob {
  const anchored = pattern.replace(/\/$/, '').includes('/');
  const parts = pattern.split('/').filter(part => part !== '' && part !== '.');
  const steps: Step[] = parts.map(part => (part === '**' ? '**' : compileName(part, options)));
  if (!anchored) steps.unshift('**');
  // 'a/**' is everything inside a, not a itself.
  if (parts.at(-1) === '**') steps.push(() => true);
  return segments => matchSequence(steps, segments);
}

/**
 * Matches with a wildcard for "any number of items", here over the segments of a path and below over the characters of a name.
 * Going back to the last wildcard only is enough, because a later wildcard can take up whatever an earlier one left.
 */
function matchSequence(steps: readonly Step[], items: readonly string[]): boolean {
  let step = 0;
  let item = 0;
  let wildcard = -1;
  let resumeAt = 0;
  while (item < items.length) {
    const test = steps[step];
    if (test === '**') {
      wildcard = step++;
      resumeAt = item;
    } else if (test !== undefined && test(items[item] ?? '')) {
      step++;
      item++;
    } else if (wildcard >= 0) {
      step = wildcard + 1;
      item = ++resumeAt;
    } else return false;
  }
  while (steps[step] === '**') step++;
  return step === steps.length;
}

function compileName(part: string, { ignoreCase = false }: GlobOptions): NameTest {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (!/[*?[\\]/.test(part)) {
    const literal = fold(part);
    return name => fold(name) === literal;
  }
  if (/^\*[^*?[\\]+$/.test(part)) {
    const ending = fold(part.slice(1));
    return name => fold(name).endsWith(ending);
  }
  const steps = characterSteps(fold(part));
  if (steps === undefined) return () => false;
  return name => matchSequence(steps, Array.from(fold(name)));
}

/** `undefined` for a pattern that ends in the middle of a bracket or an escape. */
function characterSteps(part: string): Step[] | undefined {
  const characters = Array.from(part);
  const steps: Step[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at];
    if (character === '*') {
      if (steps.at(-1) !== '**') steps.push('**');
    } else if (character === '?') steps.push(() => true);
    else if (character === '[') {
      const set = readSet(characters, at);
      if (set === undefined) return undefined;
      steps.push(set.test);
      at = set.end;
    } else {
      const literal = character === '\\' ? characters[++at] : character;
      if (literal === undefined) return undefined;
      steps.push(other => other === literal);
    }
  }
  return steps;
}

/** A bracket expression that starts at `start`; `]` right at its beginning is a member. */
function readSet(characters: readonly string[], start: number): { test: NameTest; end: number } | undefined {
  let at = start + 1;
  const negated = characters[at] === '!' || characters[at] === '^';
  if (negated) at++;
  const ranges: [string, string][] = [];
  for (const first = at; at < characters.length; at++) {
    if (characters[at] === ']' && at > first) {
      return { test: character => inRanges(character, ranges) !== negated, end: at };
    }
    if (characters[at] === '\\') at++;
    const low = characters[at];
    if (low === undefined) return undefined;
    const dash = characters[at + 1] === '-' && characters[at + 2] !== undefined && characters[at + 2] !== ']';
    if (dash) at += characters[at + 2] === '\\' ? 3 : 2;
    const high = characters[at];
    if (high === undefined) return undefined;
    ranges.push([low, high]);
  }
  return undefined;
}

function inRanges(character: string, ranges: readonly [string, string][]): boolean {
  const code = character.codePointAt(0) ?? 0;
  return ranges.some(([low, high]) => (low.codePointAt(0) ?? 0) <= code && code <= (high.codePointAt(0) ?? 0));
}

/** `a{b,c{d,e}}` → `ab`, `acd`, `ace`. Braces without a comma, or left open, stay as they are. */
function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0) {
    if (open.length + done.length > MAX_ALTERNATIVES) {
      throw new RangeError(`The braces stand for more than ${MAX_ALTERNATIVES} patterns.`);
    }
    const text = open.pop() ?? '';
    const braces = firstBraces(text);
    if (braces === undefined) done.push(text);
    else
      for (const choice of braces.choices) open.push(text.slice(0, braces.start) + choice + text.slice(braces.end + 1));
  }
  return done;
}

function firstBraces(text: string): { start: number; end: number; choices: string[] } | undefined {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    if (text[start - 1] === '\\') continue;
    const choices: string[] = [];
    let depth = 0;
    let from = start + 1;
    for (let at = start; at < text.length; at++) {
      const character = text[at];
      if (character === '\\') at++;
      else if (character === '{') depth++;
      else if (character === ',' && depth === 1) {
        choices.push(text.slice(from, at));
        from = at + 1;
      } else if (character === '}' && --depth === 0) {
        choices.push(text.slice(from, at));
        if (choices.length > 1) return { start, end: at, choices };
        break;
      }
    }
  }
  return undefined;
}
