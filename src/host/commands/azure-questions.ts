import * as vscode from 'vscode';
import { priceOf } from '../../cost/cost-of.ts';
import { type AzureEndpoint, parseAzureEndpoint } from '../../llm/azure-openai/azure-endpoint.ts';
import { azureOpenAi } from '../../llm/azure-openai/azure-openai.ts';
import { cloudOf } from '../../llm/azure-openai/clouds.ts';
import { guessModel } from '../../llm/azure-openai/deployments.ts';
import { LlmError } from '../../llm/llm-error.ts';
import { listModels } from '../../llm/model-catalog.ts';
import type { AzureMove } from '../azure-move.ts';
import { dollars } from '../describe-model.ts';
import { inputStep, pickStep, type StepAnswer, type StepItem } from '../quick-steps.ts';
import { checkKey, type SecretKeys } from '../secret-keys.ts';
import { readSettings } from '../settings.ts';

/** As far as they are given. The key is not among them: it is asked for anew. */
export interface MoveAnswers {
  readonly address?: AzureEndpoint;
  /** As it was typed. */
  readonly addressText?: string;
  readonly deployment?: string;
  /** '' is "I do not know". */
  readonly model?: string;
  readonly auth?: 'key' | 'entra';
  readonly entraHost?: string;
}

interface Asked {
  readonly move: AzureMove;
  readonly answers: MoveAnswers;
  /** To be saved for the address's origin; undefined where none was typed. */
  readonly key: string | undefined;
}

const steps = 6;
const title = 'Pennyloom: Migrate to Azure';

type Question = (answers: MoveAnswers) => Promise<StepAnswer<MoveAnswers>> | 'not-needed';

/** Asks one after the other, with a way back to each. Resolves to undefined where the person leaves; nothing is written here. */
export async function askForMove(given: MoveAnswers, keys: SecretKeys, now: number): Promise<Asked | undefined> {
  let key = '';
  const askKey: Question = answers =>
    answers.auth === 'entra' || readSettings().keySource === 'environment'
      ? 'not-needed'
      : keyQuestion(answers, keys, typed => (key = typed));
  const questions: readonly Question[] = [
    readyQuestion,
    addressQuestion,
    deploymentQuestion,
    answers => modelQuestion(answers, now),
    signInQuestion,
    askKey,
  ];
  let answers = given;
  const asked: number[] = [];
  for (let at = 0; at < questions.length;) {
    const question = questions[at]!(answers);
    if (question === 'not-needed') {
      at++;
      continue;
    }
    const answer = await question;
    if (!answer) return undefined;
    if (answer === 'back') at = asked.pop() ?? 0;
    else {
      answers = { ...answers, ...answer.value };
      asked.push(at++);
    }
  }
  return { move: moveOf(answers), answers, key: key || undefined };
}

function moveOf({ address, deployment, model, auth, entraHost }: MoveAnswers): AzureMove {
  return {
    address: address!,
    deployment: deployment!,
    model: model || undefined,
    auth: auth!,
    ...(auth === 'entra' && entraHost && { entraHost }),
  };
}

const open = (url: string) => (): unknown => vscode.env.openExternal(vscode.Uri.parse(url));

async function readyQuestion(): Promise<StepAnswer<MoveAnswers>> {
  const items: StepItem<'ready'>[] = [
    { label: '$(arrow-right) Continue', description: 'I have a resource with a model deployed in it', value: 'ready' },
    {
      label: '$(link-external) Create a Resource',
      description: 'in the Azure portal',
      aside: open('https://portal.azure.com/#create/Microsoft.CognitiveServicesOpenAI'),
    },
    {
      label: '$(link-external) Deploy a Model',
      description: 'in the Foundry portal',
      aside: open('https://ai.azure.com/'),
    },
  ];
  const placeholder = 'Nothing is changed before the last question is answered.';
  const answer = await pickStep({ title, step: 1, steps, placeholder, items });
  return answer && answer !== 'back' ? { value: {} } : answer;
}

async function addressQuestion({ addressText }: MoveAnswers): Promise<StepAnswer<MoveAnswers>> {
  const answer = await inputStep({
    title,
    step: 2,
    steps,
    prompt: "The resource's address, in any form the portals or code samples show it.",
    placeholder: 'https://RESOURCE.openai.azure.com',
    value: addressText ?? savedAddress(),
    check(text) {
      try {
        const { base, style, deployment, apiVersion } = parseAzureEndpoint(text);
        const api = style === 'v1' ? 'the v1 API' : `the API of ${apiVersion}`;
        return { understood: `${api} of ${base}${deployment ? `, deployment ${deployment}` : ''}` };
      } catch (error) {
        if (error instanceof LlmError) return { refused: error.message };
        throw error;
      }
    },
  });
  if (!answer || answer === 'back') return answer;
  const address = parseAzureEndpoint(answer.value);
  return {
    value: { address, addressText: answer.value, ...(address.deployment && { deployment: address.deployment }) },
  };
}

