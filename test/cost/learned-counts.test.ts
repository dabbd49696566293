import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../src/core/clock.ts';
import { estimateInput, measureRequest } from '../../src/cost/estimate.ts';
import { LearnedCounts, samplesKept } from '../../src/cost/learned-counts.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { PromptCounter } from '../../src/cost/prompt-counter.ts';
import { solve } from '../../src/cost/solve.ts';
import { TokenLearner } from '../../src/cost/token-learner.ts';
import type { ChatRequest } from '../../src/llm/request.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { settled } from '../support/fake-clock.ts';
import { ScriptedProvider, tokens } from '../support/scripted-provider.ts';

const model = { provider: 'mistral', endpoint: 'https://api.mistral.ai/v1', model: 'mistral-medium-2604' } as const;
/** A token for four letters. */
const count = (text: string): number => Math.ceil(text.length / 4);
/** So many of them. */
const question = (words: number): ChatRequest => ({ messages: [{ role: 'user', content: 'four'.repeat(words) }] });
const measure = (request: ChatRequest) => measureRequest(request, model.provider, model.model, count);
const likely = (request: ChatRequest, learned?: LearnedCounts) =>
  estimateInput(request, model.provider, model.model, count, learned);

test('without an answer it is what was expected; with each one it comes closer to how the model counts', () => {
  const learned = new LearnedCounts();
  assert.equal(likely(question(1000), learned).likely, likely(question(1000)).likely);
  // Eight tokens for ten of ours, and twenty around them.
  const truth = (letters: number): number => letters * 0.8 + 20;
  const errors = Array.from({ length: 12 }, (_, at) => {
    const letters = 300 + 211 * at;
    const told = likely(question(letters), learned).likely;
    learned.see(measure(question(letters)), truth(letters));
    return Math.abs(told - truth(letters)) / truth(letters);
  });
  assert.ok(errors[0]! > 0.15, `${errors[0]}`);
  assert.ok(errors[3]! < 0.06 && errors[11]! < 0.02, errors.map(error => error.toFixed(3)).join(' '));
});

test('one answer in five that is far off misleads nobody', () => {
  const learned = new LearnedCounts();
  for (let at = 0; at < 40; at++) {
    const letters = 500 + 97 * at;
    learned.see(measure(question(letters)), letters * 1.2 * (at % 5 === 0 ? 3 : 1));
  }
  const told = likely(question(3000), learned).likely;
  assert.ok(Math.abs(told - 3600) / 3600 < 0.05, `${told}`);
});

test('what no tokenizer explains is not learned from', () => {
  const learned = new LearnedCounts();
  learned.see(measure(question(1000)), 200);
  learned.see(measure(question(1000)), 5000);
  assert.equal(learned.samples.length, 0);
  assert.equal(likely(question(1000), learned).likely, likely(question(1000)).likely);
});

test('of a conversation that goes on the reported part is taken as it is', () => {
  const learned = new LearnedCounts();
  const first = question(1000);
  learned.see(measure(first), 1777);
  assert.equal(likely(first, learned).likely, 1777);
  const next: ChatRequest = { messages: [...first.messages, { role: 'assistant', content: 'Yes.' }, { role: 'user', content: 'Why?' }] }; // prettier-ignore
  const told = likely(next, learned).likely;
  assert.ok(told > 1777 + 4 && told < 1777 + 40, `${told}`);
  // Another conversation is not that one.
  assert.ok(likely(question(999), learned).likely < 1777);
});

test('it is never more than the bound, and the bound is what it was without', () => {
  const words = fc.string({ maxLength: 300 });
  fc.assert(
    fc.property(fc.array(fc.tuple(words, fc.integer({ min: 1, max: 5000 })), { maxLength: 20 }), words, (seen, text) => {
      const learned = new LearnedCounts();
      for (const [content, reported] of seen) learned.see(measure({ messages: [{ role: 'user', content }] }), reported);
      const request: ChatRequest = { messages: [{ role: 'user', content: text }] };
      const told = likely(request, learned);
      assert.equal(told.most, likely(request).most);
      assert.ok(told.likely > 0 && told.likely <= told.most!, `${told.likely} of ${told.most}`);
    }),
  ); // prettier-ignore
});

test('equations are solved', () => {
  const row = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 3, maxLength: 3 }), row, (some, wanted) => {
      // A matrix times its transpose, and a little on the diagonal, is symmetric and positive definite.
      const matrix = some.map((a, at) => some.map((b, to) => a.reduce((sum, value, of) => sum + value * b[of]!, at === to ? 1 : 0)));
      const right = matrix.map(values => values.reduce((sum, value, at) => sum + value * wanted[at]!, 0));
      for (const [at, value] of solve(matrix, right).entries()) assert.ok(Math.abs(value - wanted[at]!) < 1e-3, `${value}`);
    }),
  ); // prettier-ignore
});

test('it is kept with calls that are written anyway, and the next window begins with it', async () => {
  const db = openDatabase(':memory:', schema);
  const ledger = ledgerIn(db, systemClock);
  const writes: (() => void)[] = [];
  const learner = new TokenLearner(db, write => (writes.push(write), ledger.writeAlong(write)));
  const counter = new PromptCounter({ count: texts => Promise.resolve(texts.map(count)) });
  const scripted = new ScriptedProvider();
  const wire = Object.assign(scripted, { name: model.provider, model: model.model });
  const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '' };
  const learned = learner.of(model);
  const provider = metered(wire, { ledger, clock: systemClock, facts, maxTokens: 100, counter, learned });
  const stored = (): number => db.all('SELECT * FROM learned_counts').length;
  for (let asked = 0; asked < 8; asked++) {
    scripted.enqueueText('Yes.', tokens(Math.round((400 + 50 * asked) * 0.8), 1));
    await provider.chat(question(400 + 50 * asked));
    await settled();
  }
  assert.equal(learned.samples.length, 8);
  assert.deepEqual([writes.length, stored()], [1, 0], 'nothing is written for it alone');
  scripted.enqueueText('Yes.', tokens(400, 1));
  await provider.chat(question(500));
  assert.equal(stored(), 1);
  const [next, elsewhere] = [model, { ...model, endpoint: 'https://proxy.example/v1' }].map(counted =>
    new TokenLearner(db, () => {}).of(counted),
  );
  assert.equal(next!.samples.length, 8);
  assert.equal(elsewhere!.samples.length, 0);
  ledger.dispose();
});

test('what was kept by another version, or broken, is passed over', () => {
  const good = { parts: [1, 0, 0, 4, 1, 0, 0, 0], expected: 8, reported: 9 };
  const broken = [
    { ...good, parts: [1] },
    { ...good, reported: -1 },
    { ...good, expected: Number.NaN },
  ];
  assert.deepEqual(new LearnedCounts([...broken, good]).samples, [good]);
  assert.equal(new LearnedCounts(Array.from({ length: 100 }, () => good)).samples.length, samplesKept);
  const db = openDatabase(':memory:', schema);
  db.run(`INSERT INTO learned_counts VALUES ('mistral', 'https://api.mistral.ai', 'mistral-medium-2604', 'no JSON')`);
  assert.equal(new TokenLearner(db, () => {}).of(model).samples.length, 0);
  db.close();
});
