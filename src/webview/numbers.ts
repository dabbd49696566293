/**
 * Numbers as the person's locale writes them: the page's language, which the host sets to VS Code's own. Money is not here: the host formats
 * it, because only the host knows prices.
 */
const locale = document.documentElement.lang || undefined;
const counts = new Intl.NumberFormat(locale);
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

export const formatCount = (count: number): string => counts.format(count);

/** "1 tool call", "2 tool calls". */
export const formatPlural = (count: number, one: string, many: string): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** "2.1 s", "1 min 12 s"; under a tenth of a second "< 0.1 s". */
export function formatDuration(ms: number): string {
  if (ms < 100) return `< ${tenths.format(0.1)} s`;
  const tenthsOfSecond = Math.round(ms / 100);
  if (tenthsOfSecond < 600) return `${tenths.format(tenthsOfSecond / 10)} s`;
  const seconds = Math.round(ms / 1000);
  return `${formatCount(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

/** "812 B", "213 KB", "1.4 MB", in units of 1,024 as file managers and VS Code count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${counts.format(bytes)} B`;
  if (bytes < 1024 * 1024) return `${counts.format(Math.round(bytes / 1024))} KB`;
  return `${short.format(bytes / 1024 / 1024)} MB`;
}
