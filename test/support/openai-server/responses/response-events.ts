import type { ReplyFailure } from '../../loopback/script.ts';
import type { StreamChunk } from '../model-run.ts';
import type { OutputItem, OutputPart } from './response-output.ts';

/** What a stream tells, once it is decided. */
export interface ResponseStream {
  /** The response as at the beginning. */
  readonly begun: Record<string, unknown>;
  /** The response as at the end, and the event that carries it. */
  readonly ended: Record<string, unknown>;
  readonly endEvent: 'response.completed' | 'response.incomplete' | 'response.failed';
  readonly output: readonly OutputItem[];
  /** The text of the answer in the pieces it is sent in. */
  readonly deltas: readonly string[];
  readonly failure: ReplyFailure | undefined;
  /** The client did not decline padding. */
  readonly obfuscate: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
type Emit = (type: string, fields: Fields, text?: string, thought?: string) => StreamChunk;

/**
 * The events of a streamed response, in order; the names are in the data and on the `event` line. There is no `[DONE]`.
 * An answer that fails breaks off after its text, without closing what it had opened.
 */
export function* responseEvents(stream: ResponseStream): Generator<StreamChunk> {
  const emit = emitter(stream.obfuscate);
  const { failure } = stream;
  yield emit('response.created', { response: stream.begun });
  yield emit('response.in_progress', { response: stream.begun });
  for (const [index, item] of stream.output.entries()) {
    if (item.type === 'reasoning') yield* reasoningEvents(item, index, emit);
    if (item.type === 'message') yield* messageEvents(item, index, stream, emit);
    if (item.type === 'function_call' && failure === undefined) yield* callEvents(item, index, emit);
  }
  if (failure?.as === 'error') {
    const { code, message } = failure;
    return yield emit('error', { code, message, param: null });
  }
  yield emit(stream.endEvent, { response: stream.ended });
}

/** Deltas are padded, so that their sizes give nothing away to whoever listens in. */
const PADDED_TO = 16;

function emitter(obfuscate: boolean): Emit {
  let number = 0;
  return (type, fields, text = '', thought = '') => {
    const { delta } = fields;
    const padding =
      obfuscate && typeof delta === 'string' ? { obfuscation: 'x'.repeat(PADDED_TO - (delta.length % PADDED_TO)) } : {};
    const event = { type, sequence_number: number, ...fields, ...padding };
    number += 1;
    return { data: `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`, text, thought };
  };
}

type Item<Type extends OutputItem['type']> = Extract<OutputItem, { type: Type }>;

function* reasoningEvents(item: Item<'reasoning'>, index: number, emit: Emit): Generator<StreamChunk> {
  const { id, summary } = item;
  const begun = { id, type: 'reasoning', summary: [] };
  yield emit('response.output_item.added', { output_index: index, item: begun });
  for (const [part, { text }] of summary.entries()) {
    const at = { item_id: id, output_index: index, summary_index: part };
    yield emit('response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } });
    for (const delta of text.match(/\s*\S+\s*/gu) ?? [text]) {
      yield emit('response.reasoning_summary_text.delta', { ...at, delta }, '', delta);
    }
    yield emit('response.reasoning_summary_text.done', { ...at, text });
    yield emit('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } });
  }
  yield emit('response.output_item.done', { output_index: index, item });
}

function* messageEvents(
  item: Item<'message'>,
  index: number,
  { deltas, failure }: ResponseStream,
  emit: Emit,
): Generator<StreamChunk> {
  const begun = { ...item, status: 'in_progress', content: [] };
  yield emit('response.output_item.added', { output_index: index, item: begun });
  for (const [contentIndex, part] of item.content.entries()) {
    const at = { item_id: item.id, output_index: index, content_index: contentIndex };
    yield emit('response.content_part.added', { ...at, part: emptied(part) });
    yield* part.type === 'output_text' ? textEvents(deltas, at, emit) : refusalEvents(part.refusal, at, emit);
    if (failure !== undefined) return;
    yield part.type === 'output_text'
      ? emit('response.output_text.done', { ...at, text: part.text, logprobs: [] })
      : emit('response.refusal.done', { ...at, refusal: part.refusal });
    yield emit('response.content_part.done', { ...at, part });
  }
  yield emit('response.output_item.done', { output_index: index, item });
}

function emptied(part: OutputPart): OutputPart {
  return part.type === 'output_text' ? { ...part, text: '' } : { ...part, refusal: '' };
}

function* textEvents(deltas: readonly string[], at: Fields, emit: Emit): Generator<StreamChunk> {
  for (const delta of deltas) yield emit('response.output_text.delta', { ...at, delta, logprobs: [] }, delta);
}

function* refusalEvents(refusal: string, at: Fields, emit: Emit): Generator<StreamChunk> {
  for (const delta of refusal.match(/\s*\S+\s*/gu) ?? [refusal]) {
    yield emit('response.refusal.delta', { ...at, delta }, delta);
  }
}

function* callEvents(item: Item<'function_call'>, index: number, emit: Emit): Generator<StreamChunk> {
  const { id, name, arguments: args } = item;
  const at = { item_id: id, output_index: index };
  const begun = { ...item, status: 'in_progress', arguments: '' };
  yield emit('response.output_item.added', { output_index: index, item: begun }, name);
  for (const delta of args.match(/[^]{1,5}/gu) ?? []) {
    yield emit('response.function_call_arguments.delta', { ...at, delta }, delta);
  }
  yield emit('response.function_call_arguments.done', { ...at, name, arguments: args });
  yield emit('response.output_item.done', { output_index: index, item });
}
