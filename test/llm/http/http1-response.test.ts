import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Http1Response } from '../../../src/llm/http/http1-response.ts';
import { invalidResponses, validResponses } from '../../support/http1-responses.ts';
import { randomPieces, singleBytes } from '../../support/replay-dispatcher.ts';

// PENNYLOOM_TEST_SEED=… repeats a run; without it every run tries other splits.
const seed = Number(process.env['PENNYLOOM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const seeds = Array.from({ length: 5 }, (_, at) => seed + at);

interface Seen {
  readonly response: Http1Response;
  heads: number;
  status: number;
  contentType: string;
  headers: object;
  body: string;
  taken: number;
  error: string | undefined;
}

/** As a connection reads: all pieces come into the same memory, whose old content is overwritten. */
function read(pieces: readonly Uint8Array[], response = new Http1Response()): Seen {
  const seen: Seen = {
    response,
    heads: 0,
    status: 0,
    contentType: '',
    headers: {},
    body: '',
    taken: 0,
    error: undefined,
  };
  let head: { readonly headers: object } | undefined;
  response.begin({
    onHead(given) {
      assert.equal(seen.body, '', 'the body came before the head');
      seen.heads++;
      seen.status = given.status;
      seen.contentType = given.contentType;
      head = given;
    },
    onBytes(chunk) {
      assert.ok(chunk.length > 0, 'told of nothing');
      seen.body += chunk.toString('latin1');
    },
  });
  const memory = Buffer.alloc(Math.max(1, ...pieces.map(piece => piece.length)));
  for (const piece of pieces) {
    memory.set(piece);
    try {
      seen.taken += response.push(memory.subarray(0, piece.length));
    } catch (error) {
      seen.error = (error as { code: string }).code;
    }
    memory.fill('#');
    if (seen.error !== undefined || response.isComplete) break;
  }
  // Only now, when the memory it came in has long been used for something else.
  if (head) seen.headers = { ...head.headers };
  return seen;
}

/** Every way to split what is sent, by what a failure is to say. */
function* splits(wire: Buffer): Generator<[string, Uint8Array[]]> {
  yield ['whole', [wire]];
  yield ['in single bytes', singleBytes(wire)];
  for (const at of seeds) yield [`in pieces (PENNYLOOM_TEST_SEED=${at})`, randomPieces(wire, at)];
}

/** Splits in two at every place, where that is not too many. */
function* halves(wire: Buffer): Generator<[string, Uint8Array[]]> {
  if (wire.length > 1000) return;
  for (let at = 1; at < wire.length; at++) yield [`cut at ${at}`, [wire.subarray(0, at), wire.subarray(at)]];
}

describe('a response is read the same however it is split:', () => {
  for (const [name, expected] of Object.entries(validResponses))
    test(name, () => {
      const { status = 200, headers, body = '', untilClose = false, keepAliveMs, surplus = 0 } = expected;
      const wire = Buffer.from(expected.wire, 'latin1');
      const used = new Http1Response();
      for (const [how, pieces] of [...splits(wire), ...halves(wire)])
        for (const response of [new Http1Response(), used]) {
          const seen = read(pieces, response);
          assert.equal(seen.error, undefined, how);
          assert.equal(seen.heads, 1, how);
          assert.equal(seen.status, status, how);
          assert.deepEqual(seen.headers, headers, how);
          assert.equal(seen.contentType, (headers['content-type'] ?? '').toLowerCase(), how);
          assert.equal(seen.body, body, how);
          assert.equal(seen.response.isComplete, !untilClose, how);
          assert.equal(seen.response.keepAliveMs, keepAliveMs, how);
          assert.equal(seen.taken, wire.length - surplus, how);
          assert.equal(seen.response.end(), undefined, how);
        }
    });
});

describe('what is no response is refused however it is split:', () => {
  for (const [name, { wire: text }] of Object.entries(invalidResponses))
    test(name, () => {
      const wire = Buffer.from(text, 'latin1');
      for (const [how, pieces] of [...splits(wire), ...halves(wire)]) {
        const { error, response } = read(pieces);
        assert.equal(error, 'ERR_NOT_HTTP', how);
        assert.equal(response.isComplete, false, how);
      }
    });
});

describe('a connection that closes', () => {
  test('before the end of a response is told, at whichever byte', () => {
    for (const [name, { wire: text, untilClose, surplus = 0, body = '' }] of Object.entries(validResponses)) {
      const wire = Buffer.from(text, 'latin1').subarray(0, text.length - surplus);
      // Of a long head the first thousand places are enough.
      const places = Math.min(wire.length - 1, 1000);
      for (let at = 0; at <= places; at++) {
        const { response, heads, body: got } = read([wire.subarray(0, at)]);
        const how = `${name}, closed after ${at} bytes`;
        assert.ok(body.startsWith(got), how);
        if (response.isComplete) assert.equal(at, wire.length, how);
        const whole = at === wire.length || (untilClose && heads === 1);
        assert.equal(response.end()?.code, whole ? undefined : 'ERR_SOCKET_CLOSED', how);
      }
    }
  });

  test('is not told what was wrong in a way that depends on where pieces end', () => {
    const wire = Buffer.from(validResponses['chunks']!.wire.slice(0, -3));
    for (const [how, pieces] of splits(wire)) assert.equal(read(pieces).response.end()?.code, 'ERR_SOCKET_CLOSED', how);
  });
});

describe('one after the other', () => {
  test('every response is read as if it were the first', () => {
    const response = new Http1Response();
    for (const [name, { wire, body = '' }] of Object.entries(validResponses)) {
      // One that is given up in the middle of its head, of a chunk's line and of a chunk leaves nothing behind.
      for (const cut of ['HTTP/1.1 200 OK\r\nx-a', ...['1', '5\r\nab', '1\r\na\r'].map(chunked)]) {
        read([Buffer.from(cut)], response);
        const { body: got, error } = read([Buffer.from(wire, 'latin1')], response);
        assert.deepEqual([got, error], [body, undefined], name);
      }
    }
  });

  test('nothing is read when nobody asked', () => {
    const response = new Http1Response();
    assert.equal(response.push(Buffer.from(validResponses['a length']!.wire)), 0);
    assert.ok(response.isComplete);
  });
});

describe('who leaves', () => {
  const wire = Buffer.from(chunked('2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n'));

  test('in the head is told of no byte', () => {
    const response = new Http1Response();
    let told = '';
    response.begin({ onHead: () => response.leave(), onBytes: bytes => (told += bytes.toString()) });
    response.push(wire);
    assert.equal(told, '');
    assert.equal(response.push(wire), 0);
  });

  test('in the middle is told no more', () => {
    const response = new Http1Response();
    let told = '';
    response.begin({
      onHead: () => {},
      onBytes(bytes) {
        told += bytes.toString();
        response.leave();
      },
    });
    response.push(wire);
    assert.equal(told, 'ab');
    assert.equal(response.isComplete, false);
  });
});

function chunked(body: string): string {
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`;
}
