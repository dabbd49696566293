/**
 * Most of a stream is one chunk repeated with another word in it: same id, same model, same everything but `delta.content`. Once one such
 * chunk has been parsed as JSON, the next is recognised by comparing the text before and after the word, which is several
 * times cheaper than parsing it (bench S1).
 *
 * Exact, not a guess: equal text around a string that itself is one complete JSON string can only parse to the same value with
 * another word. Anything that differs in any other byte is parsed in full.
 */
export class TextChunkTemplate {
  #before = '';
  #after = '';

  /** The word of `data`, if it is the learned chunk with another word in it. */
  match(data: string): string | undefined {
    const { length } = this.#before;
    if (length === 0 || !data.startsWith(this.#before) || !data.endsWith(this.#after)) return undefined;
    const end = data.length - this.#after.length;
    if (end < length) return undefined;
    return stringBody(data.slice(length, end));
  }

  /** Learns from a chunk known to hold nothing but `text` as its only content. */
  learn(data: string, text: string): void {
    // In JSON text a quote inside a string is always escaped, so this run of characters can only be the keys themselves.
    const at = data.indexOf(marker);
    if (at === -1 || data.includes('"content"', at + marker.length)) return;
    const start = at + marker.length;
    const end = closingQuote(data, start);
    if (end === -1 || stringBody(data.slice(start, end)) !== text) return;
    this.#before = data.slice(0, start);
    this.#after = data.slice(end);
  }
}

const marker = '"delta":{"content":"';

/** The value of a JSON string given without its quotes, or undefined where it is not exactly one. */
function stringBody(body: string): string | undefined {
  if (!/["\\\u0000-\u001f]/.test(body)) return body;
  if (!body.includes('\\')) return undefined;
  try {
    const value: unknown = JSON.parse(`"${body}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function closingQuote(data: string, from: number): number {
  for (let at = from; at < data.length; at++) {
    const char = data.charCodeAt(at);
    if (char === 92) at++;
    else if (char === 34) return at;
  }
  return -1;
}
