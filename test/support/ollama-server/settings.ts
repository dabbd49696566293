import type { Pace } from '../loopback/script.ts';
import type { EncodingName } from '../openai-server/tokenizer.ts';
import { SERVED_MODELS, type ServedModel } from './models.ts';

export interface OllamaServerSettings {
  readonly pace: Pace;
  /** In which tokens are counted. */
  readonly encoding: EncodingName;
  readonly models: readonly ServedModel[];
  readonly version: string;
  /**
   * What servers could not do yet: `ids` of tool calls before 0.12.10, `capabilities` in /api/show before 0.6.4, `cached` counts
   * before they were told.
   */
  readonly without: readonly ('ids' | 'capabilities' | 'cached')[];
  /** Keys that are accepted, where a proxy or ollama.com asks for one; a local server asks for none. */
  readonly keys: readonly string[] | undefined;
}

export const DEFAULT_SETTINGS: OllamaServerSettings = {
  pace: 'fast',
  encoding: 'o200k_base',
  models: SERVED_MODELS,
  version: '0.34.0',
  without: [],
  keys: undefined,
};
