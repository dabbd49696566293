import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { type CountText, promptTexts } from '../src/cost/measured-prompt.ts';
import { priceOfRequest } from '../src/host/price-of-request.ts';
import type { Message } from '../src/llm/message.ts';
import { DraftCounter } from '../src/llm/tokenizer/draft-counter.ts';
import { O200kCounter } from '../src/llm/tokenizer/o200k.ts';
import type { Figure, Line } from './support/figure.ts';
import { interleave, ofRounds, ratios } from './support/rounds.ts';
import { median, quantile, short } from './support/statistics.ts';

const rounds = 9;
const draftBytes = 20_000;
const keystrokeGoalMs = 0.1;
const hostileGoalMs = 50;
const hostThreadGoalMs = 10;

const theirs = (text: string): number => countTokens(text, { disallowedSpecial: new Set<string>() });

/**
 * S12: a megabyte of code, new to both. S12b: a key struck in a draft of 20 KB. S12c: a long run without a boundary.
 * S12d: what the host's own thread does for a key: sizes and prices of a conversation of a megabyte whose counts are known.
 */
export const s12: Figure = {
  name: 'S12',
  what: 'exact token counts',
  async measure() {
    const ours = new O200kCounter();
    const texts = megabytes();
    const long = texts[0]!;
    return [
      await throughput(ours, texts),
      keystrokes(ours, long.slice(0, draftBytes)),
      hostile(ours),
      hostThread(long),
    ];
  },
};

async function throughput(ours: O200kCounter, texts: readonly string[]): Promise<Line> {
  const counts = new Map<string, number>();
  // Each round another megabyte, so that neither answers from what it remembers; the same one for both.
  const table = await interleave(['gpt-tokenizer', 'ours'] as const, Math.min(rounds, texts.length), (name, round) => {
    const text = texts[round]!;
    const start = performance.now();
    const count = name === 'ours' ? ours.count(text) : theirs(text);
    const ms = performance.now() - start;
    const other = counts.get(String(round));
    if (other !== undefined && other !== count) throw new Error(`${count} tokens instead of ${other}`);
    counts.set(String(round), count);
    return Promise.resolve(ms);
  });
  const why = table.absent.get('ours') ?? table.absent.get('gpt-tokenizer');
  if (why !== undefined) return { name: 'S12', result: { notMeasured: why } };
  const speed = ratios(table, 'gpt-tokenizer', 'ours');
  const value = median(speed);
  const perSecond = 1000 / median(table.values.get('ours')!);
  return {
    name: 'S12',
    result: {
      value: short(value),
      goal: '1.00',
      met: value >= 1,
      beside: `times as fast as gpt-tokenizer, more is better; ${short(perSecond)} MB/s, counts identical; ${ofRounds(speed)}`,
      raw: { value, ms: Object.fromEntries(table.values) },
    },
  };
}

function keystrokes(ours: O200kCounter, text: string): Line {
  const draft = new DraftCounter(sample => ours.count(sample));
  let now = text;
  draft.count(now);
  const took: number[] = [];
  const whole: number[] = [];
  for (let key = 0; key < 500; key++) {
    const at = (key * 7919) % now.length;
    now = now.slice(0, at) + 'x' + now.slice(at + (key % 2));
    const start = performance.now();
    const count = draft.count(now);
    took.push(performance.now() - start);
    if (key % 50 > 0) continue;
    const again = performance.now();
    const exact = theirs(now);
    whole.push(performance.now() - again);
    if (count !== exact) return { name: 'S12b', result: { notMeasured: `${count} tokens instead of ${exact}` } };
  }
  const value = median(took);
  return {
    name: 'S12b',
    result: {
      value: `${short(value)} ms`,
      goal: `${keystrokeGoalMs} ms`,
      met: value <= keystrokeGoalMs,
      beside: `a key in a draft of 20 KB, p99 ${short(quantile(took, 0.99))} ms; gpt-tokenizer ${short(median(whole))} ms; n=${took.length}`,
      raw: { value, took, whole },
    },
  };
}

function hostile(ours: O200kCounter): Line {
  const text = 'a'.repeat(20_000);
  const start = performance.now();
  const count = ours.count(text);
  const value = performance.now() - start;
  const again = performance.now();
  const exact = theirs(text);
  const peer = performance.now() - again;
  if (count !== exact) return { name: 'S12c', result: { notMeasured: `${count} tokens instead of ${exact}` } };
  return {
    name: 'S12c',
    result: {
      value: `${short(value)} ms`,
      goal: `${hostileGoalMs} ms`,
      met: value <= hostileGoalMs,
      beside: `20,000 × "a", the first time; gpt-tokenizer ${short(peer)} ms`,
      raw: { value, peer },
    },
  };
}

function hostThread(text: string): Line {
  const parts = Array.from({ length: 200 }, (_, at) => text.slice(at * 5000, (at + 1) * 5000));
  const counts = new Map(parts.map(part => [part, 1000]));
  const count: CountText = part => counts.get(part) ?? 1;
  const history = parts.map((content, at): Message => ({ role: at % 2 ? 'assistant' : 'user', content }));
  const settings = { provider: 'openai', model: 'gpt-5.4', maxTokens: 4096 } as const;
  const at = Date.parse('2026-11-28');
  const took: number[] = [];
  for (let key = 0; key < 200; key++) {
    const request = {
      messages: [...history, { role: 'user', content: `${text.slice(0, draftBytes)}${key}` } as const],
    };
    const start = performance.now();
    promptTexts(request, 'openai');
    const price = priceOfRequest(request, { answerTokens: 500, seenMessages: 200, count }, settings, at);
    took.push(performance.now() - start);
    if (!price.likely || !price.most) return { name: 'S12d', result: { notMeasured: 'there is no price' } };
  }
  const value = quantile(took, 0.99);
  return {
    name: 'S12d',
    result: {
      value: `${short(value)} ms`,
      goal: `${hostThreadGoalMs} ms`,
      met: value <= hostThreadGoalMs,
      beside: `on the host's thread at p99, median ${short(median(took))} ms; n=${took.length}`,
      raw: { value, took },
    },
  };
}

/** Megabytes of TypeScript and JavaScript that somebody wrote: the sources of what is installed, in the order of their names. */
function megabytes(): readonly string[] {
  const root = resolve(import.meta.dirname, '../node_modules');
  const texts: string[] = [];
  let text = '';
  for (const folder of ['openai/src', 'undici/lib', 'markdown-it', 'fast-check/lib', 'ajv/lib', 'highlight.js/lib']) {
    let files: string[] = [];
    try {
      files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).toSorted();
    } catch {
      continue;
    }
    for (const file of files) {
      if (!/\.(ts|js|mjs)$/.test(file) || file.includes('.min.')) continue;
      text += readFileSync(join(root, folder, file), 'utf8');
      while (text.length >= 1_000_000) {
        texts.push(text.slice(0, 1_000_000));
        text = text.slice(1_000_000);
      }
    }
  }
  return texts;
}
