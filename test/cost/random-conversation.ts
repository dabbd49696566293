import { readFileSync } from 'node:fs';
import type { ContentPart, ToolDefinition, UserMessage } from '../../src/llm/message.ts';
import type { Chance } from '../support/chance.ts';
import { dataUri, jpeg } from '../support-server/pictures.ts';

const source = readFileSync(new URL('../../src/core/money.ts', import.meta.url), 'utf8');
const prose = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** A text as people send them: code, prose, other scripts, emoji, encoded bytes, long runs. */
export function randomText(chance: Chance, most: number): string {
  const length = 1 + chance.below(chance.oneOf(60, 600, most));
  const kind = chance.oneOf('code', 'prose', 'prose', 'cjk', 'emoji', 'base64', 'run', 'numbers', 'accents');
  const from = (text: string): string => text.slice(chance.below(text.length - length), undefined).slice(0, length);
  const repeated = (one: () => string): string => Array.from({ length: Math.ceil(length / 4) }, one).join('');
  switch (kind) {
    case 'code':
      return from(source.repeat(3));
    case 'prose':
      return from(prose.repeat(3));
    case 'cjk':
      return repeated(() => String.fromCodePoint(0x4e00 + chance.below(5000), 0x3042 + chance.below(80)));
    case 'emoji':
      return repeated(() => chance.oneOf('👩‍👩‍👧‍👦 ', '🇨🇭', '🫠', ' ok ', '❤️‍🔥'));
    case 'base64':
      return Buffer.from(Array.from({ length }, () => chance.below(256))).toString('base64');
    case 'run':
      return chance.oneOf('a', '-', ' \t', '\n', '漢').repeat(length);
    case 'numbers':
      return repeated(() => `${chance.below(1e6)},`);
    case 'accents':
      return repeated(() => chance.oneOf('größer ', 'naïve ', 'Ωμέγα ', 'السلام ', 'ﷺ'));
  }
}

/** What a person asks next: words, and sometimes pictures. */
export function randomQuestion(chance: Chance, sees: boolean): UserMessage {
  // Not white space alone: that is no question, and some vendors say so.
  const text = `Q: ${randomText(chance, 3000)}`;
  if (!sees || chance.below(4) > 0) return { role: 'user', content: text };
  const images = Array.from({ length: 1 + chance.below(3) }, (): ContentPart => {
    const width = 1 + chance.below(chance.oneOf(64, 700, 3000));
    const height = 1 + chance.below(chance.oneOf(64, 700, 3000));
    const url = dataUri(jpeg(width, height), 'image/jpeg');
    return { type: 'image', url, width, height, detail: chance.oneOf('auto', 'low', 'high') };
  });
  return { role: 'user', content: [{ type: 'text', text }, ...images] };
}

type Schema = { [key: string]: unknown };

/** Tools with schemas of every shape: enums, numbers to choose from, lists of objects of lists. */
export function randomTools(chance: Chance): ToolDefinition[] {
  return Array.from({ length: chance.below(5) }, (_, at) => ({
    name: `${chance.oneOf('read', 'find', 'compute')}_${at}`,
    description: randomText(chance, 200),
    parameters: randomObject(chance, 3),
  }));
}

function randomObject(chance: Chance, depth: number): Schema {
  const names = Array.from({ length: chance.below(5) }, (_, at) => `${chance.oneOf('path', 'line', 'q', '名')}${at}`);
  const properties = Object.fromEntries(names.map(name => [name, randomProperty(chance, depth)]));
  return { type: 'object', properties, ...(names[0] && { required: [names[0]] }), additionalProperties: false };
}

function randomProperty(chance: Chance, depth: number): Schema {
  const description = chance.below(2) ? { description: randomText(chance, 120) } : {};
  switch (chance.below(depth > 0 ? 6 : 4)) {
    case 0:
      return { type: 'string', ...description };
    case 1:
      return { type: 'integer', ...description };
    case 2:
      return { type: 'integer', enum: Array.from({ length: 1 + chance.below(60) }, (_, at) => at), ...description };
    case 3:
      return { type: 'string', enum: ['a', 'bee', 'ありがとう'], ...description };
    case 4:
      return { type: 'array', items: randomObject(chance, depth - 1), ...description };
    default:
      return { ...randomObject(chance, depth - 1), ...description };
  }
}
