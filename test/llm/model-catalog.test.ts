import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { familyOfSnapshot } from '../../src/llm/model-id.ts';
import { amendCatalog, defaultModel, findModel, lifeCycle, listModels } from '../../src/llm/model-catalog.ts';
import type { ModelFacts } from '../../src/llm/model-catalog.ts';

const november = new Date('2026-11-22T12:00:00Z');
const openAi = (id: string): ModelFacts => {
  const facts = findModel('openai', id);
  assert.ok(facts, `${id} is in the catalogue`);
  return facts;
};
const everyRow = ['openai', 'anthropic', 'mistral'].flatMap(provider =>
  listModels(provider, { at: november, includeShutDown: true }),
);

describe('Every row of the catalogue', () => {
  const date = /^\d{4}-\d{2}-\d{2}$/;
  const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
  const known: Record<string, readonly unknown[]> = {
    systemRole: ['system', 'developer', 'none'],
    sampling: ['always', 'effort-none', 'never'],
    tokenLimitField: ['max_tokens', 'max_completion_tokens'],
    bestFor: [undefined, 'budget', 'high-volume', 'general', 'complex', 'stem-coding'],
  };

  it('has a source and the day it was checked', () => {
    assert.ok(everyRow.length > 80);
    for (const row of everyRow) {
      assert.ok(row.source.length > 3, row.id);
      assert.match(row.checkedOn, date, row.id);
    }
  });

  it('has the shape the types promise, which the compiler does not check in JSON', () => {
    for (const row of everyRow) {
      const fields: Record<string, unknown> = { ...row };
      for (const [field, values] of Object.entries(known)) {
        assert.ok(values.includes(fields[field]), `${row.id} ${field}`);
      }
      for (const field of ['vision', 'tools', 'streaming'] as const) assert.equal(typeof row[field], 'boolean', row.id);
      for (const limit of [row.contextWindow, row.maxOutputTokens, row.maxInputTokens ?? 1]) {
        assert.ok(Number.isSafeInteger(limit) && limit! > 0, row.id);
      }
      assert.ok(row.endpoints!.length > 0, row.id);
      for (const day of [row.released, row.shutdown]) if (day !== undefined) assert.match(day, date, row.id);
      for (const effort of row.reasoning?.efforts ?? []) assert.ok(efforts.includes(effort), row.id);
      const { efforts: offered = [], defaultEffort } = row.reasoning ?? {};
      if (defaultEffort !== undefined && offered.length > 0) assert.ok(offered.includes(defaultEffort), row.id);
      if (row.sampling === 'effort-none') assert.ok(offered.includes('none'), row.id);
    }
  });

  it('says when it came out, unless it is a moving name or not confirmed yet', () => {
    for (const { id, released, flags } of everyRow)
      assert.ok(released !== undefined || id.endsWith('-latest') || flags.includes('unconfirmed'), id);
  });

  it('knows how images are counted where the vendor says so: all of Anthropic’s, none of Mistral’s', () => {
    for (const { provider, id, vision, imageTokens } of everyRow) {
      if (provider === 'anthropic' && vision) assert.ok(imageTokens, id);
      if (provider === 'mistral' || !vision) assert.equal(imageTokens, undefined, id);
    }
  });

  it('is found by its own id and aliases, and no id is claimed twice', () => {
    const seen = new Set<string>();
    for (const row of everyRow) {
      for (const id of [row.id, ...(row.aliases ?? [])]) {
        assert.equal(findModel(row.provider, id)?.id, row.id);
        assert.ok(!seen.has(`${row.provider} ${id}`), id);
        seen.add(`${row.provider} ${id}`);
      }
    }
  });

  it('names a replacement that exists and outlives it', () => {
    for (const row of everyRow) {
      if (row.replacement === undefined) continue;
      const successor = findModel(row.provider, row.replacement);
      assert.ok(successor, `${row.id} → ${row.replacement}`);
      assert.ok((successor.shutdown ?? '9999') >= row.shutdown!, `${row.id} → ${row.replacement}`);
    }
  });
});

