import type { Host } from './start-host.ts';

/** The workbench's address; `payload` is VS Code's own list of start parameters (pairs of name and value). */
export function workbenchUrl(
  host: Host,
  { folder, payload }: { folder?: string; payload?: readonly (readonly [string, string])[] } = {},
): string {
  const query = new URLSearchParams();
  if (folder) {
    query.set('folder', folder);
  }
  if (payload) {
    query.set('payload', JSON.stringify(payload));
  }
  return `${host.url}/?${query.toString()}`;
}

/** A path on the server's machine as the workbench names it. */
export function remoteUri(host: Host, path: string): string {
  return `vscode-remote://${new URL(host.url).host}${path}`;
}
