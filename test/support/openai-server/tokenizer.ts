type Encoding = Pick<typeof import('gpt-tokenizer/encoding/o200k_base'), 'countTokens' | 'decodeGenerator' | 'encode'>;

/**
 * What a server counts in. cl100k_base, because Llama 3 and Qwen began with its vocabulary; p50k_base, because it is nobody's that
 * Pennyloom speaks to, and as far from o200k_base as a vendor who publishes nothing may be.
 */
export type EncodingName = 'o200k_base' | 'cl100k_base' | 'p50k_base';

/** o200k_base: every model from gpt-4o on. The older ones used cl100k_base; the server counts them with this one too. */
export interface Tokenizer {
  count(text: string): number;
  /** The text token by token; a token that ends inside a character comes together with the one that completes it. */
  split(text: string): string[];
}

const loading = new Map<EncodingName, Promise<Tokenizer>>();

/** Loads once, about 200 ms: called in the background after start-up, and awaited where a count is needed. */
export function loadTokenizer(name: EncodingName = 'o200k_base'): Promise<Tokenizer> {
  const known = loading.get(name) ?? importOf(name).then(build);
  loading.set(name, known);
  return known;
}

function importOf(name: EncodingName): Promise<Encoding> {
  switch (name) {
    case 'o200k_base':
      return import('gpt-tokenizer/encoding/o200k_base');
    case 'cl100k_base':
      return import('gpt-tokenizer/encoding/cl100k_base');
    case 'p50k_base':
      return import('gpt-tokenizer/encoding/p50k_base');
  }
}

function build(encoding: Encoding): Tokenizer {
  // Text that spells a special token is text, as in the vendor's own counting of message contents.
  const options = { disallowedSpecial: new Set<string>() };
  return {
    count: text => pieces(text).reduce((sum, piece) => sum + encoding.countTokens(piece, options), 0),
    split: text => [...encoding.decodeGenerator(encoding.encode(text, options))],
  };
}

/** The tokenizer takes quadratic time on one long run without a boundary (base64): pieces keep it linear. */
function pieces(text: string): string[] {
  return text.length > 4_096 && /\S{2048}/.test(text) ? (text.match(/[^]{1,512}/gu) ?? []) : [text];
}
