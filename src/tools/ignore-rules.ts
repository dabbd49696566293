import { compileGitPattern } from './glob.ts';
import type { Glob } from './glob.ts';

interface IgnoreRule {
  readonly matches: Glob;
  readonly foldersOnly: boolean;
  /** Written with '!': brings back what an earlier rule ignored. */
  readonly negated: boolean;
}

/** The rules of one file, for what lies below `depth` segments. */
interface RuleSet {
  readonly depth: number;
  readonly rules: readonly IgnoreRule[];
}

/** A .gitignore of a repository fits; what is longer is some other thing by that name. */
const MAX_RULES = 5_000;

/**
 * What git would ignore, told from the .gitignore files on the way to a place; nearer files and later lines win
 * (git-scm.com/docs/gitignore, read 2026-11). Unlike git it does not know which files are tracked all the same.
 */
export class IgnoreRules {
  static readonly none = new IgnoreRules([]);
  readonly #sets: readonly RuleSet[];

  private constructor(sets: readonly RuleSet[]) {
    this.#sets = sets;
  }

  /** These rules and, nearer than they, those of an ignore file in the folder `depth` segments down. */
  with(text: string, depth: number, options: { readonly ignoreCase: boolean }): IgnoreRules {
    const rules = text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/, MAX_RULES)
      .map(line => parseRule(line, options))
      .filter(rule => rule !== undefined);
    return rules.length === 0 ? this : new IgnoreRules([...this.#sets, { depth, rules }]);
  }

  /**
   * Whether this one place is ignored, given that the folder it is in is not: what lies in an ignored folder cannot be brought back,
   * so whoever walks down asks at every step.
   */
  ignores(segments: readonly string[], kind: 'file' | 'folder'): boolean {
    const nearest = this.#sets.findLast(set => lastMatch(set, segments, kind) !== undefined);
    return nearest !== undefined && lastMatch(nearest, segments, kind)?.negated === false;
  }
}

function lastMatch(set: RuleSet, segments: readonly string[], kind: 'file' | 'folder'): IgnoreRule | undefined {
  const below = segments.slice(set.depth);
  return set.rules.findLast(({ foldersOnly, matches }) => (kind === 'folder' || !foldersOnly) && matches(below));
}

function parseRule(line: string, options: { readonly ignoreCase: boolean }): IgnoreRule | undefined {
  // Spaces at the end do not count unless the last one is escaped.
  let pattern = line.replace(/(?<!\\)[ ]+$/, '').replace(/\\[ ]+$/, '\\ ');
  if (pattern === '' || pattern.startsWith('#')) return undefined;
  const negated = pattern.startsWith('!');
  if (negated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (/^\/*$/.test(pattern)) return undefined;
  return { matches: compileGitPattern(pattern, options), foldersOnly, negated };
}
