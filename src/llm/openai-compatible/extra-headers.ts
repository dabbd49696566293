import { fieldName, fieldValue } from '../http/header-field.ts';
import { refusedLocally } from '../llm-error.ts';

/** Names that would speak for us: who is asking, and how the request travels. In lower case. */
const reserved: ReadonlyMap<string, string> = new Map([
  ...['authorization', 'proxy-authorization', 'api-key', 'x-api-key', 'x-goog-api-key', 'cookie'].map(
    name => [name, 'Keys are kept by "Pennyloom: Set API Key", not in settings.'] as const,
  ),
  ...[
    'host',
    'origin',
    'content-length',
    'content-type',
    'content-encoding',
    'transfer-encoding',
    'accept',
    'accept-encoding',
    'connection',
    'keep-alive',
    'upgrade',
    'expect',
    'te',
    'trailer',
  ].map(name => [name, 'Pennyloom sets it itself.'] as const),
]);

/** What else would be refused when it is sent, too late to say which setting is wrong. @throws LlmError (notSent) for a header that is none, or that is not the person's to set; names it and the setting. */
export function checkedHeaders(headers: { readonly [name: string]: string } = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const why = reserved.get(name.trim().toLowerCase());
      if (why !== undefined) throw refused(`"${name}" cannot be set in "pennyloom.headers". ${why}`);
      if (!fieldName.test(name)) throw refused(`"${name}" in "pennyloom.headers" is not the name of a header.`);
      if (!fieldValue.test(value))
        throw refused(`The value of "${name}" in "pennyloom.headers" holds characters that no header may.`);
      return [name.toLowerCase(), value];
    }),
  );
}

const refused = (message: string) => refusedLocally(message, 'headers');
