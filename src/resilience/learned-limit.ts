/** What a server's headers say of one of its limits. */
export interface ObservedWindow {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until all of the limit is there again, where told. */
  readonly resetMs?: number;
}

/** A request of ours: when it went, and what it took. */
export interface Sent {
  readonly at: number;
  readonly amount: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Requests sent within this time of each other may reach the server in either order, or find a little less than was reckoned. */
const jitterMs = 50;
/** How sure we want to be that others did not just take what we are about to: in standard deviations. */
const caution = 3;
/** How long a server must be seen to have more than we thought before it is believed. */
const liftAfterMs = 1000;

/**
 * What is left of one of a server's limits, as far as its answers tell. They tell late: what an answer says was true when its request
 * arrived, and much may have been sent since. So each answer is held against the moment its own request was sent.
 *
 * Servers refill in different ways, and the time until all is there again tells them apart: evenly over a minute or a day, evenly but
 * with less room than the limit, or all at once when a window ends (OpenAI "Rate limits" guide, "Rate limits in headers", read
 * 2026-11-28: reset is "the time until the rate limit resets to its initial state").
 */
export class LearnedLimit {
  #limit: number | undefined;
  #capacity = Infinity;
  /** What comes back each millisecond. */
  #rate = 0;
  /** All comes back at this moment, and nothing before; undefined: evenly. */
  #resetAt: number | undefined;
  #level = Infinity;
  #at = 0;
  #taken = new Taken();
  #others = new Others();
  /** How old what answers tell is. */
  #lagMs = 0;
  #lift: { readonly since: number; readonly by: number } | undefined;

  /** undefined until the server has told. */
  get limit(): number | undefined {
    return this.#limit;
  }

  take(amount: number, now: number): void {
    this.#level = this.#levelAt(now) - amount;
    this.#taken.add(amount, now);
  }

  /** The server refused it, so it took nothing. */
  giveBack({ at, amount }: Sent, now: number): void {
    this.#level = this.#levelAt(now) + amount;
    this.#taken.remove(amount, at);
  }

