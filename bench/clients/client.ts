/** What a client made of one stream; compared with what was sent after every round. */
export interface Outcome {
  readonly deltas: number;
  /** "" where somebody took the deltas. */
  readonly text: string;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/**
 * Asks for one streamed answer and reads it to its end; `onFirst` is called at the first delta. The text is put together, or each delta
 * of it given to `onDelta`.
 */
export type AskOnce = (onFirst?: () => void, onDelta?: (text: string) => void) => Promise<Outcome>;

/** Makes ready, once per process, to ask the server at `baseUrl` (".../v1"). @throws where the client is not installed. */
export type MakeClient = (baseUrl: string) => Promise<AskOnce>;

export const model = 'gpt-5.4';
export const apiKey = 'sk-bench-0123456789';
export const question = 'What does this function do, and where is it called? Answer with an example.';
