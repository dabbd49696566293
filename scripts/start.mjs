// @ts-check
// `npm start`: the extension, packed and installed in a real VS Code, on a sample project, with a demonstration model behind it.
// `npm start -- --help` lists what else it can do.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { continueIn } from './set-up.mjs';

const once = process.argv.includes('--once');
const help = process.argv.includes('--help');
const desktop = once ? undefined : findDesktop();
if (desktop) {
  process.env['PENNYLOOM_DESKTOP_CODE'] = desktop;
}
await continueIn('start/main.ts', desktop || help ? [] : once ? ['host', 'browser'] : ['host']);

/** A desktop `code`, where there is a screen to show it on. In VS Code's own remote terminals `code` is another program. */
function findDesktop() {
  const { DISPLAY, WAYLAND_DISPLAY, VSCODE_IPC_HOOK_CLI, PATH = '' } = process.env;
  const hasScreen = process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
  if (!hasScreen || VSCODE_IPC_HOOK_CLI) {
    return undefined;
  }
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  return PATH.split(delimiter)
    .map(folder => join(folder, name))
    .find(path => existsSync(path));
}
