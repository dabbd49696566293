/**
 * Takes secrets out of text that a person may see or share: error messages, log lines, reports. What is left of a key is what
 * the vendor itself shows of it ("sk-proj-****").
 *
 * Covers keys by shape (OpenAI, Anthropic and the many hosts that imitate `sk-`; Bearer values; JSON Web Tokens; api-key headers and query
 * parameters; user:password in URLs) and, exactly, every secret passed in, however it looks: a company's gateway may hand out keys
 * of any shape, and servers echo them back in error bodies.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    // Shorter "secrets" would blank out ordinary words; no vendor issues keys this short.
    if (secret.length >= 6)
      clean = clean.replaceAll(secret, '****').replaceAll(encodeURIComponent(secret.toWellFormed()), '****');
  }
  return (
    clean
      .replace(
        /\bsk-(proj-|ant-|or-|svcacct-|admin-)?[A-Za-z0-9*_-]{6,}/g,
        (_match, kind: string | undefined) => `sk-${kind ?? ''}****`,
      )
      // Tokens of sign-ins (JSON Web Tokens), which begin with an encoded '{"'.
      .replace(/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, '****')
      .replace(/\b(Bearer\s+)[A-Za-z0-9._~+/*=-]{6,}/gi, '$1****')
      .replace(/(["']?(?:x-)?api[-_]?key["']?\s*[:=]\s*["']?)[^\s"'&,;}]{6,}/gi, '$1****')
      // Bounded, because text like "a-a-a-…" would otherwise be scanned to its end from every letter.
      .replace(/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]{1,500}:[^\s/@]{1,2000}@/gi, '$1****@')
  );
}
