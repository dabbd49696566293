import type { JsonSchema } from '../llm/message.ts';
import type { Workspace } from './workspace.ts';

/** What a tool may touch. */
export type ToolEffect =
  /** Looks at the workspace and changes nothing: calls of one reply may run side by side, nobody is asked. */
  | 'read'
  /** Changes or runs something: asks first, always. */
  | 'write';

/** One thing the model may do. Adding one: a file beside this one, a line in the registry. */
export interface Tool {
  /** Our own: `[a-zA-Z0-9_-]{1,64}`. Others may be called anything; see wire-names. */
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** JSON Schema of the arguments; checked before `run` is called. */
  readonly parameters: JsonSchema;
  readonly effect: ToolEffect;
  /** One line for a person: "Read src/loop.ts". Gets whatever the model wrote, so it must not trust the arguments. */
  summarize(args: { readonly [key: string]: unknown }): string;
  /**
   * @param args already valid against `parameters`.
   * @throws ToolFailure for what the model should read and may mend; anything else thrown is a bug, reported to the model as such.
   */
  run(args: { readonly [key: string]: unknown }, context: ToolContext): Promise<ToolOutput>;
}

export interface ToolContext {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

export interface ToolOutput {
  /** What the model reads. */
  readonly text: string;
  /** Whether something was left out because of a cap; the text says what and how to get the rest. */
  readonly truncated: boolean;
}

/** A tool could not do what was asked; the message is written for the model and says what to do instead. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}
