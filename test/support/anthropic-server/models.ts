import type { Effort } from './messages-request.ts';

// What the vendor's side knows about its models. This table is the server's own: the product has another, so that a mistake in either
// shows up as a refused request. Sources: the migration guides and model pages on platform.claude.com and the table "Thinking & Effort" of
// github.com/anthropics/skills (skills/claude-api/SKILL.md of 2026-10), read 2026-11-28.

export interface ServedModel {
  readonly id: string;
  readonly name: string;
  /** Tokens, prompt and answer together. */
  readonly context: number;
  readonly maxOutput: number;
  readonly thinking: readonly ('adaptive' | 'enabled' | 'disabled' | 'between_tools')[];
  readonly thinksUnasked: boolean;
  readonly efforts: readonly Effort[];
  readonly sampling: boolean;
  readonly forcedCalls: boolean;
  readonly prefill: boolean;
  readonly schemas: boolean;
  /** Refuses thinking whose conversation was changed. */
  readonly checksPrefix: boolean;
  readonly leastCached: number;
  /** 28-pixel patches, one token each, up to so many. */
  readonly mostImageTokens: number;
}

const LOW_TO_MAX: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

const fifth: Omit<ServedModel, 'id' | 'name'> = {
  context: 1_000_000,
  maxOutput: 128_000,
  thinking: ['adaptive', 'disabled'],
  thinksUnasked: true,
  efforts: LOW_TO_MAX,
  sampling: false,
  forcedCalls: true,
  prefill: false,
  schemas: true,
  checksPrefix: false,
  leastCached: 1024,
  mostImageTokens: 4784,
};

const bound: Omit<ServedModel, 'id' | 'name'> = { ...fifth, checksPrefix: true, forcedCalls: false, leastCached: 512 };

const fourth: Omit<ServedModel, 'id' | 'name'> = {
  ...fifth,
  context: 200_000,
  maxOutput: 64_000,
  thinking: ['enabled', 'disabled'],
  thinksUnasked: false,
  efforts: [],
  sampling: true,
  prefill: true,
  leastCached: 4096,
  mostImageTokens: 1568,
};

const MODELS: readonly ServedModel[] = [
  { ...bound, id: 'claude-fable-5-1', name: 'Claude Fable 5.1', thinking: ['adaptive'] },
  { ...bound, id: 'claude-opus-5-5', name: 'Claude Opus 5.5', thinking: ['adaptive'] },
  { ...bound, id: 'claude-sonnet-5-5', name: 'Claude Sonnet 5.5', thinking: ['adaptive', 'between_tools'] },
  { ...bound, id: 'claude-haiku-5-5', name: 'Claude Haiku 5.5' },
  { ...fifth, id: 'claude-opus-5', name: 'Claude Opus 5', leastCached: 512 },
  { ...fifth, id: 'claude-sonnet-5', name: 'Claude Sonnet 5' },
  { ...fifth, id: 'claude-opus-4-8', name: 'Claude Opus 4.8', thinksUnasked: false },
  {
    ...fifth,
    id: 'claude-sonnet-4-6',
    name: 'Claude Sonnet 4.6',
    thinking: ['adaptive', 'enabled', 'disabled'],
    thinksUnasked: false,
    efforts: ['low', 'medium', 'high', 'max'],
    sampling: true,
    maxOutput: 64_000,
    mostImageTokens: 1568,
  },
  { ...fourth, id: 'claude-opus-4-5', name: 'Claude Opus 4.5', efforts: ['low', 'medium', 'high'] },
  { ...fourth, id: 'claude-haiku-4-5', name: 'Claude Haiku 4.5' },
  { ...fourth, id: 'claude-sonnet-4-5', name: 'Claude Sonnet 4.5', leastCached: 1024 },
];

/** Also by the id of a dated snapshot. */
export const findServed = (id: string): ServedModel | undefined =>
  MODELS.find(model => model.id === id.replace(/-20\d{6}$/, ''));

export const listServed = (): readonly ServedModel[] => MODELS;
