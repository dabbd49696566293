import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type AzureEndpoint,
  azureUrl,
  formatAzureEndpoint,
  parseAzureEndpoint,
} from '../../../src/llm/azure-openai/azure-endpoint.ts';
import { cloudOf } from '../../../src/llm/azure-openai/clouds.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';

const root = 'https://contoso.openai.azure.com';
const v1 = (base: string, deployment?: string): AzureEndpoint => ({
  base,
  style: 'v1',
  ...(deployment && { deployment }),
});
const classic = (base: string, apiVersion: string, deployment?: string): AzureEndpoint => ({
  base,
  style: 'classic',
  apiVersion,
  ...(deployment && { deployment }),
});

/** As the portals show and people paste them. */
const pasted: readonly [text: string, endpoint: AzureEndpoint][] = [
  // The resource: "Keys and Endpoint" of the Azure portal.
  [root, v1(root)],
  [`${root}/`, v1(root)],
  [`${root}//`, v1(root)],
  [`${root}/openai`, v1(root)],
  [`${root}/openai/`, v1(root)],
  ['https://Contoso.OpenAI.Azure.com/', v1(root)],
  ['https://contoso.openai.azure.com:443/', v1(root)],
  [`${root}/?api-version=2024-10-21`, classic(root, '2024-10-21')],
  ['contoso.openai.azure.com', v1(root)],
  ['contoso.openai.azure.com/openai/v1/', v1(root)],
  // The v1 API, as code samples have it.
  [`${root}/openai/v1`, v1(root)],
  [`${root}/openai/v1/`, v1(root)],
  [`${root}/openai/v1/chat/completions`, v1(root)],
  [`${root}/openai/v1/responses`, v1(root)],
  [`${root}/openai/v1/models`, v1(root)],
  [`${root}/openai/v1/chat/completions?api-version=preview`, v1(root)],
  [`${root}/openai/v1/responses?api-version=preview`, v1(root)],
  [`${root}/openai/v1/?api-version=latest`, v1(root)],
  [`${root}/openai/v1/chat/completions?api-version=2024-10-21`, v1(root)],
  [`${root}/openai/v1/#overview`, v1(root)],
  // A deployment's target URI.
  [
    `${root}/openai/deployments/team-chat/chat/completions?api-version=2025-01-01-preview`,
    classic(root, '2025-01-01-preview', 'team-chat'),
  ],
  [
    `${root}/openai/deployments/gpt-4.1_prod/chat/completions?api-version=2024-10-21&foo=bar`,
    classic(root, '2024-10-21', 'gpt-4.1_prod'),
  ],
  [
    `${root}/openai/deployments/team%20chat/completions?api-version=2024-10-21`,
    classic(root, '2024-10-21', 'team chat'),
  ],
  [`${root}/openai/deployments/team-chat?api-version=2024-10-21`, classic(root, '2024-10-21', 'team-chat')],
  [`${root}/openai/deployments/team-chat/embeddings?api-version=2024-10-21`, classic(root, '2024-10-21', 'team-chat')],
  [`${root}/openai/deployments/team-chat/chat/completions?api-version=preview`, v1(root, 'team-chat')],
  [`${root}/openai/deployments/team-chat/chat/completions`, v1(root, 'team-chat')],
  [`${root}/openai/deployments/team-chat/`, v1(root, 'team-chat')],
  // Responses have dates as previews only; what is meant is there on v1.
  [`${root}/openai/responses?api-version=2025-04-01-preview`, v1(root)],
  // Foundry.
  ['https://contoso.cognitiveservices.azure.com/', v1('https://contoso.cognitiveservices.azure.com')],
  [
    'https://contoso.cognitiveservices.azure.com/openai/deployments/o1-mini/chat/completions?api-version=2025-01-01-preview',
    classic('https://contoso.cognitiveservices.azure.com', '2025-01-01-preview', 'o1-mini'),
  ],
  [
    'https://contoso.cognitiveservices.azure.com/openai/responses?api-version=2025-04-01-preview',
    v1('https://contoso.cognitiveservices.azure.com'),
  ],
  ['https://contoso.services.ai.azure.com/', v1('https://contoso.services.ai.azure.com')],
  ['https://contoso.services.ai.azure.com/models', v1('https://contoso.services.ai.azure.com')],
  [
    'https://contoso.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview',
    v1('https://contoso.services.ai.azure.com'),
  ],
  ['https://contoso.services.ai.azure.com/api/projects/first', v1('https://contoso.services.ai.azure.com')],
  ['https://contoso.services.ai.azure.com/api/projects/first/openai/v1/', v1('https://contoso.services.ai.azure.com')],
  [
    'https://contoso.services.ai.azure.com/api/projects/first?api-version=2025-05-01',
    v1('https://contoso.services.ai.azure.com'),
  ],
  ['https://contoso.services.ai.azure.com/openai/v1/', v1('https://contoso.services.ai.azure.com')],
  // Regions and other clouds.
  ['https://westeurope.api.cognitive.microsoft.com/', v1('https://westeurope.api.cognitive.microsoft.com')],
  ['https://agency.openai.azure.us/', v1('https://agency.openai.azure.us')],
  [
    'https://agency.openai.azure.us/openai/deployments/d/chat/completions?api-version=2024-10-21',
    classic('https://agency.openai.azure.us', '2024-10-21', 'd'),
  ],
  ['https://agency.services.ai.azure.us/api/projects/p', v1('https://agency.services.ai.azure.us')],
  ['https://gongsi.openai.azure.cn', v1('https://gongsi.openai.azure.cn')],
  ['https://gongsi.cognitiveservices.azure.cn/openai/v1', v1('https://gongsi.cognitiveservices.azure.cn')],
  // What clings to it.
  [`  ${root}/\n`, v1(root)],
  [`"${root}/"`, v1(root)],
  [`'${root}/',`, v1(root)],
  [`<${root}/>`, v1(root)],
  [`\`${root}/openai/v1/\``, v1(root)],
  [`${root}/.`, v1(root)],
  [`(${root}/openai/v1/)`, v1(root)],
  [`Endpoint: ${root}/ (Sweden Central)`, v1(root)],
  [`azure_endpoint="${root}/",`, v1(root)],
  [`base_url = "${root}/openai/v1/", api_key=…`, v1(root)],
  [
    `curl -X POST "${root}/openai/deployments/d/chat/completions?api-version=2024-10-21" \\`,
    classic(root, '2024-10-21', 'd'),
  ],
  [`AZURE_OPENAI_ENDPOINT=${root}/`, v1(root)],
  // Gateways keep their own path; a deployment in it is the classic API.
  ['https://gateway.example.com', v1('https://gateway.example.com')],
  ['https://gateway.example.com/openai/v1/', v1('https://gateway.example.com')],
  ['https://contoso.azure-api.net/team/openai', v1('https://contoso.azure-api.net/team')],
  ['https://contoso.azure-api.net/team/', v1('https://contoso.azure-api.net/team')],
  [
    'https://contoso.azure-api.net/team/openai/deployments/d/chat/completions',
    classic('https://contoso.azure-api.net/team', '2024-10-21', 'd'),
  ],
  [
    'https://contoso.azure-api.net/openai/deployments/d/chat/completions?api-version=2024-06-01',
    classic('https://contoso.azure-api.net', '2024-06-01', 'd'),
  ],
  [
    'https://contoso.azure-api.net/openai/deployments/d/chat/completions?api-version=preview',
    v1('https://contoso.azure-api.net', 'd'),
  ],
  // This machine.
  ['http://127.0.0.1:8080', v1('http://127.0.0.1:8080')],
  ['http://localhost:8080/openai/v1/', v1('http://localhost:8080')],
];

