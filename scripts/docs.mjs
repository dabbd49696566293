// @ts-check
// `npm run docs`: writes the pages of docs/ that are made from the code.
import { continueIn } from './set-up.mjs';

await continueIn('docs/main.ts', []);
