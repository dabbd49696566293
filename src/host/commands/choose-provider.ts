import * as vscode from 'vscode';
import type { Dispatcher } from '../../llm/http/http-call.ts';
import { LlmError } from '../../llm/llm-error.ts';
import { originOf, parseEndpoint } from '../../llm/endpoint.ts';
import { type ProviderName, vendorAt, vendorOf } from '../../llm/vendors.ts';
import { askForKey } from '../ask-for-key.ts';
import { describeChoice, isLocal, needsKey, type ProviderChoice, providerChoices } from '../provider-choices.ts';
import { signsIn } from '../key-for.ts';
import type { SecretKeys } from '../secret-keys.ts';
import { configuredEndpoint, endpointSetting, readSettings } from '../settings.ts';
import { setModel } from './choose-model.ts';

export interface ChooseProviderParts {
  readonly keys: SecretKeys;
  readonly dispatcher: Dispatcher;
  /** Which model was last asked at each place. */
  readonly memory: vscode.Memento;
  readonly chooseModel: () => Promise<unknown>;
}

type ProviderItem = vscode.QuickPickItem & { readonly choice?: ProviderChoice };

/**
 * Provider, endpoint and key in one go, then the model. Whoever leaves on the way leaves everything as it was. The conversation goes on
 * with whoever was chosen.
 */
export async function chooseProvider(parts: ChooseProviderParts): Promise<void> {
  const choice = await pickProvider(parts);
  if (choice) await setUpProvider(choice, parts);
}

/** Asks for what is not known yet of a provider: address, key, model. */
export async function setUpProvider(
  { provider, endpoint: known }: Pick<ProviderChoice, 'provider' | 'endpoint'>,
  parts: ChooseProviderParts,
): Promise<void> {
  const endpoint = known || (await askForEndpoint(provider));
  if (!endpoint) return;
  if (!(await mayGetHeaders(provider, endpoint))) return;
  const key = await keyToSave(provider, endpoint, parts.keys);
  if (key === undefined) return;
  if (key) await parts.keys.set(provider, parseEndpoint(endpoint).origin, key);
  await setProvider(provider, endpoint, parts.memory);
  await parts.chooseModel();
}

/** The list stands at once; who runs on this machine is looked up while it is read. */
async function pickProvider({ keys, dispatcher }: ChooseProviderParts): Promise<ProviderChoice | undefined> {
  const { vendors, hosts } = providerChoices(readSettings(), configuredEndpoint);
  const described = await Promise.all([...vendors, ...hosts].map(choice => itemOf(choice, keys)));
  const groups = (items: readonly ProviderItem[]): ProviderItem[] => [
    ...items.slice(0, vendors.length),
    { label: 'OpenAI-compatible', kind: vscode.QuickPickItemKind.Separator },
    ...items.slice(vendors.length),
  ];
  const list = vscode.window.createQuickPick<ProviderItem>();
  list.title = 'Pennyloom: Choose Provider';
  list.placeholder = 'Who answers from the next question on; the conversation goes on';
  list.matchOnDescription = true;
  list.items = groups(described);
  list.activeItems = described.filter(({ choice }) => choice?.isCurrent);
  list.show();
  void lookAround(described, dispatcher).then(items => {
    const [active] = list.activeItems;
    list.items = groups(items);
    list.activeItems = items.filter(({ choice }) => choice === active?.choice);
  });
  try {
    return await new Promise(resolve => {
      list.onDidAccept(() => resolve(list.selectedItems[0]?.choice));
      list.onDidHide(() => resolve(undefined));
    });
  } finally {
    list.dispose();
  }
}

async function itemOf(choice: ProviderChoice, keys: SecretKeys): Promise<ProviderItem> {
  const { label, isCurrent } = choice;
  return { choice, label: isCurrent ? `$(check) ${label}` : label, description: await describeChoice(choice, keys) };
}