describe('The default model', () => {
  it('is at least 90 days from its shutdown, today', () => {
    const state = lifeCycle(openAi(defaultModel), Date.now());
    assert.ok(state.state === 'live' || (state.state === 'ending' && state.daysLeft > 90), JSON.stringify(state));
  });

  it('sees images, calls tools, and does both on Chat Completions when nothing is said about effort', () => {
    const facts = openAi(defaultModel);
    assert.ok(facts.vision && facts.tools && facts.streaming);
    assert.ok(facts.endpoints?.includes('chat'));
    assert.equal(facts.reasoning?.defaultEffort, 'none');
    assert.deepEqual(
      facts.flags.filter(flag => flag === 'unconfirmed'),
      [],
    );
  });
});

describe('A model is found', () => {
  it('by the date of a snapshot, as its family', () => {
    assert.equal(findModel('openai', 'gpt-4o-2024-11-20')?.id, 'gpt-4o');
    assert.equal(findModel('openai', 'gpt-6.1-sol-2026-09-29')?.id, 'gpt-6.1-sol');
    assert.equal(findModel('openai', 'gpt-4o-2024-05-13')?.id, 'gpt-4o-2024-05-13');
    assert.equal(findModel('anthropic', 'claude-sonnet-4-6-20260217')?.id, 'claude-sonnet-4-6');
  });

  it('never by how its id begins', () => {
    for (const id of [
      'gpt-4.1-prod',
      'gpt-6-foo',
      'gpt-6',
      'gpt-4o-2024',
      'gpt-4o-2024-13-01',
      'gpt-4o-',
      'GPT-4o',
      '',
      'toString',
    ]) {
      assert.equal(findModel('openai', id), undefined, id);
    }
    assert.equal(findModel('somebody', 'gpt-4o'), undefined);
  });

  it('on Azure as on OpenAI, but without OpenAI’s calendar', () => {
    const facts = findModel('azure-openai', 'gpt-4');
    assert.equal(facts?.provider, 'azure-openai');
    assert.equal(facts.shutdown, undefined);
    assert.ok(facts.flags.includes('vendor-facts-of-openai'));
    assert.equal(openAi('gpt-4').shutdown, '2026-10-23');
    assert.ok(listModels('azure-openai', { at: november }).some(model => model.id === 'gpt-4'));
  });
});

describe('A snapshot’s family', () => {
  it('needs a real month and day at the very end', () => {
    assert.equal(familyOfSnapshot('gpt-5.4-mini-2026-03-17'), 'gpt-5.4-mini');
    assert.equal(familyOfSnapshot('claude-haiku-4-5-20251001'), 'claude-haiku-4-5');
    for (const id of [
      'gpt-4-0613',
      'mistral-large-2411',
      'x-2026-00-10',
      'x-2026-01-32',
      'x-2026-01-10-eu',
      '-2026-01-10',
    ]) {
      assert.equal(familyOfSnapshot(id), undefined, id);
    }
  });
});

