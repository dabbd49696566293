// @ts-check
// Bundles the in-host tests for whoever starts them from VS Code (launch.json) or in a desktop VS Code (test-desktop.mjs).
import { continueIn } from './set-up.mjs';

await continueIn('test/build-in-host-tests.ts', []);
