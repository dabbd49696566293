/** Why a cost deserves a second look, in a sentence; the flags are those of `CostFlag`. A database may hold some of a later version. */
const sentences: { readonly [flag: string]: string } = {
  'unknown-model': 'No price is known for this model.',
  'unknown-tier': 'No price is known for this model in this service tier, or at this length in it.',
  'usage-contradictory': 'The reported counts cannot be true together.',
  'price-unverified': 'Nobody vouches for the price on that day.',
  'cached-rate-missing': 'Cached input was charged as other input: no other rate is known.',
  'cache-write-not-reported': 'Writes to the cache are billed, but were not reported: the true cost may be higher.',
  'long-context': 'The rates for long requests applied to all of it.',
  'family-price': 'An unlisted snapshot, priced as its family.',
  'openai-list-price': 'Priced as OpenAI’s list; regional deployments cost up to 10 % more.',
  'provider-reported': 'The provider’s own word on this request; no list was asked.',
  local: 'It ran on a machine of your own.',
  unconfirmed: 'Only secondary sources give this price.',
  'sources-disagree': 'Sources disagree on this price.',
  'cache-write-rate-unknown': 'Writes to the cache are billed, at a rate no source gives.',
  'moving-alias': 'The name stands for another model from time to time.',
  override: 'The price is your own.',
};

export const explainFlag = (flag: string): string => sentences[flag] ?? flag;

/** The same in a word or two, for a row of a list; only what makes the price itself one to look at twice. */
const inShort: { readonly [flag: string]: string } = {
  override: 'your price',
  unconfirmed: 'unconfirmed',
  'price-unverified': 'unverified',
  'sources-disagree': 'sources disagree',
  'moving-alias': 'of the model it stands for now',
  'openai-list-price': 'OpenAI’s list',
};

export const flagInShort = (flag: string): string | undefined => inShort[flag];