describe('The catalogue knows', () => {
  it('the reference’s seven models with their windows, tools and sight', () => {
    const facts = ['gpt-4o', 'gpt-4o-mini', 'gpt-4-turbo', 'gpt-4', 'gpt-3.5-turbo', 'o1-preview', 'o1-mini'].map(
      id => {
        const { contextWindow, tools, vision, streaming } = openAi(id);
        return [id, contextWindow, tools, vision, streaming];
      },
    );
    assert.deepEqual(facts, [
      ['gpt-4o', 128_000, true, true, true],
      ['gpt-4o-mini', 128_000, true, true, true],
      ['gpt-4-turbo', 128_000, true, true, true],
      ['gpt-4', 8_192, true, false, true],
      ['gpt-3.5-turbo', 16_385, true, false, true],
      ['o1-preview', 128_000, false, false, false],
      ['o1-mini', 128_000, false, false, false],
    ]);
  });

  it('that gpt-4.1 reads 1,047,576 tokens', () => {
    assert.equal(openAi('gpt-4.1').contextWindow, 1_047_576);
  });

  it('which efforts a model takes, and its own default', () => {
    assert.deepEqual(openAi('gpt-5').reasoning?.efforts, ['minimal', 'low', 'medium', 'high']);
    assert.equal(openAi('gpt-5').reasoning?.defaultEffort, 'medium');
    assert.ok(!openAi('gpt-6.2-sol').reasoning?.efforts.includes('none'));
    assert.equal(openAi('gpt-4o').reasoning, undefined);
  });

  it('from which generation on Chat Completions refuses tools to a thinking model', () => {
    assert.deepEqual(
      ['gpt-5', 'gpt-5.2', 'gpt-5.4', 'gpt-5.6-sol', 'gpt-6.1-terra'].map(
        id => openAi(id).reasoning?.toolsOnChatNeedEffortNone,
      ),
      [false, false, true, true, true],
    );
  });

  it('Anthropic’s newest: window, longest answer, efforts, and that they take no temperature', () => {
    for (const id of [
      'claude-fable-5-1',
      'claude-opus-5-5',
      'claude-opus-5',
      'claude-sonnet-5-5',
      'claude-haiku-5-5',
    ]) {
      const facts = findModel('anthropic', id)!;
      assert.deepEqual(
        [facts.contextWindow, facts.maxOutputTokens, facts.vision, facts.tools, facts.streaming, facts.endpoints],
        [1_000_000, 128_000, true, true, true, ['messages']],
        id,
      );
      assert.deepEqual(facts.reasoning?.efforts, ['low', 'medium', 'high', 'xhigh', 'max'], id);
      assert.deepEqual([facts.sampling, facts.tokenLimitField], ['never', 'max_tokens'], id);
    }
    assert.equal(findModel('anthropic', 'claude-opus-5-5')?.reasoning?.defaultEffort, 'medium');
    assert.equal(findModel('anthropic', 'claude-sonnet-5-5')?.reasoning?.defaultEffort, 'high');
    assert.ok(findModel('anthropic', 'claude-haiku-5-5')?.flags.includes('unconfirmed'));
  });

  it('Mistral’s models by their dated and their other names', () => {
    assert.equal(findModel('mistral', 'mistral-medium-2604')?.id, 'mistral-medium-3-5');
    assert.equal(findModel('mistral', 'mistral-large-2512')?.contextWindow, 262_144);
    assert.equal(findModel('mistral', 'mistral-small-2603')?.tokenLimitField, 'max_tokens');
    assert.equal(findModel('mistral', 'codestral-2508')?.vision, false);
  });

  it('for each provider a model to each of the reference’s classes it serves', () => {
    const classes = (provider: string) => {
      const live = listModels(provider, { at: november }).filter(row => lifeCycle(row, november).state === 'live');
      return new Set(live.map(({ bestFor }) => bestFor).filter(one => one !== undefined));
    };
    const all = ['budget', 'complex', 'general', 'high-volume', 'stem-coding'];
    assert.deepEqual([...classes('openai')].sort(), all);
    assert.deepEqual([...classes('azure-openai')].sort(), all);
    assert.deepEqual([...classes('mistral')].sort(), all);
    assert.deepEqual([...classes('anthropic')].sort(), all.slice(1));
  });

  it('which models answer on Responses only', () => {
    assert.deepEqual(openAi('gpt-5.3-codex').endpoints, ['responses']);
    assert.deepEqual(openAi('gpt-5.4').endpoints, ['chat', 'responses']);
  });
});

