import { sleep } from '../../../src/core/clock.ts';
import { RateLimiter, type RateLimits } from '../../../src/resilience/rate-limiter.ts';
import { defaultRetry, retryWaitMs } from '../../../src/resilience/retry.ts';
import { mulberry32 } from '../replay-dispatcher.ts';
import { SimulatedClock } from '../simulated-clock.ts';
import { type ServerRules, SimulatedServer, type Verdict } from './simulated-server.ts';

export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly rules: ServerRules;
  /** What the client was told by its person. */
  readonly known: RateLimits;
  /** The least and the most tokens of a request; the server takes what the client expects. */
  readonly tokens: readonly [number, number];
  /** Share of the server's requests and tokens that somebody else takes, at random moments. */
  readonly rival?: number;
  /** How far the server's clock is into its minute at the beginning. */
  readonly phaseMs?: number;
  readonly goal: number;
  readonly most429s: number;
}

export interface Run {
  /** Time of the last admission over the earliest at which it could have been. */
  readonly ratio: number;
  readonly refused: number;
  readonly failed: number;
}

export const requests = 1500;

const evenly: ServerRules = { requestsPerMinute: 500, tokensPerMinute: 200_000, refill: { roomMs: 60_000 } };
const known: RateLimits = { requestsPerMinute: 500, tokensPerMinute: 200_000 };
const few = [100, 300] as const;

/** The seven of the speed table: 1,500 requests that all stand in line at the beginning. */
export const scenarios: readonly Scenario[] = [
  { name: 'A', what: 'bound by requests', rules: evenly, known, tokens: few, goal: 1.001, most429s: 0 },
  { name: 'B', what: 'bound by tokens', rules: evenly, known, tokens: [500, 1100], goal: 1.001, most429s: 0 },
  { name: 'C', what: 'limits unknown', rules: evenly, known: {}, tokens: few, goal: 1.006, most429s: 0 },
  { name: 'D', what: 'a rival takes 30 %', rules: evenly, known, tokens: few, rival: 0.3, goal: 1.02, most429s: 15 },
  {
    name: 'E',
    what: 'room for 2 s only',
    rules: { ...evenly, refill: { roomMs: 2000 } },
    known,
    tokens: few,
    goal: 1.006,
    most429s: 0,
  },
  {
    name: 'F',
    what: 'a 429 costs a request',
    rules: { ...evenly, refusedCount: true },
    known,
    tokens: few,
    goal: 1.001,
    most429s: 0,
  },
  {
    name: 'G',
    what: 'fixed 60 s window',
    rules: { ...evenly, refill: 'fixed-window' },
    known,
    tokens: few,
    goal: 1.006,
    most429s: 0,
  },
];

/** One request on its way: resolves with the server's verdict, as late as it would come. */
type Send = (tokens: number) => Promise<Verdict>;

interface World {
  readonly clock: SimulatedClock;
  readonly random: () => number;
  readonly send: Send;
  readonly limits: RateLimits;
}

/** Sends one request until it is answered. @returns false where it was given up. */
type Client = (tokens: number) => Promise<boolean>;
export type Strategy = (world: World) => Client;

export async function simulate(scenario: Scenario, strategy: Strategy, seed: number): Promise<Run> {
  const clock = new SimulatedClock();
  const random = mulberry32(seed);
  const between = (least: number, most: number): number => least + random() * (most - least);
  const server = new SimulatedServer(clock, scenario.rules, scenario.phaseMs);
  const sizes = Array.from({ length: requests }, () => Math.round(between(...scenario.tokens)));
  const [earliest, others] = boundOf(scenario, sizes, seed);
  for (const { at, tokens } of others) clock.after(at, () => server.takenByOther(tokens));
  const send: Send = async tokens => {
    await sleep(clock, between(20, 50));
    const verdict = server.ask(tokens);
    // A model thinks before its first word; a refusal needs no model.
    await sleep(clock, verdict.admitted ? between(200, 600) : between(10, 30));
    return verdict;
  };
  const client = strategy({ clock, random, send, limits: scenario.known });
  let failed = 0;
  for (const tokens of sizes) void client(tokens).then(answered => (failed += answered ? 0 : 1));
  await clock.run();
  return { ratio: server.lastAdmittedAt / earliest, refused: server.refused, failed };
}

