import type { ErrorScript } from '../loopback/script.ts';
import { authorize } from './authorize.ts';
import type { Envelope } from './chat-wire.ts';
import type { ApiError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { StreamChunk } from './model-run.ts';
import type { PlannedReply } from './planned-reply.ts';

/** The two APIs that run a model. */
export type ModelApi = 'chat' | 'responses';

/** Who serves the API: OpenAI, or somebody who serves the same under rules of their own (see azure-openai-server). */
export interface Host {
  /** Which of the two a path runs; undefined for every other path. */
  readonly apiOf: (path: string) => ModelApi | undefined;
  readonly modelsPath: string;
  /** Called for each request to a path that exists. @returns the key it comes with. @throws ApiError for whoever may not ask */
  readonly authorize: (exchange: Exchange) => string;
  /** The body in OpenAI's words, which are what is checked and answered. @throws ApiError for what the host refuses first */
  readonly understand?: (exchange: Exchange, api: ModelApi, body: unknown) => unknown;
  /** What there is besides the content type. */
  readonly headers: (exchange: Exchange) => Readonly<Record<string, string>>;
  /** What is left of the limits, as this host writes it. */
  readonly limits?: (headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** The same error as this host words it. */
  readonly translate?: (error: ApiError) => ApiError;
  /** The error a script describes, as this host words it. */
  readonly scripted?: (script: ErrorScript, error: ApiError) => ApiError;
  readonly chat: ChatDress;
  /** For hosts whose answers of Chat Completions are built another way. */
  readonly writer?: (exchange: Exchange) => ChatWriter;
  /** Beside what every Response has. */
  readonly response?: Readonly<Record<string, unknown>>;
}

/** What a host puts around an answer of Chat Completions. */
export interface ChatDress {
  /** In every chunk and in the whole answer. */
  readonly shared: Readonly<Record<string, unknown>>;
  /** In a choice; of a chunk, whether it carries text. */
  readonly choice?: (carriesText: boolean) => Readonly<Record<string, unknown>>;
  /** In the whole answer alone; a stream has it in a chunk of its own, which comes first and holds no choice. */
  readonly prompt?: Readonly<Record<string, unknown>>;
}

/** Puts a planned reply on the wire. `usage` is in OpenAI's words; undefined where it is not told. */
export interface ChatWriter {
  readonly whole: (envelope: Envelope, reply: PlannedReply, usage: WireUsage | undefined) => string;
  readonly chunks: (envelope: Envelope, reply: PlannedReply, usage: WireUsage | undefined) => Iterable<StreamChunk>;
}

type WireUsage = Record<string, unknown>;

export const openAiHost: Host = {
  apiOf: path => (path === '/v1/chat/completions' ? 'chat' : path === '/v1/responses' ? 'responses' : undefined),
  modelsPath: '/v1/models',
  authorize: ({ record, state }) => authorize(record.headers.authorization, state.settings.keys),
  headers: ({ record, elapsed }) => ({
    'x-request-id': record.requestId,
    'openai-processing-ms': String(Math.round(elapsed())),
    'openai-version': '2020-10-01',
    'openai-organization': 'org-loopback',
  }),
  chat: { shared: { service_tier: 'default', system_fingerprint: 'fp_loopback' } },
};