  /** How long until `amount` may be taken, milliseconds. */
  waitMs(amount: number, now: number): number {
    if (this.#limit === undefined) return 0;
    const level = this.#levelAt(now);
    if (this.#resetAt !== undefined) return level >= amount ? 0 : Math.ceil(this.#resetAt - now);
    const lacking = Math.min(amount + this.#margin(), this.#capacity) - level;
    // A hair of room for doubles: 0.1 ms of refill must not become another timer.
    return lacking <= 1e-6 ? 0 : Math.ceil(lacking / this.#refill());
  }

  /** @param sent the request whose answer this is; without, what is told is taken for what is true now. */
  observe(seen: ObservedWindow, now: number, sent: Sent = { at: now, amount: 0 }): void {
    const level = this.#levelAt(now);
    this.#recognise(seen, now);
    this.#lagMs += (now - sent.at - this.#lagMs) / 8;
    const remaining = this.#exactly(seen);
    const back = this.#resetAt === undefined ? this.#refill() * (now - sent.at) : 0;
    const told = Math.min(this.#capacity, remaining + back) - this.#taken.total;
    // What was sent about the same time may or may not be in what is told.
    const most = told + this.#taken.until(sent.at + jitterMs);
    const least = told + this.#taken.until(sent.at - jitterMs) + sent.amount;
    // Nearly one more may be there, where it was rounded down; where others take too, it hardly is.
    const slack = remaining > seen.remaining || this.#others.perMs > 0 ? 0 : 1;
    if (level === Infinity) this.#set(least, now);
    else if (level > most + slack) this.#correct(most + slack - level, now);
    else if (level < least) this.#liftTo(least - level, now);
    else this.#correct(0, now);
  }

  /** What limit this is, from what is left of it and how long all of it takes to come back. */
  #recognise({ limit, remaining, resetMs }: ObservedWindow, now: number): void {
    const known = this.#limit === limit;
    this.#limit = limit;
    if (!known) {
      this.#rate = limit / minuteMs;
      this.#capacity = limit;
    }
    if (resetMs === undefined) return;
    const lacking = limit - remaining;
    // Headers are rounded, some to whole seconds.
    const near = (span: number): boolean => Math.abs(resetMs - (lacking * span) / limit) <= Math.max(100, resetMs / 10);
    if (near(dayMs) && !near(minuteMs)) {
      this.#rate = limit / dayMs;
      this.#resetAt = undefined;
    } else if (resetMs > (lacking * minuteMs) / limit && !near(minuteMs)) {
      // The least that was ever told for this window: how long the answer was under way is part of it.
      const resetAt = now + resetMs;
      this.#resetAt = this.#resetAt !== undefined && this.#resetAt > now ? Math.min(this.#resetAt, resetAt) : resetAt;
    } else if (this.#resetAt === undefined) {
      const room = Math.min(limit, remaining + resetMs * this.#rate);
      this.#capacity = known ? Math.max(this.#capacity, room) : room;
    }
  }

  /** Servers round down what is left; how long the rest takes to come back is finer where the two agree. */
  #exactly({ remaining, resetMs }: ObservedWindow): number {
    if (resetMs === undefined || this.#resetAt !== undefined) return remaining;
    const fine = this.#capacity - resetMs * this.#rate;
    return fine > remaining && fine < remaining + 1 ? fine : remaining;
  }

  /** More than we thought: what we took was less than we thought. Where others take too, not on one answer's word. */
  #liftTo(by: number, now: number): void {
    const { since, by: least } = this.#lift ?? { since: now, by };
    this.#lift = { since, by: Math.min(least, by) };
    if (this.#others.perMs === 0 || now - since >= liftAfterMs) this.#correct(this.#lift.by, now);
  }

  #correct(by: number, now: number): void {
    this.#lift = undefined;
    this.#others.see(-by, now, this.#rate);
    this.#set(this.#level + by, now);
  }

  #set(level: number, now: number): void {
    this.#level = Math.min(this.#capacity, level);
    this.#at = now;
  }

  #levelAt(now: number): number {
    if (this.#limit === undefined) return this.#level;
    if (this.#resetAt === undefined)
      this.#level = Math.min(this.#capacity, this.#level + (now - this.#at) * this.#refill());
    else if (now >= this.#resetAt) {
      this.#level = this.#limit;
      this.#resetAt += Math.ceil((now - this.#resetAt + 1) / minuteMs) * minuteMs;
    }
    this.#at = now;
    return this.#level;
  }

  /** What others take of what comes back never comes to us. A tenth always does, or nobody would ever find out that they left. */
  #refill(): number {
    return Math.max(this.#rate / 10, this.#rate - this.#others.perMs);
  }

  #margin(): number {
    return this.#rate * jitterMs + caution * this.#others.deviation(this.#lagMs);
  }
}

/** What we took ourselves, and when: for as long as an answer may be under way. */
class Taken {
  total = 0;
  #steps: { readonly at: number; total: number }[] = [];

  add(amount: number, now: number): void {
    this.total += amount;
    const last = this.#steps.at(-1);
    if (last?.at === now) last.total = this.total;
    else this.#steps.push({ at: now, total: this.total });
    if (this.#steps.length > 4096) this.#steps.splice(0, 2048);
  }

  remove(amount: number, at: number): void {
    this.total -= amount;
    for (let step = this.#steps.length - 1; step >= 0 && this.#steps[step]!.at >= at; step--)
      this.#steps[step]!.total -= amount;
  }

  /** All that was taken by then, that moment included.  */
  until(at: number): number {
    const step = this.#indexAt(at);
    return this.#steps[step]?.total ?? 0;
  }

  /** The last step at or before that time; -1 where there is none. */
  #indexAt(at: number): number {
    let [low, high] = [0, this.#steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#steps[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** How long what others take is remembered. */
const memoryMs = 10_000;

/** What other callers of the same allowance take: what was reckoned with, and what was missing or left over all the same. */
class Others {
  #sum = 0;
  #time = 0;
  #at: number | undefined;
  /** What they take at a time, about. */
  #unit = 1;

  /** Each millisecond. The first seconds are taken for undisturbed, unless much is missing. */
  get perMs(): number {
    // Less than two of theirs in all that is remembered is chance.
    return this.#sum < 2 * this.#unit ? 0 : this.#sum / (this.#time + 2000);
  }

  /** Of what they take in so many milliseconds. */
  deviation(ms: number): number {
    return Math.sqrt(this.perMs * ms * this.#unit);
  }

  see(missing: number, now: number, rate: number): void {
    const time = now - (this.#at ?? now);
    this.#at = now;
    const reckoned = this.perMs * time;
    const faded = Math.exp(-time / memoryMs);
    // What somebody took at a stroke is gone, but says nothing of what will be taken: nobody can go on faster than it comes back.
    const lasting = Math.min(missing, rate * time + this.#unit);
    this.#sum = Math.max(0, this.#sum * faded + reckoned + lasting);
    this.#time = this.#time * faded + time;
    if (lasting > this.#unit) this.#unit += (lasting - this.#unit) / 16;
  }
}