describe('Life cycle', () => {
  it('a shut-down model is not offered, but known with its replacement', () => {
    const offered = listModels('openai', { at: november }).map(model => model.id);
    for (const id of ['gpt-4', 'gpt-4-turbo', 'gpt-3.5-turbo', 'o1-preview', 'o1-mini']) {
      assert.ok(!offered.includes(id), id);
      const state = lifeCycle(openAi(id), november);
      assert.equal(state.state, 'shut-down', id);
      assert.ok(state.replacement, id);
    }
  });

  // OpenAI's deprecations page as mirrored in October 2026.
  const ends = {
    '2026-10-23': [
      'gpt-3.5-turbo',
      'gpt-4',
      'gpt-4-turbo',
      'gpt-4o-2024-05-13',
      'o1',
      'o1-pro',
      'o3-mini',
      'o4-mini',
      'gpt-4.1-nano',
    ],
    '2026-12-11': ['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'gpt-5-pro', 'o3', 'o3-pro'],
    '2027-01-14': ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini'],
    '2027-04-01': ['gpt-5.1'],
  };
  for (const [day, ids] of Object.entries(ends))
    it(`${day} is the last word on ${ids.join(', ')}`, () => {
      for (const id of ids) assert.equal(openAi(id).shutdown, day, id);
    });

  it('o1-preview and o1-mini ended before 2026', () => {
    for (const id of ['o1-preview', 'o1-mini']) assert.ok(openAi(id).shutdown! < '2026-01-01', id);
  });

  it('Claude’s and Mistral’s retired models are known with their successors, by snapshot and by moving name', () => {
    const state = (provider: string, id: string, day: string) =>
      lifeCycle(findModel(provider, id)!, Date.parse(`${day}T12:00:00Z`));
    const gone = { state: 'shut-down', shutdown: '2026-06-15', replacement: 'claude-sonnet-4-6' };
    assert.deepEqual(state('anthropic', 'claude-sonnet-4-20250514', '2026-11-28'), gone);
    assert.deepEqual(state('anthropic', 'claude-sonnet-4-0', '2026-11-28'), gone);
    assert.deepEqual(state('anthropic', 'claude-sonnet-4-5', '2026-11-28'), {
      state: 'ending',
      shutdown: '2026-11-30',
      daysLeft: 2,
      replacement: 'claude-sonnet-5-5',
    });
    // Its first successor has gone, too.
    const retired = state('anthropic', 'claude-3-7-sonnet-20250219', '2026-12-01');
    assert.deepEqual(retired, { state: 'shut-down', shutdown: '2026-02-19', replacement: 'claude-sonnet-5-5' });
    assert.equal(state('mistral', 'devstral-medium-2507', '2026-11-28').state, 'shut-down');
    assert.equal(state('mistral', 'mistral-small-2603', '2026-11-28').state, 'live');
  });

  it('an announced end shows its day', () => {
    for (const id of ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini']) {
      assert.deepEqual(lifeCycle(openAi(id), november), {
        state: 'ending',
        shutdown: '2027-01-14',
        daysLeft: 53,
        replacement: 'gpt-6-luna',
      });
    }
  });

  it('on the day of its shutdown, UTC, a model is gone; the second before it is not', () => {
    assert.equal(lifeCycle(openAi('gpt-4o'), Date.parse('2027-01-14')).state, 'shut-down');
    assert.equal(lifeCycle(openAi('gpt-4o'), Date.parse('2027-01-13T23:59:59Z')).state, 'ending');
  });

  it('live models come before ending ones, newest first', () => {
    const models = listModels('openai', { at: november });
    const states = models.map(model => lifeCycle(model, november).state);
    assert.deepEqual(states, states.toSorted().toReversed());
    assert.ok(
      models.findIndex(model => model.id === 'gpt-6.2-sol') < models.findIndex(model => model.id === 'gpt-5.4'),
    );
  });
});

describe('what others know of a model', () => {
  it('is believed in this order: the settings, then its server, then the catalogue', () => {
    const model = { provider: 'openai', id: 'gpt-4o' };
    try {
      // In the order in which it comes to be known: settings at the start, servers when they are asked.
      amendCatalog([{ ...model, contextWindow: 16_384 }], 'settings');
      amendCatalog([{ ...model, contextWindow: 32_768, vision: false }], 'server');
      const { contextWindow, vision, tools } = openAi('gpt-4o');
      assert.deepEqual([contextWindow, vision, tools], [16_384, false, true]);
      amendCatalog([], 'settings');
      assert.equal(openAi('gpt-4o').contextWindow, 32_768);
    } finally {
      amendCatalog([], 'settings');
      amendCatalog([], 'server');
    }
    assert.equal(openAi('gpt-4o').vision, true);
  });
});
