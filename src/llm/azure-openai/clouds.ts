/**
 * The clouds that serve Azure OpenAI, by the ends of their hosts' names, and the audience a Microsoft Entra ID token of each is for.
 * Sources, read 2026-11-28: Microsoft Learn "Azure OpenAI API lifecycle" (openai.azure.com, the public audience), "Azure OpenAI in Azure
 * Government" (openai.azure.us), "Azure Private Endpoint private DNS zone values" (cognitiveservices, openai and services.ai of each cloud);
 * the audiences of the other clouds: FormRecognizerAudience in the Azure SDK for JavaScript. Regional hosts are the older form, which the
 * portal still shows of resources without a name of their own.
 */
export interface AzureCloud {
  /** The scope to ask a token for. */
  readonly scope: string;
  readonly hosts: readonly string[];
  /** The pages of its portals: pasted often, and no endpoints. */
  readonly portals: readonly string[];
}

const clouds: readonly AzureCloud[] = [
  {
    scope: 'https://cognitiveservices.azure.com/.default',
    hosts: ['openai.azure.com', 'cognitiveservices.azure.com', 'services.ai.azure.com', 'api.cognitive.microsoft.com'],
    portals: ['portal.azure.com', 'ai.azure.com', 'oai.azure.com'],
  },
  {
    scope: 'https://cognitiveservices.azure.us/.default',
    hosts: ['openai.azure.us', 'cognitiveservices.azure.us', 'services.ai.azure.us', 'api.cognitive.microsoft.us'],
    portals: ['portal.azure.us', 'ai.azure.us', 'aoai.azure.us'],
  },
  {
    scope: 'https://cognitiveservices.azure.cn/.default',
    hosts: ['openai.azure.cn', 'cognitiveservices.azure.cn', 'services.ai.azure.cn', 'api.cognitive.azure.cn'],
    portals: ['portal.azure.cn', 'ai.azure.cn'],
  },
];

/** Whose host this is; undefined for any that is not a resource's own on Azure: a gateway's, for one. */
export const cloudOf = (hostname: string): AzureCloud | undefined =>
  clouds.find(({ hosts }) => hosts.some(end => hostname.toLowerCase().endsWith(`.${end}`)));

export const isPortal = (hostname: string): boolean =>
  clouds.some(({ portals }) => portals.includes(hostname.toLowerCase()));

/** Of a host that is nobody's on Azure: a gateway in front of a resource of the public cloud. */
export const publicScope = clouds[0]!.scope;
