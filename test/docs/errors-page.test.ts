import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorsPage } from '../../scripts/docs/errors-page.ts';
import { failureCodes } from '../../src/llm/llm-error.ts';

test('docs/errors.md says what the chat says (npm run docs writes it)', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  assert.equal(page, errorsPage());
  for (const code of Object.keys(failureCodes)) assert.ok(page.includes(`## ${code}\n`), code);
});
