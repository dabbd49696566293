import { ToolFailure } from './tool.ts';

/** Names Windows keeps for devices, with or without an extension (learn.microsoft.com, "Naming Files, Paths, and Namespaces", read 2026-11). */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;

/**
 * Splits a path as the model wrote it into its segments; [] for the workspace itself ('' or '.'). This looks at the text only:
 * what the segments lead to on the disk is `confine`'s matter.
 *
 * @throws ToolFailure for whatever is not a plain path below the workspace: absolute, with a drive or a share, with `..`, a
 * backslash or control characters, inside `.git`; on Windows also what that system would quietly turn into something else.
 */
export function parseWorkspacePath(path: string, platform: NodeJS.Platform = process.platform): string[] {
  // The path is not repeated in the messages: it may be long, and the model knows what it wrote.
  if (hasControlCharacter(path))
    throw new ToolFailure('The path contains control characters. Use a path from list_files.');
  if (path.includes('\\'))
    throw new ToolFailure("Paths are written with '/', without backslashes, relative to the workspace.");
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) {
    throw new ToolFailure(
      "Only files of the workspace can be used: give a path relative to it, such as 'src/main.ts'.",
    );
  }
  const segments = path.split('/').filter(segment => segment !== '' && segment !== '.');
  for (const segment of segments) checkSegment(segment, platform);
  return segments;
}

function checkSegment(segment: string, platform: NodeJS.Platform): void {
  if (segment === '..') throw new ToolFailure("'..' is not allowed in a path: give it from the top of the workspace.");
  if (isGitFolder(segment)) throw new ToolFailure('The inside of .git is closed to tools.');
  if (platform !== 'win32') return;
  // Windows drops trailing dots and spaces, and reads 'a.txt:b' as a stream hidden behind a.txt: the name checked would not be
  // the name opened.
  if (/[. ]$/.test(segment) || /[:*?"<>|]/.test(segment) || WINDOWS_DEVICE.test(segment)) {
    throw new ToolFailure('The path contains a name that Windows does not use for files. Use a path from list_files.');
  }
}

/** Whether the model could ask for this name: what could not be is left out of listings, too. */
export function isUsableName(name: string): boolean {
  return !hasControlCharacter(name) && !name.includes('\\');
}

/** `.git` in every spelling that a file system without letter case opens as `.git`. */
export function isGitFolder(segment: string): boolean {
  return segment.toLowerCase() === '.git';
}

function hasControlCharacter(text: string): boolean {
  // Next line and the two Unicode separators as well: such a name could start a line of its own in a listing.
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}
