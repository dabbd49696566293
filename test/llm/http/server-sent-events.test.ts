import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ServerSentEvents } from '../../../src/llm/http/server-sent-events.ts';
import { randomPieces, singleBytes } from '../../support/replay-dispatcher.ts';

function read(pieces: readonly Uint8Array[], limit?: number): [data: string, type: string][] {
  const seen: [string, string][] = [];
  const events = new ServerSentEvents((data, type) => seen.push([data, type]), limit);
  for (const piece of pieces) events.push(Buffer.from(piece));
  events.end();
  return seen;
}

const readText = (text: string): [string, string][] => read([Buffer.from(text)]);

/** The living standard's algorithm, word for word and slow: the judge of the fast one. */
function standard(text: string): [data: string, type: string][] {
  const seen: [string, string][] = [];
  let data: string[] = [];
  let type = '';
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  // Our deviation: what the end cuts short of its blank line is delivered too.
  for (const line of [...lines, '']) {
    if (line === '') {
      if (data.length > 0) seen.push([data.join('\n'), type]);
      data = [];
      type = '';
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'event') type = value;
  }
  return seen;
}

test('any text gives what the standard says, however it is split', () => {
  const part = fc.constantFrom(
    'data:',
    'data: ',
    'data',
    'event:',
    'event: ',
    'event',
    'id: 1',
    ':',
    ' ',
    'x',
    '{"a":"é😀"}',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\uFEFF',
    'datum: 1',
    '\u2028',
    ': c\n',
    'retry: 3\n',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.nat(), (parts, seed) => {
      const text = parts.join('');
      const bytes = Buffer.from(text);
      const expected = standard(text);
      assert.deepEqual(read([bytes]), expected);
      assert.deepEqual(read(singleBytes(bytes)), expected);
      assert.deepEqual(read(randomPieces(bytes, seed)), expected);
    }),
    { numRuns: 3000 },
  );
});

test('the forms of the standard’s own examples', () => {
  assert.deepEqual(readText('data: YHOO\ndata: +2\ndata: 10\n\n'), [['YHOO\n+2\n10', '']]);
  assert.deepEqual(
    readText(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n'),
    [
      ['first event', ''],
      ['second event', ''],
      [' third event', ''],
    ],
  );
  assert.deepEqual(readText('data\n\ndata\ndata\n\ndata:'), [
    ['', ''],
    ['\n', ''],
    ['', ''],
  ]);
  assert.deepEqual(readText('event: add\ndata: 1\n\ndata: 2\n\n'), [
    ['1', 'add'],
    ['2', ''],
  ]);
});

test('bytes that are no UTF-8 become replacement characters and harm nothing after', () => {
  const bytes = Buffer.concat([Buffer.from('data: a'), Buffer.from([0xff, 0xc3]), Buffer.from('\n\ndata: b\n\n')]);
  for (const pieces of [[bytes], singleBytes(bytes)])
    assert.deepEqual(read(pieces), [
      ['a\ufffd\ufffd', ''],
      ['b', ''],
    ]);
});

// Where every byte went through all before it, three million would take hours, and the test's patience would end.
test('a line of 3 MB in single bytes is one event', () => {
  const length = 3_000_000;
  const lengths: number[] = [];
  const events = new ServerSentEvents(data => lengths.push(data.length));
  const byte = Buffer.from('x');
  events.push(Buffer.from('data: '));
  for (let at = 0; at < length; at++) events.push(byte);
  events.push(Buffer.from('\n\n'));
  assert.deepEqual(lengths, [length]);
});

test('an event larger than allowed is an error, in one long line, in many pieces or in many short lines', () => {
  const long = Buffer.from(`data: ${'x'.repeat(2000)}`);
  assert.throws(() => read([long], 1000), RangeError);
  assert.throws(() => read(singleBytes(long), 1000), RangeError);
  const lines = Buffer.from('data: x\n'.repeat(1000));
  assert.throws(() => read([lines], 1000), RangeError);
  assert.throws(() => read(randomPieces(lines, 1), 1000), RangeError);
  assert.equal(read([Buffer.from('data: x\n\n'.repeat(1000))], 1000).length, 1000);
});
