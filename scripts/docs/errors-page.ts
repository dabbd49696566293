import { explainFailure } from '../../src/host/explain-failure.ts';
import { type FailureCode, failureCodes } from '../../src/llm/llm-error.ts';
import { retriedCodes } from '../../src/llm/resilient-provider.ts';

const ownSentence = '‹what exactly›';

/** docs/errors.md: every failure in the words that the chat and the notifications show, from the same place. */
export function errorsPage(): string {
  const codes = Object.keys(failureCodes) as FailureCode[];
  return `# Errors

What can go wrong with a request, what Pennyloom says about it, and what mends it, shown here for OpenAI. Classified once, where the
answer arrives, by status, code and type, never by the wording of a message. Nothing is tried again once a word of the answer was shown.

*This page is made from the code by \`npm run docs\`; a test fails while it is out of date.*

${codes.map(section).join('\n')}`;
}

function section(code: FailureCode): string {
  const { title, resolutions, actions } = explainFailure({
    code,
    message: ownSentence,
    retryable: true,
    provider: 'openai',
  });
  const buttons = actions.map(({ label }) => label).join(' · ');
  return `## ${code}

${title}

| gRPC status | Tried again by itself | Buttons |
|---|---|---|
| ${failureCodes[code]} | ${retriedCodes.has(code) ? 'yes, unless the server says not to' : 'no'} | ${buttons} |

${resolutions.map((step, at) => `${at + 1}. ${step}`).join('\n')}
`;
}
