import { askForModels } from '../http/ask-for-models.ts';
import type { ModelAmendment } from '../model-catalog.ts';
import type { ProviderConfig } from '../provider-config.ts';
import { failureFromAnswer } from './failures.ts';
import { listedModel } from './listed-model.ts';
import type { OpenAiDialect } from './openai-wire.ts';

/** The list of a host that speaks OpenAI's wire, asked for as its model calls are. @param url of the list. @throws LlmError */
export async function listModels(
  config: ProviderConfig,
  { label, authorize, failure = failureFromAnswer }: Pick<OpenAiDialect, 'label' | 'authorize' | 'failure'>,
  url: () => URL,
): Promise<readonly ModelAmendment[]> {
  const { headers, secrets } = await authorize();
  return askForModels(config, { label, url: url(), headers, secrets, failure }, listedModel);
}
