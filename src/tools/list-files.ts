import { oneLine } from './one-line.ts';
import { isSecretPath } from './secret-files.ts';
import type { Tool } from './tool.ts';

const MAX_ENTRIES = 500;
/** Of the result, in UTF-8 bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024;

interface ListFilesArguments {
  readonly path?: string;
  readonly recursive?: boolean;
}

export const listFiles: Tool = {
  name: 'list_files',
  description: [
    'List files and folders of the workspace, one path per line; folders end in "/". What git ignores is left out.',
    'Not recursive unless asked; at most 500 entries, those nearest to the top first.',
    'Start here to learn how a project is laid out. To find text, use search_text.',
  ].join(' '),
  parameters: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Folder relative to the workspace. Default: the top of the workspace.' },
      recursive: { type: 'boolean', description: 'Also list what is in the folders below. Default: false.' },
    },
    additionalProperties: false,
  },
  effect: 'read',

  summarize({ path, recursive }) {
    const where = path === undefined || path === '' || path === '.' ? 'the workspace' : oneLine(path);
    return `List ${recursive === true ? 'everything in ' : ''}${where}`;
  },

  async run(args, { workspace, signal }) {
    const { path = '', recursive = false } = args as ListFilesArguments;
    const listing = await workspace.listFiles(path, { recursive, limit: MAX_ENTRIES }, signal);
    const lines = listing.entries.map(entry => {
      if (entry.kind === 'folder') return `${entry.path}/`;
      return isSecretPath(entry.path) ? `${entry.path} [looks secret, cannot be read]` : entry.path;
    });
    const shown = withinBytes(lines, MAX_OUTPUT_BYTES);
    const truncated = listing.truncated || shown.length < lines.length;
    if (shown.length === 0) return { text: 'Nothing is there, or only what git ignores.', truncated };
    const more = '[Not everything: list one of the folders to see more.]';
    return { text: [...shown, ...(truncated ? [more] : [])].join('\n'), truncated };
  },
};

function withinBytes(lines: readonly string[], maxBytes: number): readonly string[] {
  let bytes = 0;
  const end = lines.findIndex(line => (bytes += Buffer.byteLength(line) + 1) > maxBytes);
  return end < 0 ? lines : lines.slice(0, end);
}
