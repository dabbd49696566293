// @ts-check
// `npm run package`: builds the extension and packs it to out/pennyloom.vsix.
import { continueIn } from './set-up.mjs';

await continueIn('package/main.ts', []);
