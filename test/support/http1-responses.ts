/** One response as a server sends it, and what is to be read of it. All strings are bytes, in latin1. */
export interface ValidResponse {
  readonly wire: string;
  /** Default 200. */
  readonly status?: number;
  readonly headers: Record<string, string>;
  /** Default "". */
  readonly body?: string;
  /** It ends with the connection. */
  readonly untilClose?: true;
  /** Default undefined: the server does not say. */
  readonly keepAliveMs?: number;
  /** What follows and is not the response's: how many bytes. Default 0. */
  readonly surplus?: number;
  /** Why Node's own client is not asked, or reads something else. */
  readonly unlikeNode?: string;
}

export interface InvalidResponse {
  readonly wire: string;
  /** Why Node's own client reads it nevertheless. */
  readonly unlikeNode?: string;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const chunkedHead = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const chunked = { 'transfer-encoding': 'chunked' };
const sized = (fields: string): string => `${ok}Content-Length: 2\r\n${fields}\r\nhi`;
const length2 = { 'content-length': '2' };

export const validResponses: Record<string, ValidResponse> = {
  'a length': { wire: sized(''), headers: length2, body: 'hi' },
  'a length of 0': { wire: `${ok}content-length: 0\r\n\r\n`, headers: { 'content-length': '0' } },
  'a length with zeros before it': {
    wire: `${ok}content-length: 0002\r\n\r\nhi`,
    headers: { 'content-length': '0002' },
    body: 'hi',
  },
  'a body with ends of lines and of heads in it': {
    wire: `${ok}content-length: 11\r\n\r\n\r\n\r\n0\r\n\r\n\n\n`,
    headers: { 'content-length': '11' },
    body: '\r\n\r\n0\r\n\r\n\n\n',
  },
  'bytes after the end': { wire: `${sized('')}HTTP/1.1 200 OK\r\n\r\n`, headers: length2, body: 'hi', surplus: 19 },
  'bytes after a length of 0': {
    wire: `${ok}content-length: 0\r\n\r\n\r\n`,
    headers: { 'content-length': '0' },
    surplus: 2,
  },
  'bytes after the last chunk': { wire: `${chunkedHead}0\r\n\r\n0`, headers: chunked, surplus: 1 },
  chunks: { wire: `${chunkedHead}2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n`, headers: chunked, body: 'abcde' },
  'no chunk but the last': { wire: `${chunkedHead}0\r\n\r\n`, headers: chunked },
  'a last chunk of many zeros': { wire: `${chunkedHead}1\r\na\r\n000\r\n\r\n`, headers: chunked, body: 'a' },
  'a size in upper and lower case': {
    wire: `${chunkedHead}1A\r\n${'x'.repeat(26)}\r\n0b\r\n${'y'.repeat(11)}\r\n0\r\n\r\n`,
    headers: chunked,
    body: 'x'.repeat(26) + 'y'.repeat(11),
  },
  'chunks with extensions': {
    wire: `${chunkedHead}1;a=b\r\nA\r\n1;c="d;e"\r\nB\r\n0;last\r\n\r\n`,
    headers: chunked,
    body: 'AB',
  },
  'blanks after a size': {
    wire: `${chunkedHead}1 \r\nA\r\n1 ;a\r\nB\r\n0\r\n\r\n`,
    headers: chunked,
    body: 'AB',
    unlikeNode: 'some servers write them (RFC 9112 §7.1.1 allows blanks before an extension), Node refuses them',
  },
  'trailers, which nobody is told': {
    wire: `${chunkedHead}1\r\na\r\n0\r\nX-Checksum: 1\r\nY: 2\r\n\r\n`,
    headers: chunked,
    body: 'a',
  },
  'a chunk that holds what looks like chunks': {
    wire: `${chunkedHead}9\r\n0\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    headers: chunked,
    body: '0\r\n\r\n1\r\na',
  },
  'the coding in upper case': {
    wire: `${ok}TRANSFER-ENCODING:CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    headers: { 'transfer-encoding': 'CHUNKED' },
    body: 'a',
  },
  'a body until the connection closes': {
    wire: `${ok}Content-Type: Text/Plain\r\n\r\nall of it`,
    headers: { 'content-type': 'Text/Plain' },
    body: 'all of it',
    untilClose: true,
    keepAliveMs: 0,
  },
  'no header and no body': { wire: `${ok}\r\n`, headers: {}, untilClose: true, keepAliveMs: 0 },
  'no header and a body': { wire: `${ok}\r\nbody`, headers: {}, body: 'body', untilClose: true, keepAliveMs: 0 },
  '204, whatever its length says': {
    wire: 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n',
    status: 204,
    headers: { 'content-length': '5' },
  },
  '304 with the length of what is not sent': {
    wire: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\netag: "a"\r\n\r\n',
    status: 304,
    headers: { 'content-length': '5', etag: '"a"' },
  },
  '100 before the head': { wire: `HTTP/1.1 100 Continue\r\n\r\n${sized('')}`, headers: length2, body: 'hi' },
  '103 with headers before the head': {
    wire: `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\ncontent-length: 9\r\n\r\n${sized('')}`,
    headers: length2,
    body: 'hi',
  },
  'several before the head': {
    wire: `HTTP/1.1 100\r\n\r\nHTTP/1.1 103 Early\r\na: b\r\n\r\nHTTP/1.1 102 Wait\r\n\r\n${sized('')}`,
    headers: length2,
    body: 'hi',
  },
  'HTTP/1.0': {
    wire: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    headers: length2,
    body: 'hi',
    keepAliveMs: 0,
  },
  'HTTP/1.0 that stays': {
    wire: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: Keep-Alive\r\n\r\nhi',
    headers: { ...length2, connection: 'Keep-Alive' },
    body: 'hi',
  },
  'HTTP/1.0 that says both': {
    wire: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, close\r\n\r\nhi',
    headers: { ...length2, connection: 'keep-alive, close' },
    body: 'hi',
    keepAliveMs: 0,
  },
  'a connection that closes': {
    wire: sized('Connection: close\r\n'),
    headers: { ...length2, connection: 'close' },
    body: 'hi',
    keepAliveMs: 0,
  },
  'a connection that closes, in a list and in upper case': {
    wire: sized('CONNECTION:  x-other ,CLOSE \r\n'),
    headers: { ...length2, connection: 'x-other ,CLOSE' },
    body: 'hi',
    keepAliveMs: 0,
  },
  'a connection that closes, in the second of two': {
    wire: sized('Connection: x\r\nConnection: close\r\n'),
    headers: { ...length2, connection: 'x, close' },
    body: 'hi',
    keepAliveMs: 0,
  },
  'how long it is kept': {
    wire: sized('Connection: keep-alive\r\nKeep-Alive: timeout=5, max=100\r\n'),
    headers: { ...length2, connection: 'keep-alive', 'keep-alive': 'timeout=5, max=100' },
    body: 'hi',
    keepAliveMs: 5000,
  },
  'how long it is kept, after something else': {
    wire: sized('keep-alive: max=1,TIMEOUT=60\r\n'),
    headers: { ...length2, 'keep-alive': 'max=1,TIMEOUT=60' },
    body: 'hi',
    keepAliveMs: 60_000,
  },
  'how long it is kept, though it closes': {
    wire: sized('connection: close\r\nkeep-alive: timeout=5\r\n'),
    headers: { ...length2, connection: 'close', 'keep-alive': 'timeout=5' },
    body: 'hi',
    keepAliveMs: 0,
  },
  'how long it is kept, which is no number': {
    wire: sized('keep-alive: timeout=soon, notimeout=7\r\n'),
    headers: { ...length2, 'keep-alive': 'timeout=soon, notimeout=7' },
    body: 'hi',
  },
  'a length twice, equal': {
    wire: `${ok}content-length: 2\r\ncontent-length: 2\r\n\r\nhi`,
    headers: { 'content-length': '2, 2' },
    body: 'hi',
    unlikeNode: 'RFC 9112 §6.3 lets it pass, Node refuses it',
  },
  'a length twice in one, equal': {
    wire: `${ok}content-length: 2 ,2\r\n\r\nhi`,
    headers: { 'content-length': '2 ,2' },
    body: 'hi',
    unlikeNode: 'RFC 9112 §6.3 lets it pass, Node refuses it',
  },
  'names in any case, values as they are': {
    wire: sized('X-ReQuEsT-iD: AbC\r\nx_under: \t Ta\tB \t\r\nempty:\r\n'),
    headers: { ...length2, 'x-request-id': 'AbC', x_under: 'Ta\tB', empty: '' },
    body: 'hi',
  },
  'values beyond ASCII': {
    wire: sized('x-name: J\xfcrgen\r\nx-utf8: voil\xc3\xa0\r\n'),
    headers: { ...length2, 'x-name': 'J\xfcrgen', 'x-utf8': 'voil\xc3\xa0' },
    body: 'hi',
  },
  'headers that come again': {
    wire: sized('x-a: 1\r\nX-B: 2\r\nX-A: 3\r\nx-a:\r\n'),
    headers: { ...length2, 'x-a': '1, 3, ', 'x-b': '2' },
    body: 'hi',
  },
  'names of others in values and in longer names': {
    wire: sized(
      'x-a: content-length: 7\r\nx-content-length: 9\r\ncontent-length-x: 8\r\nx-b: transfer-encoding:gzip\r\n',
    ),
    headers: {
      ...length2,
      'x-a': 'content-length: 7',
      'x-content-length': '9',
      'content-length-x': '8',
      'x-b': 'transfer-encoding:gzip',
    },
    body: 'hi',
  },
  'names that objects have': {
    wire: sized('__proto__: a\r\nconstructor: b\r\ntoString: c\r\n'),
    headers: { ...length2, ['__proto__']: 'a', constructor: 'b', tostring: 'c' },
    body: 'hi',
  },
  'no reason': { wire: 'HTTP/1.1 404\r\nContent-Length: 2\r\n\r\nhi', status: 404, headers: length2, body: 'hi' },
  'an empty reason': {
    wire: 'HTTP/1.1 429 \r\nContent-Length: 2\r\n\r\nhi',
    status: 429,
    headers: length2,
    body: 'hi',
  },
  'a reason beyond ASCII': {
    wire: 'HTTP/1.1 503 Zur\xfcck sp\xe4ter\r\nContent-Length: 2\r\n\r\nhi',
    status: 503,
    headers: length2,
    body: 'hi',
  },
  'a head of 60 KiB': {
    wire: sized(`x-long: ${'v'.repeat(60 * 1024)}\r\n`),
    headers: { ...length2, 'x-long': 'v'.repeat(60 * 1024) },
    body: 'hi',
    unlikeNode: 'Node reads heads up to 16 KiB',
  },
};

export const invalidResponses: Record<string, InvalidResponse> = {
  'an upgrade': {
    wire: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    unlikeNode: 'Node tells it by an event of its own',
  },
  'lengths that differ': { wire: `${ok}content-length: 2\r\ncontent-length: 3\r\n\r\nhi!` },
  'lengths that differ, in one': { wire: `${ok}content-length: 2, 3\r\n\r\nhi!` },
  'a negative length': { wire: `${ok}content-length: -1\r\n\r\n` },
  'a length with a sign': { wire: `${ok}content-length: +2\r\n\r\nhi` },
  'a length that is a word': { wire: `${ok}content-length: two\r\n\r\nhi` },
  'an empty length': { wire: `${ok}content-length:\r\n\r\nhi` },
  'a length beyond what a number holds': { wire: `${ok}content-length: 99999999999999999999\r\n\r\n` },
  'a length and chunks': { wire: `${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n` },
  'a coding that nobody asked for': {
    wire: `${ok}transfer-encoding: gzip\r\n\r\nhi`,
    unlikeNode: 'Node hands the coded bytes out as they are',
  },
  'a coding before chunks': {
    wire: `${ok}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    unlikeNode: 'Node hands the coded bytes out as they are',
  },
  'an alert of TLS': { wire: '\x15\x03\x01\x00\x02\x02\x46' },
  'a greeting of SSH': { wire: 'SSH-2.0-OpenSSH_9.6\r\n' },
  'a page without a head': { wire: '<!DOCTYPE html><html><body>Sign in</body></html>' },
  'a page of lines': { wire: '<html>\r\n\r\n</html>\r\n' },
  'the preface of HTTP/2': { wire: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  'frames of HTTP/2': { wire: '\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80' },
  'HTTP/2 in words': {
    wire: 'HTTP/2 200\r\ncontent-length: 0\r\n\r\n',
  },
  'HTTP/1.2': { wire: 'HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n' },
  'a request': { wire: 'GET / HTTP/1.1\r\nhost: a\r\n\r\n' },
  'a status of two digits': { wire: 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n' },
  'a status of four digits': { wire: 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n' },
  'no status': { wire: 'HTTP/1.1 OK\r\ncontent-length: 0\r\n\r\n' },
  'an end of line before the head': {
    wire: `\r\n${sized('')}`,
    unlikeNode: 'Node skips it',
  },
  'lines that end without CR': { wire: 'HTTP/1.1 200 OK\ncontent-length: 2\n\nhi' },
  'one line that ends without CR': { wire: `${ok}x-a: 1\ncontent-length: 2\r\n\r\nhi` },
  'a status line that ends without CR': { wire: 'HTTP/1.1 200 OK\ncontent-length: 2\r\n\r\nhi' },
  'a CR alone in a value': { wire: sized('x-a: 1\r2\r\n') },
  'a NUL in a value': { wire: sized('x-a: 1\x002\r\n') },
  'a line that another continues': { wire: sized('x-a: 1\r\n 2\r\n') },
  'a length on a line that another continues': { wire: `${ok}content-length:\r\n\t2\r\n\r\nhi` },
  'a first line that continues nothing': { wire: `${ok} x-a: 1\r\ncontent-length: 2\r\n\r\nhi` },
  'a blank before the colon': { wire: `${ok}content-length : 2\r\n\r\nhi` },
  'a name with a blank in it': { wire: sized('x a: 1\r\n') },
  'a name beyond ASCII': { wire: sized('x-\xe4: 1\r\n') },
  'a header without a name': { wire: sized(': 1\r\n') },
  'a header without a colon': { wire: sized('x-a\r\n') },
  'one of them before the head': { wire: `HTTP/1.1 103 Early\r\nlink : </a>\r\n\r\n${sized('')}` },
  'a head larger than 64 KiB': { wire: sized(`x-long: ${'v'.repeat(66 * 1024)}\r\n`) },
  'a head without an end': { wire: `${ok}x-long: ${'v'.repeat(66 * 1024)}` },
  'a chunk without a size': { wire: `${chunkedHead}\r\na\r\n0\r\n\r\n` },
  'a chunk with a negative size': { wire: `${chunkedHead}-1\r\na\r\n0\r\n\r\n` },
  'a chunk whose size is no number': { wire: `${chunkedHead}0x1\r\na\r\n0\r\n\r\n` },
  'a chunk whose size no number holds': { wire: `${chunkedHead}ffffffffffffffffff\r\na\r\n0\r\n\r\n` },
  'a chunk longer than its size': { wire: `${chunkedHead}2\r\nabc\r\n0\r\n\r\n` },
  'a chunk with LF alone after it': { wire: `${chunkedHead}2\r\nab\n0\r\n\r\n` },
  "a chunk's line without CR": { wire: `${chunkedHead}2\nab\r\n0\r\n\r\n` },
  "a chunk's line longer than 64 KiB": { wire: `${chunkedHead}1;${'x'.repeat(66 * 1024)}\r\na\r\n0\r\n\r\n` },
  'a trailer longer than 64 KiB': { wire: `${chunkedHead}0\r\nx: ${'v'.repeat(66 * 1024)}\r\n\r\n` },
};
