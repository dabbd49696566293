import { parseEndpoint } from '../endpoint.ts';
import { refusedLocally } from '../llm-error.ts';
import type { Api } from '../openai/route.ts';
import { cloudOf, isPortal } from './clouds.ts';

/** The last dated API that is no preview (Microsoft Learn, "API version lifecycle", read 2026-11-28). */
export const lastDatedVersion = '2024-10-21';

/** Where a resource is asked, however its address was written. */
export interface AzureEndpoint {
  /** The resource's root, without "/" at its end: "https://RESOURCE.openai.azure.com"; behind a gateway with the gateway's own path. */
  readonly base: string;
  readonly style: 'v1' | 'classic';
  /** As the address names it. */
  readonly deployment?: string;
  /** "2024-10-21"; there where the style is classic. */
  readonly apiVersion?: string;
}

const example = 'https://RESOURCE.openai.azure.com';

/**
 * What somebody copied out of a portal or a code sample: the resource's root, its v1 address, a deployment's full target URI, a Foundry
 * project's address, each with whatever clung to it. A dated `api-version` asks for the classic API, as far as that has what is asked for:
 * a deployment and Chat Completions. All else is v1, which every resource speaks since August 2025.
 *
 * @param version a date that was set elsewhere; it stands above the address.
 * @throws LlmError ERR_REFUSED_LOCALLY where it is no URL, a portal's page, or neither https nor this machine.
 */
export function parseAzureEndpoint(text: string, version = ''): AzureEndpoint {
  const found = urlIn(text);
  const { hostname, origin, searchParams } = parseEndpoint(found);
  if (isPortal(hostname))
    throw refusedLocally(
      `${hostname} is a page of the portal. Copy the endpoint of the resource itself, such as ${example}.`,
      'endpoint',
    );
  const path = new URL(found).pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  const onAzure = cloudOf(hostname) !== undefined;
  const deployment = deploymentIn(path);
  const named = isDatelessPath(path) ? undefined : datedVersion(searchParams.get('api-version'));
  // Who gives a gateway's deployment by its path has the classic API there, and perhaps no other.
  const isPathAlone = deployment !== undefined && !searchParams.has('api-version');
  const apiVersion = datedVersion(version) ?? named ?? (isPathAlone && !onAzure ? lastDatedVersion : undefined);
  return {
    base: origin + (onAzure ? '' : gatewayPath(path)),
    style: apiVersion ? 'classic' : 'v1',
    ...(deployment && { deployment }),
    ...(apiVersion && { apiVersion }),
  };
}

/** The address by which settings keep it. Reading it gives the same endpoint, but for a v1 deployment, which v1 addresses do not name. */
export function formatAzureEndpoint({ base, style, deployment, apiVersion }: AzureEndpoint): string {
  if (style === 'v1') return `${base}/openai/v1`;
  const path = deployment ? `/openai/deployments/${encodeURIComponent(deployment)}` : '/openai';
  return `${base}${path}?api-version=${apiVersion}`;
}

/** Where a request goes. @throws LlmError for Responses of the classic API, which we speak on v1 only. */
export function azureUrl({ base, style, apiVersion }: AzureEndpoint, deployment: string, api: Api): URL {
  if (style === 'v1') return new URL(`${base}/openai/v1/${api === 'chat' ? 'chat/completions' : 'responses'}`);
  if (api === 'responses') throw refusedLocally('Responses are asked for over the v1 API of Azure only.', 'api');
  const url = new URL(`${base}/openai/deployments/${encodeURIComponent(deployment)}/chat/completions`);
  url.searchParams.set('api-version', apiVersion!);
  return url;
}

/**
 * Where the resource lists the models that could be deployed in it; what is deployed, only the portal lists (Microsoft Learn, "Models -
 * List", read 2026-11-28).
 */
export function azureModelsUrl({ base, style, apiVersion }: AzureEndpoint): URL {
  if (style === 'v1') return new URL(`${base}/openai/v1/models`);
  const url = new URL(`${base}/openai/models`);
  url.searchParams.set('api-version', apiVersion!);
  return url;
}

/** The first URL in a text, without the quotes, brackets and full stops around it; a bare host of Azure's gets its scheme. */
function urlIn(text: string): string {
  const found = /https?:\/\/[^\s"'`<>]+/i.exec(text)?.[0] ?? text.trim().replace(/^["'`<]+|["'`>]+$/g, '');
  const clean = found.replace(/[.,;:)\]}\\]+$/, '');
  const host = /^[\w.-]+/.exec(clean)?.[0] ?? '';
  return !clean.includes('://') && cloudOf(host) ? `https://${clean}` : clean;
}

/** A date of the classic API, with or without "-preview"; "v1", "preview" and "latest" are names of v1. */
function datedVersion(version: string | null): string | undefined {
  return version?.trim().match(/^\d{4}-\d{2}-\d{2}(-preview)?$/)?.[0];
}

function deploymentIn(path: string): string | undefined {
  const name = /\/deployments\/([^/]+)/.exec(path)?.[1];
  try {
    return name && decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * Addresses whose date, if they have one, says nothing about Chat Completions: v1's own; those of Responses, which have dates as previews
 * only and are on v1 for good; the model inference API's and the projects' of Foundry, which keep a calendar of their own.
 */
const isDatelessPath = (path: string): boolean => /\/v1(\/|$)|\/responses$|^\/(models|api)(\/|$)/.test(path);

/** What a gateway has before the API's own path. */
const gatewayPath = (path: string): string =>
  path.replace(/\/(openai|deployments|v1|chat|responses|models)(\/.*)?$/, '');
