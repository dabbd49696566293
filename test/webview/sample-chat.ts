import type { ChatViewState, FailureView } from '../../src/protocol/chat-view-state.ts';
import { facts, model, turn } from './chat-harness.ts';

/** A 32-pixel picture with a colour gradient. */
export const thumbnail =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAHiElEQVR42g3NscpxAQAA0P9xvsVisVgsFoY7UDophjtQkmK4AyUphjtQkmK4AyUphjtQkmLwWL/zAuffn2/GN+ub8837FnyLviXfwLfqy7fhG/q2fbu+fd/Id+Q78Z35xr5L37Xv1jfxPfiefC++qe/d9+n79v3355PxyfrkfPI+BZ+iT8kn8Kn68Gn4hD5tn65P3yfyGflMfGY+sc/SZ+2z9Ul8Dj4nn4tP6nP3efq8fX7BK+OV9cp55b0KXkWvklfgVfXi1fAKvdpeXa++V+Q18pp4zbxir6XX2mvrlXgdvE5eF6/U6+719Hp7/YJHxiPrkfPIexQ8ih4lj8Cj6sGj4RF6tD26Hn2PyGPkMfGYecQeS4+1x9Yj8Th4nDwuHqnH3ePp8fb4BbeMW9Yt55Z3K7gV3UpugVvVjVvDLXRru3Xd+m6R28ht4jZzi92Wbmu3rVvidnA7uV3cUre729Pt7fYL0ow0K81J89KCtCgtSQNpVUrakIbStrQr7Usj6Ug6kc6ksXQpXUu30kR6kJ6kF2kqvUuf0rf0F1wzrlnXnGveteBadC25Bq5VV64N19C17dp17btGriPXievMNXZduq5dt66J68H15HpxTV3vrk/Xt+svOGecs84557xzwbnoXHIOnKvOnBvOoXPbuevcd46cR84T55lz7Lx0XjtvnRPng/PJ+eKcOt+dn85v519wzDhmHXOOeceCY9Gx5Bg4Vh05NhxDx7Zj17HvGDmOHCeOM8fYcem4dtw6Jo4Hx5PjxTF1vDs+Hd+Ov2Cfsc/a5+zz9gX7on3JPrCv2rNv2If2bfuufd8+sh/ZT+xn9rH90n5tv7VP7A/2J/uLfWp/t3/av+1/QZKRZCU5SV5SkBQlJUkgqUpIGpJQ0pZ0JX1JJBlJJpKZJJYsJWvJVpJIDpKT5CJJJXfJU/KW/IJdxi5rl7PL2xXsinYlu8CuaseuYRfate26dn27yG5kN7Gb2cV2S7u13dYusTvYnewudqnd3e5p97b7BZuMTdYmZ5O3KdgUbUo2gU3Vhk3DJrRp23Rt+jaRzchmYjOziW2WNmubrU1ic7A52VxsUpu7zdPmbfMLVhmrrFXOKm9VsCpalawCq6oVq4ZVaNW26lr1rSKrkdXEamYVWy2t1lZbq8TqYHWyulilVnerp9Xb6hcsMhZZi5xF3qJgUbQoWQQWVQsWDYvQom3RtehbRBYji4nFzCK2WFqsLbYWicXB4mRxsUgt7hZPi7fFL4gz4qw4J86LC+KiuCQOxFUxcUMcitvirrgvjsQj8UQ8E8fipXgt3ooT8UF8El/Eqfguforf4l8wz5hnzXPmefOCedG8ZB6YV82ZN8xD87Z517xvHpmPzCfmM/PYfGm+Nt+aJ+YH85P5xTw1v5s/zd/mv2CaMc2a5kzzpgXTomnJNDCtmjJtmIambdOuad80Mh2ZTkxnprHp0nRtujVNTA+mJ9OLaWp6N32avk1/wThjnDXOGeeNC8ZF45JxYFw1ZtwwDo3bxl3jvnFkPDKeGM+MY+Ol8dp4a5wYH4xPxhfj1Phu/DR+G/+CYcYwa5gzzBsWDIuGJcPAsGrIsGEYGrYNu4Z9w8hwZDgxnBnGhkvDteHWMDE8GJ4ML4ap4d3wafg2/AVRRpQV5UR5UUFUFJVEgagqImqIQlFb1BX1RZFoJJqIZqJYtBStRVtRIjqITqKLKBXdRU/RW/QLBhmDrEHOIG9QMCgalAwCg6oBg4ZBaNA26Br0DSKDkcHEYGYQGywN1gZbg8TgYHAyuBikBneDp8Hb4Bf0MnpZvZxeXq+gV9Qr6QV6VT16Db1Qr63X1evrRXojvYneTC/WW+qt9bZ6id5B76R30Uv17npPvbfeL+hkdLI6OZ28TkGnqFPSCXSqOnQaOqFOW6er09eJdEY6E52ZTqyz1FnrbHUSnYPOSeeik+rcdZ46b51f0MpoZbVyWnmtglZRq6QVaFW1aDW0Qq22VlerrxVpjbQmWjOtWGuptdbaaiVaB62T1kUr1bprPbXeWr8gzAizwpwwLywIi8KSMBBWhYQNYShsC7vCvjASjoQT4UwYC5fCtXArTIQH4Ul4EabCu/ApfAt/QTOjmdXMaeY1C5pFzZJmoFnVpNnQDDXbml3NvmakOdKcaM40Y82l5lpzq5loHjRPmhfNVPOu+dR8a/6CekY9q55Tz6sX1IvqJfVAvapOvaEeqrfVu+p99Uh9pD5Rn6nH6kv1tfpWPVE/qJ/UL+qp+l39qf5W/wW1jFpWLaeWVyuoFdVKaoFaVY1aQy1Ua6t11fpqkdpIbaI2U4vVlmprta1aonZQO6ld1FK1u9pT7a32CyoZlaxKTiWvUlApqpRUApWqCpWGSqjSVumq9FUilZHKRGWmEqssVdYqW5VE5aByUrmopCp3lafKW+UXBBlBVpAT5AUFQVFQEgSCqoCgIQgFbUFX0BdEgpFgIpgJYsFSsBZsBYngIDgJLoJUcBc8BW/BLyhnlLPKOeW8ckG5qFxSDpSrypQbyqFyW7mr3FeOlEfKE+WZcqy8VF4rb5UT5YPySfminCrflZ/Kb+X/+zRmTDL1hKQAAAAASUVORK5CYII=';

