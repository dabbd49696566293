/**
 * Counts a text that changes a little at a time: only what changed is counted anew. A cut after "\n" and before a character that is
 * neither white space nor "/" always falls between two tokens: the splitting pattern of o200k_base ends a piece at a line end unless
 * white space follows it, or "/" after punctuation.
 */
export class DraftCounter {
  #count: (text: string) => number;
  #sections: readonly Section[] = [];

  constructor(count: (text: string) => number) {
    this.#count = count;
  }

  count(text: string): number {
    const old = this.#sections;
    const sections: Section[] = [];
    // Sections that are as they were at the beginning, and at the end.
    let from = 0;
    let head = 0;
    while (
      head < old.length &&
      text.startsWith(old[head]!.text, from) &&
      endsSection(text, from + old[head]!.text.length)
    ) {
      from += old[head]!.text.length;
      sections.push(old[head]!);
      head++;
    }
    let to = text.length;
    let tail = old.length;
    while (tail > head) {
      const { text: last } = old[tail - 1]!;
      const start = to - last.length;
      if (start < from || !text.startsWith(last, start) || !endsSection(text, start)) break;
      to = start;
      tail--;
    }
    for (const section of split(text.slice(from, to))) sections.push({ text: section, tokens: this.#count(section) });
    for (let at = tail; at < old.length; at++) sections.push(old[at]!);
    this.#sections = sections;
    return sections.reduce((sum, { tokens }) => sum + tokens, 0);
  }
}

interface Section {
  readonly text: string;
  readonly tokens: number;
}

/** Whether a section may end here: at either end of the text, or between two that are cut apart. */
function endsSection(text: string, at: number): boolean {
  if (at === 0 || at >= text.length) return true;
  return text.charCodeAt(at - 1) === 10 && /[^\s/]/.test(text[at]!);
}

/** Short enough to be counted between two keystrokes, long enough to be few. */
const sectionLength = 128;

function* split(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('\n', sectionLength); end !== -1; end = text.indexOf('\n', end + 1)) {
    if (end + 1 - start < sectionLength || !endsSection(text, end + 1) || end + 1 === text.length) continue;
    yield text.slice(start, end + 1);
    start = end + 1;
  }
  if (start < text.length) yield text.slice(start);
}
