import * as anthropic from './anthropic-facts.mjs';
import * as mistral from './mistral-facts.mjs';
import * as openai from './openai-facts.mjs';

/** Rows of the model catalogue, by provider, each vendor's newest first, and where the data sets tell different facts. */
export function buildModels({ modelsDev, litellm }) {
  const notes = [];
  const rows = [
    ...openAiRows(modelsDev.openai, litellm),
    ...anthropicRows(modelsDev.anthropic, notes, litellm),
    ...mistralRows(modelsDev.mistral, litellm),
  ];
  for (const { provider, id, contextWindow, maxOutputTokens } of rows) {
    const entry = litellm[provider === 'mistral' ? `mistral/${id}` : id];
    const limits = [
      // LiteLLM's input limit is the context window in its rows of Anthropic and Mistral, and smaller than it in OpenAI's.
      ...(provider === 'openai' ? [] : [['context', contextWindow, entry?.max_input_tokens]]),
      ['longest answer', maxOutputTokens, entry?.max_output_tokens],
    ];
    for (const [what, ours, theirs] of limits)
      if (ours !== undefined && theirs !== undefined && ours !== theirs)
        notes.push({ id, what, text: `${ours} here, LiteLLM ${theirs}` });
  }
  return { models: rows.map(row => withoutUndefined(row)), notes };
}

function openAiRows(published, litellm) {
  const byHand = new Map(openai.handRows.map(row => [row.id, openAiRow(row, litellm[row.id])]));
  const rows = Object.entries(published)
    .filter(([id, model]) => openai.wanted.test(id) && !openai.unwanted.test(id) && model.limit && !byHand.has(id))
    .map(([id, model]) => openAiRow({ ...fromModelsDev(id, model), ...openai.corrections[id] }, litellm[id]));
  return [...byHand.values(), ...rows].sort(newestFirst);
}

function openAiRow(facts, litellm = {}) {
  const { efforts, flags = [], source, ...row } = facts;
  const endpoints = (litellm.supported_endpoints ?? ['/v1/chat/completions', '/v1/responses']).flatMap(
    path => ({ '/v1/chat/completions': ['chat'], '/v1/responses': ['responses'] })[path] ?? [],
  );
  const image = row.vision ? openai.imageRules[row.id] : undefined;
  const unsureImage = image && openai.unconfirmedImageRules.has(row.id) ? ['image-tokens-unconfirmed'] : [];
  return {
    streaming: litellm.supports_native_streaming ?? true,
    systemRole: efforts ? 'developer' : 'system',
    endpoints: endpoints.sort(),
    ...row,
    provider: 'openai',
    reasoning: efforts && {
      efforts,
      defaultEffort: openai.defaultEfforts[row.id],
      toolsOnChatNeedEffortNone: openai.toolsOnChatNeedEffortNone(row.id),
    },
    sampling: !efforts ? 'always' : efforts.includes('none') ? 'effort-none' : 'never',
    tokenLimitField: 'max_completion_tokens',
    imageTokens: image,
    bestFor: openai.bestFor[row.id],
    ...openai.lifeCycle[row.id],
    source: openai.lifeCycle[row.id] ? `${source}; deprecations page 2026-10` : source,
    checkedOn: openai.checkedOn,
    flags: [...flags, ...unsureImage],
  };
}

function anthropicRows(published, notes, litellm) {
  const byHand = new Set(anthropic.handRows.map(row => row.id));
  const found = Object.entries(published)
    .filter(([id, model]) => model.limit && !byHand.has(id))
    .map(([id, model]) => ({ ...fromModelsDev(id, model), temperature: model.temperature }));
  return [...anthropic.handRows, ...found]
    .map(facts => {
      const { efforts, temperature, flags = [], source, ...row } = facts;
      const life = anthropic.lifeCycleOf(row.id);
      noteOtherDates(row.id, life?.shutdown, litellm[row.id]?.deprecation_date, notes);
      const unsureImage = anthropic.unconfirmedImageRules.has(row.id) ? ['image-tokens-unconfirmed'] : [];
      return {
        ...row,
        provider: 'anthropic',
        streaming: true,
        systemRole: 'system',
        reasoning: efforts && {
          efforts,
          defaultEffort: anthropic.defaultEffortOf(row.id, efforts),
          toolsOnChatNeedEffortNone: false,
        },
        // Newer models refuse a temperature other than the default (models.dev, confirmed by the model pages).
        sampling: temperature ? 'always' : 'never',
        tokenLimitField: 'max_tokens',
        endpoints: ['messages'],
        imageTokens: row.vision ? anthropic.imageRuleOf(row.id) : undefined,
        bestFor: anthropic.bestFor[row.id],
        ...life,
        source: life ? `${source}; deprecations page (copy)` : source,
        checkedOn: anthropic.checkedOn,
        flags: [...flags, ...unsureImage],
      };
    })
    .sort(newestFirst);
}

function mistralRows(published, litellm) {
  const found = Object.entries(published)
    .filter(([id, model]) => model.limit && model.name && !id.includes('embed'))
    .map(([id, model]) => ({ ...fromModelsDev(id, model), ...mistral.aliases[id], ...mistral.corrections[id] }));
  const more = Object.entries(mistral.fromLitellm)
    .filter(([id]) => !found.some(row => row.id === id))
    .map(([id, { entry, ...row }]) => ({ id, ...fromLitellm(litellm[`mistral/${entry}`]), ...row }));
  return [...found, ...more]
    .map(facts => {
      const { efforts, source, ...row } = facts;
      const life = mistral.lifeCycle[row.id];
      return {
        ...row,
        provider: 'mistral',
        streaming: true,
        systemRole: 'system',
        reasoning: efforts && { efforts, toolsOnChatNeedEffortNone: false },
        sampling: 'always',
        // Mistral answers 422 to max_completion_tokens.
        tokenLimitField: 'max_tokens',
        endpoints: ['chat'],
        bestFor: mistral.bestFor[row.id],
        ...life,
        source: life ? `${source}; Mistral model page (copy)` : source,
        checkedOn: mistral.checkedOn,
        flags: [],
      };
    })
    .sort(newestFirst);
}

/** An ability LiteLLM does not mention is not known to be missing. */
function fromLitellm(entry) {
  return {
    contextWindow: entry.max_input_tokens,
    maxOutputTokens: entry.max_output_tokens,
    vision: entry.supports_vision,
    tools: entry.supports_function_calling,
    efforts: entry.supports_reasoning ? [] : undefined,
    source: 'LiteLLM 2026-07-24',
  };
}

function noteOtherDates(id, ours, theirs, notes) {
  if (theirs !== undefined && theirs !== ours)
    notes.push({ id, what: 'shutdown', text: `the vendor's page ${ours ?? 'names no day'}, LiteLLM ${theirs}` });
}

function fromModelsDev(id, model) {
  const effortOption = model.reasoning_options?.find(option => option.type === 'effort' || option.values);
  const { context, input, output } = model.limit;
  return {
    id,
    name: model.name,
    contextWindow: context,
    maxInputTokens: input !== undefined && input < context ? input : undefined,
    maxOutputTokens: output,
    vision: model.modalities?.input?.includes('image') ?? false,
    tools: model.tool_call ?? false,
    efforts: model.reasoning ? (effortOption?.values ?? []) : undefined,
    released: model.release_date,
    source: 'models.dev 2026-07-02',
  };
}

function newestFirst(a, b) {
  return (b.released ?? '9').localeCompare(a.released ?? '9') || (a.id < b.id ? -1 : 1);
}

function withoutUndefined(value) {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutUndefined(part)]));
}