describe('an address out of the portal', () => {
  for (const [text, endpoint] of pasted)
    test(`${JSON.stringify(text)} is ${endpoint.style} of ${endpoint.base}`, () => {
      assert.deepEqual(parseAzureEndpoint(text), endpoint);
      // What settings keep of it is understood the same; only a v1 address has no place for a deployment.
      const { deployment: _, ...known } = endpoint;
      const again = parseAzureEndpoint(formatAzureEndpoint(endpoint));
      assert.deepEqual(again, endpoint.style === 'v1' ? known : endpoint);
    });

  test('a date that was set stands above the address, and a name of v1 is no date', () => {
    assert.deepEqual(parseAzureEndpoint(`${root}/openai/v1`, '2024-10-21'), classic(root, '2024-10-21'));
    for (const version of ['', ' ', 'v1', 'preview', 'latest', '2024', '20241021'])
      assert.deepEqual(parseAzureEndpoint(root, version), v1(root), version);
  });

  const refused: readonly [text: string, why: RegExp][] = [
    ['', /not a URL/],
    ['   ', /not a URL/],
    ['contoso', /not a URL/],
    ['contoso.example.com', /not a URL/],
    ['http://contoso.openai.azure.com', /is not https/],
    ['http://192.168.1.4/openai/v1', /is not https/],
    ['ftp://contoso.openai.azure.com', /is not https/],
    ['https://me:hunter22@contoso.openai.azure.com', /user name or password/],
    ['https://portal.azure.com/#@contoso.com/resource/subscriptions/1', /page of the portal/],
    ['https://ai.azure.com/build/overview?wsid=/subscriptions/1', /page of the portal/],
    ['https://ai.azure.us/', /page of the portal/],
  ];
  for (const [text, why] of refused)
    test(`${JSON.stringify(text)} is refused`, () =>
      assert.throws(
        () => parseAzureEndpoint(text),
        (error: unknown) =>
          error instanceof LlmError &&
          error.facts.notSent === true &&
          why.test(error.message) &&
          !/hunter22/.test(error.message),
      ));
});

