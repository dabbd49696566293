import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import type { Json } from './ask.ts';
import { ask } from './ask.ts';

/** what, body, status, code, param, words of the message; and the day it is asked on, where that matters */
export type Case = readonly [string, Json, number, string | null, string | null, RegExp, string?];

/** One test for each case: the answer, and that exactly the 400s are logged as violations and nothing is billed. */
export function refusals(title: string, cases: readonly Case[], path = 'chat/completions'): void {
  describe(title, () => {
    let server: InProcessServer;
    before(async () => {
      server = await openAiServerInProcess();
    });
    after(() => server.stop());
    for (const [what, body, status, code, param, words, today = '2026-11-22'] of cases) {
      it(what, async () => {
        await server.control.reset();
        await server.control.configure({ today });
        const answer = await ask(server.baseUrl, body, { path });
        const { error } = answer.json;
        assert.deepEqual(
          [answer.status, error.code, error.param, error.type],
          [status, code, param, 'invalid_request_error'],
        );
        assert.match(error.message, words);
        const [record] = await server.control.requests();
        assert.equal(record?.violations.length, status === 400 ? 1 : 0);
        assert.equal(record?.billed, undefined);
      });
    }
  });
}