interface Taking {
  readonly at: number;
  readonly tokens: number;
}

/** When the last request could be let in at the earliest by somebody who knows all, and what the rival takes until long after. */
function boundOf(scenario: Scenario, sizes: readonly number[], seed: number): readonly [number, readonly Taking[]] {
  const { rules, phaseMs } = scenario;
  const others = rivals(scenario, seed);
  let now = 0;
  const server = new SimulatedServer({ now: () => now, monotonic: () => now, after: never }, rules, phaseMs);
  let next = 0;
  for (const size of sizes)
    for (let verdict = server.ask(size); !verdict.admitted; verdict = server.ask(size)) {
      const until = now + Math.max(1, verdict.retryAfterMs);
      for (; next < others.length && others[next]!.at <= until; next++) {
        now = Math.max(now, others[next]!.at);
        server.takenByOther(others[next]!.tokens);
      }
      now = until;
    }
  return [server.lastAdmittedAt, others];
}

/** At random moments of ten minutes, with no memory of one another. */
function rivals({ rules, rival = 0, tokens: [least, most] }: Scenario, seed: number): readonly Taking[] {
  const random = mulberry32(seed ^ 0x5eed);
  const meanGapMs = 60_000 / (rival * rules.requestsPerMinute);
  const takings: Taking[] = [];
  let at = 0;
  while (at < 600_000) {
    at += -Math.log(1 - random()) * meanGapMs;
    takings.push({ at, tokens: least + random() * (most - least) });
  }
  return rival > 0 ? takings : [];
}

const never = (): never => {
  throw new Error('nothing waits here');
};

/** Pennyloom's limiter, with its retries. */
export const ours: Strategy = ({ clock, random, send, limits }) => {
  const limiter = new RateLimiter(limits, clock);
  return async tokens => {
    for (let tries = 1; ; tries++) {
      const grant = await limiter.acquire({ tokens });
      const { admitted, headers, retryAfterMs } = await send(tokens);
      if (admitted) {
        grant.observe(headers);
        void sleep(clock, 500 + 1500 * random()).then(() => grant.settle(tokens));
        return true;
      }
      grant.refused(headers);
      limiter.pause(retryAfterMs);
      grant.settle(0);
      const wait = retryWaitMs(defaultRetry, tries, random, retryAfterMs);
      if (wait === undefined) return false;
      await sleep(clock, wait);
    }
  };
};

/**
 * What the official SDK does by default (openai 7.57.0, client: maxRetries 2; the server's word where it is under a minute, else half a
 * second doubling to 8 s, up to a quarter less by chance); `ai` 7 tries as often, from 2 s on.
 */
export const sdkDefaults: Strategy =
  ({ clock, random, send }) =>
  async tokens => {
    for (let tries = 0; ; tries++) {
      const { admitted, retryAfterMs } = await send(tokens);
      if (admitted) return true;
      if (tries === 2) return false;
      const own = Math.min(8000, 500 * 2 ** tries) * (1 - random() * 0.25);
      await sleep(clock, retryAfterMs > 0 && retryAfterMs < 60_000 ? retryAfterMs : own);
    }
  };

/** The reference's own advice, without an end: a second doubling to 32 s, and up to a second more. */
export const endlessBackoff: Strategy =
  ({ clock, random, send }) =>
  async tokens => {
    for (let tries = 1; ; tries++) {
      if ((await send(tokens)).admitted) return true;
      await sleep(clock, retryWaitMs({ ...defaultRetry, attempts: Infinity }, tries, random)!);
    }
  };

/** Eight at a time, each as patient. */
export const poolOfEight: Strategy = world => {
  const one = endlessBackoff(world);
  const waiting: (() => void)[] = [];
  let free = 8;
  return async tokens => {
    if (free > 0) free--;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      const done = await one(tokens);
      // The slot is kept while the answer is read.
      await sleep(world.clock, 500 + 1500 * world.random());
      return done;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
};
