import type { ZipEntry } from './read-zip.ts';

/** What vsce makes of README.md, CHANGELOG.md and LICENSE, and the two files that describe the package. */
const SINGLE_FILES = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
];
const FOLDERS = ['extension/dist/', 'extension/media/'];
const DEVELOPMENT_FILE = /(^|\/)(node_modules|test|src|\.[^/]+)(\/|$)|\.(map|ts|mts|tsbuildinfo|log|sqlite|db|vsix)$/;

/** Keys as they are issued, long enough not to match a pattern or a sample with dots in it. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'an OpenAI key': /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}/,
  'an AWS key': /\bAKIA[0-9A-Z]{16}\b/,
  'a GitHub token': /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
};

/** What makes a packed extension unfit to ship, one sentence each: missing, foreign or development files, secrets. */
export function checkContents(entries: readonly ZipEntry[], main: string): string[] {
  const names = new Set(entries.map(entry => entry.name));
  const missing = [...SINGLE_FILES, `extension/${main.replace(/^\.\//, '')}`]
    .filter(name => !names.has(name))
    .map(name => `${name} is missing`);
  const foreign = [...names]
    .filter(name => !SINGLE_FILES.includes(name))
    .filter(name => !FOLDERS.some(folder => name.startsWith(folder)) || DEVELOPMENT_FILE.test(name))
    .map(name => `${name} has no business in there`);
  const secrets = entries.flatMap(entry => {
    const text = entry.content().toString('latin1');
    const found = Object.entries(SECRETS).filter(([, pattern]) => pattern.test(text));
    return found.map(([what]) => `${entry.name} contains what looks like ${what}`);
  });
  return [...missing, ...foreign, ...secrets];
}
