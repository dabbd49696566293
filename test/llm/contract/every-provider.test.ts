// One contract for all vendors: the same scenarios, streamed and whole, over each one's own wire against a server that checks requests
// as strictly as the vendor. `node --test test/llm/contract/` prints the table.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { vendors } from '../../../src/llm/vendors.ts';
import { answers } from '../../support/contract/answers.ts';
import { failures } from '../../support/contract/failures.ts';
import { findSubjects } from '../../support/contract/find-subjects.ts';
import type { ContractServer } from '../../support/contract/subject.ts';
import { ContractTable } from '../../support/contract/table.ts';
import { Trial } from '../../support/contract/trial.ts';

const subjects = await findSubjects();
const scenarios = [...answers, ...failures];
const table = new ContractTable(scenarios.map(({ name }) => name));

test('every vendor has a contract', () => {
  assert.ok(subjects.length > 0, 'no contract was found');
  assert.deepEqual(subjects.map(({ provider }) => provider).toSorted(), Object.keys(vendors).toSorted());
});

for (const { provider, variants = [''], traits, start } of subjects)
  for (const variant of variants)
    describe([provider, variant].join(' ').trim(), () => {
      const who = [provider, variant].join(' ').trim();
      let server: ContractServer;
      before(async () => {
        server = await start(variant || undefined);
      });
      after(() => server[Symbol.asyncDispose]());
      for (const { name, needs, run } of scenarios)
        for (const streaming of [true, false]) {
          const how = streaming ? 'streamed' : 'whole';
          if (needs && !needs(traits)) table.set(who, name, how, 'not offered');
          else
            test(`${name}, ${how}`, { timeout: 20_000 }, async () => {
              table.set(who, name, how, 'failed');
              await using trial = new Trial(server, traits, streaming);
              await run(trial);
              await trial.assertClean();
              table.set(who, name, how, 'passed');
            });
        }
    });

after(() => console.log(`\n${table.toString()}\n`));
