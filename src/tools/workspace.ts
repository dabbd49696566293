/**
 * The folder(s) a person has open, as tools see them. Paths are relative to a root and use '/'; with several roots the first
 * segment is the root's name. Implementations confine every access: a path that leaves the workspace, by `..`, absolute, UNC,
 * through a symbolic link (also one made after the check), or by letter case, is refused with `ToolFailure`. So is reading what
 * looks secret (`isSecretPath`) or is ignored by git, until a person can be asked.
 */
export interface Workspace {
  /** Names of the roots; empty where no folder is open. */
  readonly roots: readonly string[];
  /** The file's bytes, at most `maxBytes` of them from the start, and its whole size. */
  readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<{ bytes: Uint8Array; size: number }>;
  /** Files and folders below `path` ('' for everything), ignored ones left out, nearest first and by name; at most `limit`. */
  listFiles(
    path: string,
    options: { readonly recursive: boolean; readonly limit: number },
    signal: AbortSignal,
  ): Promise<{ entries: readonly WorkspaceEntry[]; truncated: boolean }>;
  /** Lines that match, by path and number; ignored, binary and secret-looking files left out; at most `limit`. */
  searchText(
    query: TextQuery,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ matches: readonly TextMatch[]; truncated: boolean }>;
}

export interface WorkspaceEntry {
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

export interface TextQuery {
  readonly pattern: string;
  readonly isRegExp: boolean;
  readonly caseSensitive: boolean;
  /** Folder or file to search below; '' for everything. */
  readonly path: string;
  /** Glob that files must match, e.g. "**\/*.ts". */
  readonly glob?: string;
}

export interface TextMatch {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** The line's text, long lines shortened around the match. */
  readonly text: string;
}
