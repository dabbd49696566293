import * as vscode from 'vscode';
import { DisposableStore } from '../core/disposable.ts';

/** What became of one of several questions; undefined: the person left. */
export type StepAnswer<T> = { readonly value: T } | 'back' | undefined;

interface Step {
  readonly title: string;
  /** Counted from 1. */
  readonly step: number;
  readonly steps: number;
}

export interface PickStep<T> extends Step {
  readonly placeholder: string;
  readonly items: readonly StepItem<T>[];
  /** Which one the cursor stands on. */
  readonly active?: T | undefined;
}

export interface StepItem<T> extends vscode.QuickPickItem {
  readonly value?: T;
  /** Does something on the way; the question stays. */
  readonly aside?: () => unknown;
}

/** A choice with a way back, which stays while the person looks something up elsewhere. */
export function pickStep<T>({ placeholder, items, active, ...at }: PickStep<T>): Promise<StepAnswer<T>> {
  const pick = vscode.window.createQuickPick<StepItem<T>>();
  pick.items = items;
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.activeItems = items.filter(({ value }) => value !== undefined && value === active).slice(0, 1);
  return ask(pick, at, accept => {
    const [chosen] = pick.selectedItems;
    if (chosen?.aside) chosen.aside();
    else if (chosen?.value !== undefined) accept(chosen.value);
  });
}

export interface InputStep extends Step {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  readonly password?: boolean;
  /** What there is to say about a text while it is typed; `refused` is not accepted. */
  readonly check: (text: string) => {
    readonly refused?: string;
    readonly warning?: string;
    readonly understood?: string;
  };
}

/** A text with a way back. Told what is wrong with it once there is something. */
export function inputStep({
  prompt,
  placeholder,
  value = '',
  password = false,
  check,
  ...at
}: InputStep): Promise<StepAnswer<string>> {
  const box = vscode.window.createInputBox();
  box.prompt = prompt;
  box.placeholder = placeholder;
  box.value = value;
  box.password = password;
  const tell = (text: string, pressed: boolean): boolean => {
    const { refused, warning, understood } = check(text);
    const { Error, Warning, Info } = vscode.InputBoxValidationSeverity;
    const message = refused ?? warning ?? understood;
    const severity = refused ? Error : warning ? Warning : Info;
    // An empty box is nothing to complain about yet.
    box.validationMessage = message && (text || pressed) ? { message, severity } : undefined;
    return refused === undefined;
  };
  if (value) tell(value, false);
  const typing = box.onDidChangeValue(text => tell(text, false));
  return ask<string>(box, at, accept => {
    if (tell(box.value, true)) accept(box.value);
  }).finally(() => typing.dispose());
}

function ask<T>(
  input: vscode.QuickPick<StepItem<T>> | vscode.InputBox,
  { title, step, steps }: Step,
  accepted: (accept: (value: T) => void) => void,
): Promise<StepAnswer<T>> {
  input.title = title;
  input.step = step;
  input.totalSteps = steps;
  input.ignoreFocusOut = true;
  if (step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  const own = new DisposableStore();
  own.add(input);
  return new Promise<StepAnswer<T>>(resolve => {
    own.add(input.onDidAccept(() => accepted(value => resolve({ value }))));
    own.add(input.onDidTriggerButton(() => resolve('back')));
    own.add(input.onDidHide(() => resolve(undefined)));
    input.show();
  }).finally(() => own.dispose());
}
