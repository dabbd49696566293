import { fileURLToPath } from 'node:url';

import { probeRipgrep } from '../../src/tools/probe-ripgrep.ts';

const appRoot = fileURLToPath(new URL('../../.host/node_modules/code-server/lib/vscode', import.meta.url));

/** The ripgrep of the VS Code that the tests run in, or one on the PATH; `undefined` before the host was set up. */
export const realRipgrep = await probeRipgrep(appRoot);

/** For node:test's `skip`. */
export const withoutRipgrep = realRipgrep === undefined ? 'there is no ripgrep: the VS Code host is not set up' : false;
