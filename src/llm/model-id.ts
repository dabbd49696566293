/** Ends of a dated snapshot's id: "gpt-4o-2024-11-20" (OpenAI), "claude-haiku-4-5-20251001" (Anthropic). */
const snapshotDate = /-(?:\d{4}-(\d{2})-(\d{2})|20\d{2}(\d{2})(\d{2}))$/;

/**
 * The family of a dated snapshot ("gpt-4o-2024-11-20" → "gpt-4o"), or undefined when the id carries no date. Nothing else is ever
 * cut off: a name that merely starts like a known one ("gpt-4.1-prod") is somebody's own deployment or a model of another price.
 */
export function familyOfSnapshot(id: string): string | undefined {
  const match = snapshotDate.exec(id);
  if (!match || match.index === 0) return undefined;
  const month = Number(match[1] ?? match[3]);
  const day = Number(match[2] ?? match[4]);
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? id.slice(0, match.index) : undefined;
}

/** Looks an id up exactly, then as the dated snapshot of a known family. */
export function lookUpModel<T>(byId: ReadonlyMap<string, T>, id: string): T | undefined {
  const exact = byId.get(id);
  if (exact !== undefined) return exact;
  const family = familyOfSnapshot(id);
  return family === undefined ? undefined : byId.get(family);
}