const answer = `The loop never ends because \`index\` is reset inside it. Here is what happens:

1. \`next()\` reads one record
2. the counter goes back to **zero**, see [MDN on loops](https://developer.mozilla.org/docs/Web/JavaScript/Guide/Loops_and_iteration)

\`\`\`ts
// Count each record once.
export function countRecords(records: readonly Record[], limit = 100): number {
  let index = 0;
  while (index < records.length && index < limit) {
    console.log(\`record \${index}: \${records[index]?.name ?? 'unknown'} with quite a long line\`);
    index += 1;
  }
  return index;
}
\`\`\`

### What to check

| Case | Before | After |
|---|---:|---:|
| empty list | 0 | 0 |
| one record | endless | 1 |

- [x] counter moved out of the loop
- [ ] a test for the empty list

> The old behaviour was never documented.`;

export const authFailure: FailureView = {
  code: 'ERR_AUTH',
  title: 'OpenAI did not accept the API key.',
  detail:
    'Incorrect API key provided: sk-…4f2a. You can find your API key at https://platform.openai.com/account/api-keys.',
  resolutions: [
    'Check that the key was copied whole.',
    'Create a new key if the old one was revoked.',
    'Set it again.',
  ],
  actions: [
    { id: 'set-key', label: 'Set API Key', primary: true },
    { id: 'try-again', label: 'Try Again' },
    { id: 'copy-report', label: 'Copy Details' },
  ],
};

/** One conversation with everything in it that the view can show. */
export const sampleChat: ChatViewState = {
  conversationId: 'sample',
  model,
  key: 'set',
  turns: [
    turn('t1', {
      question: {
        text: 'Why does this loop never end?\nAnd what does the screenshot show?',
        contexts: [{ kind: 'selection', label: 'src/loop.ts:12-30' }],
        images: [
          {
            id: 'i1',
            name: 'screenshot.png',
            mediaType: 'image/png',
            width: 1024,
            height: 768,
            thumbnail,
            tokens: 765,
          },
        ],
      },
      parts: [
        {
          type: 'thinking',
          text: '**Reading the loop**\n\nThe counter seems to be set inside `while`. I should look at the file first.',
          durationMs: 4200,
        },
        {
          type: 'tool',
          id: 'a',
          name: 'read_file',
          summary: 'Read src/loop.ts',
          arguments: '{\n  "path": "src/loop.ts"\n}',
          status: 'done',
          result: 'while (true) {\n  let index = 0;\n}',
          durationMs: 214,
        },
        {
          type: 'tool',
          id: 'b',
          name: 'search_text',
          summary: 'Search for “countRecords” in the whole workspace',
          arguments: '{ "text": "countRecords" }',
          status: 'failed',
          result: 'ripgrep was not found.',
          durationMs: 31,
        },
        { type: 'text', text: answer },
        { type: 'notice', text: 'The rate limit was hit once; the request was sent again after 2 s.' },
      ],
      status: 'done',
      facts: { ...facts, toolCalls: 2, cachedTokens: 1024, costNote: 'Prices of 2026-09-23.' },
    }),
    turn('t2', { question: { text: 'And now?', images: [], contexts: [] }, status: 'failed', failure: authFailure }),
    turn('t3', {
      question: { text: 'Once more, please.', images: [], contexts: [] },
      status: 'running',
      parts: [{ type: 'text', text: 'Moving the counter out of the loop is enough.' }],
      waiting: 'Rate limit hit, trying again in 2 s (1 of 5)',
    }),
  ],
};
