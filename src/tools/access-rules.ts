import type { Location } from './confine-path.ts';
import type { IgnoredPaths } from './ignored-paths.ts';
import { isSecretPath } from './secret-files.ts';
import { ToolFailure } from './tool.ts';

/** @throws ToolFailure for a secret-looking file: there is no way yet to ask the person. */
export function refuseSecret({ segments }: Location): void {
  if (!isSecretPath(segments.join('/'))) return;
  throw new ToolFailure(
    'That file looks as if it held secrets: a person would have to approve that it is read, and asking is not possible yet. Go on without it.',
  );
}

/** @throws ToolFailure for what git ignores: there is no way yet to ask the person. */
export async function refuseIgnored(
  { segments }: Location,
  ignored: IgnoredPaths,
  kind: 'file' | 'folder',
): Promise<void> {
  if (!(await ignored.ignores(segments, kind))) return;
  throw new ToolFailure(
    'That is ignored by git (.gitignore): a person would have to approve that it is read, and asking is not possible yet. Go on without it.',
  );
}