test('whatever the resource, the deployment and the form of the address: the same place is asked', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}[a-z0-9]$/);
  const deployment = fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,30}[A-Za-z0-9]$/);
  const host = fc.constantFrom(
    'openai.azure.com',
    'cognitiveservices.azure.com',
    'services.ai.azure.com',
    'openai.azure.us',
  );
  const date = fc
    .date({ min: new Date('2024-02-01'), max: new Date('2026-11-28'), noInvalidDate: true })
    .map(at => at.toISOString().slice(0, 10));
  const around = fc.constantFrom(['', ''], ['"', '",'], ['  ', '\n'], ['<', '>'], ['endpoint: ', ' (Europe)']);
  const slashes = fc.constantFrom('', '/', '//');
  fc.assert(
    fc.property(name, deployment, host, date, around, slashes, (resource, given, end, day, [before, behind], slash) => {
      const base = `https://${resource}.${end}`;
      const target = `${base}/openai/deployments/${given}/chat/completions?api-version=${day}`;
      const read = parseAzureEndpoint(`${before}${target}${behind}`);
      assert.deepEqual(read, classic(base, day, given));
      assert.equal(azureUrl(read, given, 'chat').href, target);
      for (const path of ['', '/openai', '/openai/v1', '/openai/v1/responses', '/api/projects/p']) {
        const there = parseAzureEndpoint(`${before}${base}${path}${slash}${behind}`);
        assert.equal(azureUrl(there, given, 'responses').href, `${base}/openai/v1/responses`);
        assert.equal(azureUrl(there, given, 'chat').href, `${base}/openai/v1/chat/completions`);
      }
    }),
  );
});

test('only the ends of host names count, with the dot before them', () => {
  for (const host of ['contoso.openai.azure.com', 'CONTOSO.OPENAI.AZURE.COM', 'a.b.services.ai.azure.com'])
    assert.ok(cloudOf(host), host);
  for (const host of [
    'openai.azure.com.example.com',
    'evilopenai.azure.com',
    'openai.azure.com',
    'contoso.openai.azure.com.',
    'azure.com',
    '127.0.0.1',
  ])
    assert.equal(cloudOf(host), undefined, host);
});

test('Responses are not asked for over the dated API', () => {
  assert.throws(() => azureUrl(classic(root, '2024-10-21'), 'd', 'responses'), /v1 API/);
});
