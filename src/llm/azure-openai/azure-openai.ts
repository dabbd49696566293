import { requiredKey } from '../http/api-key.ts';
import type { Wire } from '../http/wire.ts';
import { refusedLocally } from '../llm-error.ts';
import { findModel } from '../model-catalog.ts';
import { openAiFraming } from '../openai/framing.ts';
import { listModels } from '../openai/list-models.ts';
import { OpenAiWire } from '../openai/openai-wire.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { Vendor } from '../vendor.ts';
import { adaptTo, factsAt, tokenLimitFieldAt } from './api-versions.ts';
import {
  type AzureEndpoint,
  azureModelsUrl,
  azureUrl,
  formatAzureEndpoint,
  parseAzureEndpoint,
} from './azure-endpoint.ts';
import { cloudOf, publicScope } from './clouds.ts';
import { modelOfDeployment } from './deployments.ts';
import { azureFailure, azureRemedies } from './failures.ts';

const label = 'Azure OpenAI';

/** Pages read 2026-11-28. */
export const azureOpenAi: Vendor = {
  label,
  key: 'required',
  framing: openAiFraming,
  telemetryName: 'azure.ai.openai',
  keyForm: {
    example: '0123456789abcdef…',
    pattern: /^[A-Za-z0-9]{32,100}$/,
    words: 'Azure keys are 32 or 84 letters and digits.',
  },
  environment: { key: 'AZURE_OPENAI_API_KEY', endpoint: 'AZURE_OPENAI_ENDPOINT' },
  pages: {
    keys: 'https://portal.azure.com/',
    status: 'https://azure.status.microsoft/',
    limits: 'https://learn.microsoft.com/azure/ai-foundry/openai/quotas-limits',
  },
  keySteps: [
    'Visit portal.azure.com and open your Azure OpenAI or Foundry resource.',
    'Open "Keys and Endpoint".',
    'Copy one of the two keys, and the endpoint beside them.',
    'Run "Migrate to Azure…", which takes both; or set the key here.',
  ],
  modelBehind: modelOfDeployment,
  remedies: azureRemedies,
  readEndpoint(text) {
    const endpoint = parseAzureEndpoint(text);
    return { endpoint: formatAzureEndpoint(endpoint), ...(endpoint.deployment && { model: endpoint.deployment }) };
  },
  listModels: config =>
    listModels(config, { label, authorize: () => authorize(config), failure: azureFailure }, () =>
      azureModelsUrl(endpointOf(config)),
    ),
  connect,
};

function connect(config: ProviderConfig): Wire {
  const at = readable(config);
  const deployment = config.deployment || config.model || at?.deployment || '';
  const model = modelOfDeployment(deployment, config.deployments);
  const apiVersion = at?.apiVersion;
  return new OpenAiWire(config, {
    label,
    model,
    sentModel: deployment,
    facts: factsAt(apiVersion, findModel('azure-openai', model)),
    tokenLimitField: tokenLimitFieldAt(apiVersion),
    ...(apiVersion && {
      onlyChat: true,
      responsesAre: 'The v1 API has Responses: clear "pennyloom.azure.apiVersion", and the date in the endpoint.',
      adapt: body => adaptTo(apiVersion, body),
    }),
    url(api) {
      if (!deployment)
        throw refusedLocally('Azure OpenAI needs the name of a deployment. Choose a model to give it.', 'model');
      return azureUrl(endpointOf(config), deployment, api);
    },
    authorize: () => authorize(config),
    failure: azureFailure,
  });
}

const endpointOf = ({ endpoint = '', apiVersion }: ProviderConfig): AzureEndpoint =>
  parseAzureEndpoint(endpoint, apiVersion);

/** What is wrong with an address is said when something is to be sent there. */
function readable(config: ProviderConfig): AzureEndpoint | undefined {
  try {
    return endpointOf(config);
  } catch {
    return undefined;
  }
}

/**
 * Key or token (Microsoft Learn, "Azure OpenAI REST API reference", Authentication, read 2026-11-28). The token opens every resource its
 * owner may use, so it goes to Azure's own hosts and to those the person named, and to nobody else.
 */
async function authorize(config: ProviderConfig): Promise<{ headers: Record<string, string>; secrets: string[] }> {
  const { auth, apiKey, entraToken, entraHosts = [] } = config;
  const { hostname } = new URL(endpointOf(config).base);
  if (auth !== 'entra') {
    const key = await requiredKey(label, apiKey);
    return { headers: { 'api-key': key }, secrets: [key] };
  }
  const cloud = cloudOf(hostname);
  if (!cloud && !entraHosts.includes(hostname))
    throw refusedLocally(
      `${hostname} is not a host of Azure, so the Microsoft sign-in is not sent there. If it is a gateway you trust, add it to "pennyloom.azure.entraHosts".`,
      'endpoint',
    );
  const token = await requiredKey(label, async () => entraToken?.(cloud?.scope ?? publicScope));
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
}
