// @ts-check
// `npm run test:desktop`: the in-host suite in a desktop VS Code, which @vscode/test-electron downloads. For machines that may.
// `npm run test:desktop -- 1.106.0` takes that version; default is the newest stable one. Needs a display (xvfb-run will do).
import { continueIn } from './set-up.mjs';

await continueIn('test/desktop.ts', []);