const savedAddress = (): string =>
  vscode.workspace.getConfiguration('pennyloom').get<{ readonly [name: string]: string }>('endpoints', {})[
    'azure-openai'
  ] ?? '';

async function deploymentQuestion({ deployment }: MoveAnswers): Promise<StepAnswer<MoveAnswers>> {
  const answer = await inputStep({
    title,
    step: 3,
    steps,
    prompt: 'The name of the deployment, as "Deployments" lists it. It need not be the name of its model.',
    placeholder: 'team-chat',
    value: deployment ?? '',
    check: text => (text.trim() ? {} : { refused: 'The name of a deployment is required.' }),
  });
  return answer && answer !== 'back' ? { value: { deployment: answer.value.trim() } } : answer;
}

async function modelQuestion({ deployment = '', model }: MoveAnswers, now: number): Promise<StepAnswer<MoveAnswers>> {
  const said = readSettings().azure.deployments[deployment];
  const models = listModels('azure-openai', { at: now, includeShutDown: true });
  const guess = guessModel(
    deployment,
    models.map(({ id }) => id),
  );
  const item = (id: string, why: string): StepItem<string> => ({
    label: id,
    description: [priceText(id, now), why].filter(Boolean).join(' · '),
    value: id,
  });
  const unknown: StepItem<string> = {
    label: 'I do not know',
    description: 'its cost will be shown as unknown',
    value: '',
    alwaysShow: true,
  };
  const first = [
    ...(said ? [item(said, 'as you said before')] : []),
    ...(guess && guess !== said ? [item(guess, 'only a guess, by its name')] : []),
  ];
  const items = [
    ...first,
    unknown,
    { label: 'models', kind: vscode.QuickPickItemKind.Separator },
    ...models.filter(({ id }) => !first.some(({ value }) => value === id)).map(({ id }) => item(id, '')),
  ];
  const placeholder = `Which model is ${deployment}? "Deployments" says so; price and abilities follow.`;
  const answer = await pickStep({ title, step: 4, steps, placeholder, items, active: model ?? said ?? '' });
  return answer && answer !== 'back' ? { value: { model: answer.value } } : answer;
}

function priceText(id: string, now: number): string {
  const base = priceOf('azure-openai', id, now)?.rates.base;
  const { language } = vscode.env;
  return base ? `${dollars(base.input, language)} / ${dollars(base.output, language)} per 1M tokens` : 'price unknown';
}

async function signInQuestion({ address, auth }: MoveAnswers): Promise<StepAnswer<MoveAnswers>> {
  const items: StepItem<'key' | 'entra'>[] = [
    {
      label: '$(key) API Key',
      description: "one of the resource's two keys, kept in VS Code's secret storage",
      value: 'key',
    },
    {
      label: '$(account) Microsoft Entra ID',
      description: 'VS Code\'s Microsoft sign-in; needs the role "Cognitive Services OpenAI User"',
      value: 'entra',
    },
  ];
  for (;;) {
    const answer = await pickStep({ title, step: 5, steps, placeholder: 'How do you sign in?', items, active: auth });
    if (!answer || answer === 'back') return answer;
    const { hostname } = new URL(address!.base);
    if (answer.value === 'key' || cloudOf(hostname)) return { value: { auth: answer.value } };
    if (await trusts(hostname)) return { value: { auth: answer.value, entraHost: hostname } };
  }
}

/** The token opens every resource its owner may use: no host gets it by being typed. */
async function trusts(hostname: string): Promise<boolean> {
  const send = 'Send It There';
  const detail =
    'It is not a host of Azure. The token opens every Azure OpenAI resource you may use, so only a gateway of your own should get it.';
  const message = `Send the token of your Microsoft sign-in to ${hostname}?`;
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, send)) === send;
}

async function keyQuestion(
  { address }: MoveAnswers,
  keys: SecretKeys,
  typed: (key: string) => void,
): Promise<StepAnswer<MoveAnswers>> {
  const { origin, host } = new URL(address!.base);
  const isSaved = (await keys.state('azure-openai', origin)).state === 'set';
  const { keyForm } = azureOpenAi;
  const answer = await inputStep({
    title,
    step: 6,
    steps,
    prompt: `The key is kept in VS Code's secret storage and sent to ${host} only.`,
    placeholder: isSaved ? 'Leave empty to keep the key saved for this host' : keyForm!.example,
    password: true,
    check: text => (isSaved && !text ? {} : checkKey(text, keyForm)),
  });
  if (!answer || answer === 'back') return answer;
  typed(answer.value.trim());
  return { value: {} };
}
