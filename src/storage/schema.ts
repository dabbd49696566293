import { callSums } from './call-sums.ts';
import type { Migration } from './database.ts';
import { rolledSums } from './rolled-sums.ts';

/** The one database's schema, oldest first. Never edit an entry that was released; add one. */
export const schema: readonly Migration[] = [
  `
  CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    conversation TEXT NOT NULL,
    turn TEXT NOT NULL,
    feature TEXT NOT NULL,
    workspace TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    started INTEGER NOT NULL,           -- ms since the epoch
    settled INTEGER,
    state TEXT NOT NULL,                -- reserved, reported, estimated, unknown-price, lost, rejected
    bound INTEGER,                      -- picodollars it can cost at most; NULL where the price is unknown
    cost INTEGER,                       -- picodollars; NULL where unknown
    input INTEGER, cached INTEGER, cache_write INTEGER, output INTEGER, reasoning INTEGER,
    usage TEXT,                         -- the provider's own object, so that the row can be priced again
    price_source TEXT, price_date TEXT
  ) STRICT;
  CREATE INDEX calls_by_time ON calls (started);
  CREATE INDEX calls_by_session ON calls (session);
  CREATE INDEX calls_by_turn ON calls (turn);
  CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    workspace TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX turns_by_conversation ON turns (conversation, position);
  CREATE TABLE images (
    turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (turn, id)
  ) STRICT;
  `,
  callSums,
  `
  ALTER TABLE calls ADD COLUMN tier TEXT;      -- the service tier the answer named; without it a call cannot be priced again
  ALTER TABLE calls ADD COLUMN flags TEXT;     -- JSON: why its cost deserves a second look
  ALTER TABLE calls ADD COLUMN deleted INTEGER; -- ms; of these only what budgets go by is left, and that for a while
  CREATE INDEX calls_deleted ON calls (started) WHERE deleted IS NOT NULL;
  `,
  rolledSums,
  `
  CREATE TABLE learned_counts (
    provider TEXT NOT NULL, host TEXT NOT NULL, model TEXT NOT NULL,
    samples TEXT NOT NULL,              -- JSON: what the last answers' prompts were made of, and what was reported; numbers only
    PRIMARY KEY (provider, host, model)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE calls ADD COLUMN least INTEGER; -- picodollars that a call nobody reported cost at least; NULL where that is not known
  `,
];
