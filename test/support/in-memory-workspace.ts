import { compileGlob } from '../../src/tools/glob.ts';
import { isSecretPath } from '../../src/tools/secret-files.ts';
import { ToolFailure } from '../../src/tools/tool.ts';
import { parseWorkspacePath } from '../../src/tools/workspace-path.ts';
import type { TextMatch, Workspace, WorkspaceEntry } from '../../src/tools/workspace.ts';

/**
 * A workspace with one root whose files are these; '' or text for text files, bytes for others. It refuses what the real one
 * refuses by name, and knows neither links nor .gitignore.
 */
export function createInMemoryWorkspace(
  files: { readonly [path: string]: string | Uint8Array },
  rootName = 'workspace',
): Workspace {
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? Buffer.from(content) : content,
    ]),
  );
  const paths = [...contents.keys()].sort();
  const below = (folder: string): string[] => paths.filter(path => folder === '' || path.startsWith(`${folder}/`));

  return {
    roots: [rootName],

    async readFile(path, maxBytes, signal) {
      signal.throwIfAborted();
      const plain = parseWorkspacePath(path).join('/');
      if (isSecretPath(plain)) throw new ToolFailure('That file looks as if it held secrets.');
      const bytes = contents.get(plain);
      if (bytes === undefined) {
        throw new ToolFailure(below(plain).length > 0 ? 'That is a folder: use list_files.' : 'There is no such file.');
      }
      return { bytes: bytes.subarray(0, maxBytes), size: bytes.length };
    },

    async listFiles(path, { recursive, limit }, signal) {
      signal.throwIfAborted();
      const folder = parseWorkspacePath(path).join('/');
      const found = below(folder);
      if (found.length === 0 && folder !== '') throw new ToolFailure('There is no such folder.');
      const entries = new Map<string, WorkspaceEntry>();
      const depth = folder === '' ? 0 : folder.split('/').length;
      for (const file of found) {
        const segments = file.split('/');
        for (let length = depth + 1; length <= (recursive ? segments.length : depth + 1); length++) {
          const entry = segments.slice(0, length).join('/');
          entries.set(entry, { path: entry, kind: length === segments.length ? 'file' : 'folder' });
        }
      }
      const all = [...entries.values()].sort(
        (a, b) => a.path.split('/').length - b.path.split('/').length || (a.path < b.path ? -1 : 1),
      );
      return { entries: all.slice(0, limit), truncated: all.length > limit };
    },

    async searchText(query, limit, signal) {
      signal.throwIfAborted();
      const start = parseWorkspacePath(query.path).join('/');
      const wanted = query.glob === undefined ? () => true : compileGlob(query.glob);
      const source = query.isRegExp ? query.pattern : query.pattern.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
      const expression = new RegExp(source, query.caseSensitive ? 'u' : 'iu');
      const matches: TextMatch[] = [];
      for (const path of paths.filter(file => file === start || below(start).includes(file))) {
        if (!wanted(path.split('/')) || isSecretPath(path)) continue;
        const lines = new TextDecoder().decode(contents.get(path)).split('\n');
        for (const [index, text] of lines.entries()) {
          if (expression.test(text)) matches.push({ path, line: index + 1, text });
        }
      }
      return { matches: matches.slice(0, limit), truncated: matches.length > limit };
    },
  };
}
