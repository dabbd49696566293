/** Which model each deployment is, as the person says. */
export type Deployments = { readonly [deployment: string]: string };

/**
 * The model whose facts and prices hold for a deployment: what the person says it is. Of all others nothing is known, whatever they are
 * called: "gpt-4.1" may be a deployment of something else at another price. Then the id returned is one that no model has.
 */
export function modelOfDeployment(deployment: string, deployments: Deployments = {}): string {
  if (!deployment) return '';
  const said = Object.hasOwn(deployments, deployment) ? deployments[deployment]?.trim() : undefined;
  return said ? openAiId(said) : `${deployment} (deployment)`;
}

/** Azure's own spelling of a name that OpenAI writes with a dot (Microsoft Learn, "Azure OpenAI models", read 2026-11-28). */
const openAiId = (model: string): string => model.replace(/^gpt-35-turbo/, 'gpt-3.5-turbo');

/**
 * What a deployment may be, going by its name alone: the one id of `models` that it is. To be shown as a question, never to be priced.
 */
export const guessModel = (deployment: string, models: readonly string[]): string | undefined =>
  models.find(id => id === openAiId(deployment.toLowerCase()));
