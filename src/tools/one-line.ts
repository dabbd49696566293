/**
 * A value the model wrote, for one line that a person reads: shortened, and with everything visible that would break the line
 * or show it in another order than it is (control characters, bidi overrides, zero-width characters).
 * @param maxLength in characters; what is cut shows as "…".
 */
export function oneLine(value: unknown, maxLength = 80): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  // Cut first: the model may have written a megabyte.
  const characters = Array.from(text.slice(0, maxLength * 2 + 2));
  const short = characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : text;
  return short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, character => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
