import * as openai from './openai-facts.mjs';

/** Rows of the model catalogue, by provider, each vendor's newest first. */
export function buildModels({ modelsDev, litellm }) {
  const rows = [
    ...openAiRows(modelsDev.openai, litellm),
    ...anthropicRows(modelsDev.anthropic, litellm),
    ...mistralRows(modelsDev.mistral),
  ];
  return rows.map(row => withoutUndefined(row));
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

/** Moving names, and the snapshot they stand for: they end on the same day. */
const anthropicSnapshots = {
  'claude-opus-4-0': 'claude-opus-4-20250514',
  'claude-sonnet-4-0': 'claude-sonnet-4-20250514',
  'claude-opus-4-1': 'claude-opus-4-1-20250805',
};

function anthropicRows(published, litellm) {
  return Object.entries(published)
    .filter(([, model]) => model.limit)
    .map(([id, model]) => {
      const { efforts, ...facts } = fromModelsDev(id, model);
      return {
        ...facts,
        provider: 'anthropic',
        streaming: true,
        systemRole: 'system',
        reasoning: efforts && { efforts, toolsOnChatNeedEffortNone: false },
        // Newer models refuse a temperature other than the default (models.dev, confirmed by the API notes of 2026-11).
        sampling: model.temperature ? 'always' : 'never',
        tokenLimitField: 'max_tokens',
        endpoints: ['messages'],
        shutdown: litellm[anthropicSnapshots[id] ?? id]?.deprecation_date,
        checkedOn: openai.checkedOn,
        flags: [],
      };
    })
    .sort(newestFirst);
}

function mistralRows(published) {
  return Object.entries(published)
    .filter(([id, model]) => model.limit && model.name && !id.includes('embed'))
    .map(([id, model]) => {
      const { efforts, ...facts } = fromModelsDev(id, model);
      return {
        ...facts,
        provider: 'mistral',
        streaming: true,
        systemRole: 'system',
        reasoning: efforts && { efforts, toolsOnChatNeedEffortNone: false },
        sampling: 'always',
        // Mistral answers 422 to max_completion_tokens.
        tokenLimitField: 'max_tokens',
        endpoints: ['chat'],
        checkedOn: openai.checkedOn,
        flags: [],
      };
    })
    .sort(newestFirst);
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
