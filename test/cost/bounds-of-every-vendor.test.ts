// Each vendor's own server counts as that vendor does, hidden instructions and all: what it bills is within what was reserved.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { estimateInput } from '../../src/cost/estimate.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import type { Message } from '../../src/llm/message.ts';
import { findModel } from '../../src/llm/model-catalog.ts';
import type { ChatRequest } from '../../src/llm/request.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { Chance } from '../support/chance.ts';
import { findSubjects } from '../support/contract/find-subjects.ts';
import { randomQuestion, randomText, randomTools } from './random-conversation.ts';

const seed = Number(process.env['PENNYLOOM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const conversations = 15;
const questions = 3;

for (const { provider, variants = [''], start } of await findSubjects())
  for (const variant of variants)
    describe(`${provider} ${variant}`.trim(), () => {
      test(`bills no more than the bound, in tokens and in money (seed ${seed})`, { timeout: 60_000 }, async () => {
        await using server = await start(variant || undefined);
        const chance = new Chance(seed);
        const db = openDatabase(':memory:', schema);
        const ledger = ledgerIn(db, systemClock);
        const asked = createProvider({
          ...server.config,
          eachAttempt: wire =>
            metered(wire, {
              ledger,
              clock: systemClock,
              maxTokens: undefined,
              facts: { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '' },
            }),
        });
        const { name, model } = asked;
        const sees = findModel(name, model)?.imageTokens !== undefined;
        for (let number = 0; number < conversations; number++) {
          const tools = randomTools(chance);
          const messages: Message[] = [{ role: 'system', content: randomText(chance, 1000) }];
          for (let question = 0; question < questions; question++) {
            if (messages.at(-1)?.role !== 'tool') messages.push(randomQuestion(chance, sees));
            const maxTokens = chance.oneOf(300, 4000);
            const request: ChatRequest = { messages: [...messages], maxTokens, streaming: number % 2 === 0, ...(tools.length > 0 && { tools }) }; // prettier-ignore
            const toolCalls = tools
              .slice(0, 1)
              .map(tool => ({ name: tool.name, arguments: { q: randomText(chance, 20) } }));
            await server.control.script({ kind: 'reply', text: randomText(chance, 1000), toolCalls });
            const answer = await asked.chat(request);
            const { most } = estimateInput(request, name, model);
            const { inputTokens } = answer.usage!;
            assert.ok(inputTokens <= most!, `${inputTokens} input tokens, at most ${most}`);
            const { content, continuation } = answer;
            messages.push({ role: 'assistant', content, ...(answer.toolCalls.length > 0 && { toolCalls: answer.toolCalls }), ...(continuation && { continuation }) }); // prettier-ignore
            for (const { id } of answer.toolCalls)
              messages.push({ role: 'tool', toolCallId: id, content: randomText(chance, 1000) });
          }
        }
        const rows = db.all('SELECT cost, bound FROM calls');
        assert.equal(rows.length, conversations * questions);
        for (const { cost, bound } of rows)
          assert.ok(bound === null || (cost as bigint) <= (bound as bigint), `${String(cost)} > ${String(bound)}`);
      });
    });
