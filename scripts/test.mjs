// @ts-check
// `npm test`: everything. `node scripts/test.mjs unit|host|e2e|oldest…` runs parts; words that name no part choose test files
// by a piece of their path. Ends with the line `N passed, N failed`.
import { continueIn, hostRunsHere } from './set-up.mjs';

const chosen = process.argv.slice(2);
const pure = ['types', 'lint', 'unit'];
const parts = chosen.filter(word => [...pure, 'browser', 'package', 'host', 'e2e', 'oldest'].includes(word));
const needsHost = parts.length === 0 || parts.some(part => !pure.includes(part));
const needsOldest = parts.length === 0 || parts.includes('oldest');

await continueIn(
  'test/main.ts',
  needsHost ? ['host', 'browser', ...(needsOldest ? /** @type {const} */ (['oldest']) : [])] : [],
);
if (!hostRunsHere && needsHost) {
  console.error('0 passed, 1 failed');
}