/** Only what is on this machine is asked whether it is there: nobody else hears of a list being looked at. */
const lookAround = (items: readonly ProviderItem[], dispatcher: Dispatcher): Promise<ProviderItem[]> =>
  Promise.all(
    items.map(async item => {
      const { choice } = item;
      const probe = choice && isLocal(choice.endpoint) ? vendorOf(choice.provider).probe : undefined;
      if (!choice || !probe) return item;
      const { words } = await probe({ provider: choice.provider, endpoint: choice.endpoint, dispatcher });
      return { ...item, description: `${item.description ?? ''} · ${words}` };
    }),
  );

async function askForEndpoint(provider: ProviderName): Promise<string | undefined> {
  const { label, readEndpoint } = vendorOf(provider);
  const read = (text: string): string => readEndpoint?.(text).endpoint ?? parseEndpoint(text).href;
  const typed = await vscode.window.showInputBox({
    title: `Pennyloom: Address of ${label}`,
    prompt: readEndpoint
      ? 'Any address copied from the portal.'
      : 'The base URL: https, or http on this machine, with its "/v1" if it has one.',
    placeHolder: 'https://…/v1',
    ignoreFocusOut: true,
    validateInput: text => {
      if (!text.trim()) return undefined;
      try {
        read(text);
        return undefined;
      } catch (error) {
        return error instanceof LlmError ? error.facts.message : String(error);
      }
    },
  });
  return typed?.trim() ? read(typed) : undefined;
}

/** Extra headers may hold what was meant for one host; the next gets them only if the person says so. */
async function mayGetHeaders(provider: ProviderName, endpoint: string): Promise<boolean> {
  const names = Object.keys(readSettings().headers);
  const before = originOf(configuredEndpoint(provider));
  if (!vendorOf(provider).hosts || names.length === 0 || !before || before === originOf(endpoint)) return true;
  const send = 'Send Them';
  const remove = 'Remove Them';
  const picked = await vscode.window.showWarningMessage(
    `Extra headers are set (${names.join(', ')}). Send them to ${parseEndpoint(endpoint).host} too?`,
    { modal: true },
    send,
    remove,
  );
  if (picked === remove) await update('headers', undefined);
  return picked !== undefined;
}

/** '' where there is nothing to save; undefined where the person left. */
async function keyToSave(provider: ProviderName, endpoint: string, keys: SecretKeys): Promise<string | undefined> {
  const { keySource, azure } = readSettings();
  if (keySource === 'environment' || signsIn({ provider, azure })) return '';
  const needed = await needsKey({ provider, endpoint }, keys);
  return needed === 'no' ? '' : askForKey({ provider, endpoint, mayBeEmpty: needed === 'optional' });
}

/** What was asked at either place is remembered for the way back: no provider is asked for another's model. */
async function setProvider(provider: ProviderName, endpoint: string, memory: vscode.Memento): Promise<void> {
  const { provider: before, endpoint: left, asked } = readSettings();
  const models = { ...memory.get<Record<string, string>>(modelsKey, {}), [placeOf(before, left)]: asked };
  await memory.update(modelsKey, models);
  const place = placeOf(provider, endpoint);
  if (endpoint !== configuredEndpoint(provider)) await update(...endpointSetting(provider, endpoint));
  if (place === placeOf(before, left)) return;
  const model = models[place];
  await setModel(model === vendorOf(provider).defaultModel ? undefined : model || undefined);
  await update('provider', provider);
  vscode.window.setStatusBarMessage(`$(check) ${vendorAt(provider, endpoint).label} answers from now on`, 5000);
}

const modelsKey = 'pennyloom.modelsByPlace';
const placeOf = (provider: string, endpoint: string): string => `${provider} ${originOf(endpoint) ?? ''}`;

/** Provider, endpoints and headers are the person's, in every window. */
const update = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('pennyloom').update(name, value, vscode.ConfigurationTarget.Global);
