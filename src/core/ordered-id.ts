/**
 * A UUID of version 7 (RFC 9562 §5.7, read 2026-11-22): the millisecond first, then chance. Ids made one after another lie side by side
 * in an index, so that a database writes one page for them, not one for each (bench S9).
 * @param now milliseconds since the epoch.
 */
export function orderedId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  // The version and the variant of version 4 stand where those of version 7 belong; only the version differs.
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${crypto.randomUUID().slice(15)}`;
}
