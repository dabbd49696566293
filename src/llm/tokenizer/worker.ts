import { parentPort } from 'node:worker_threads';
import { DraftCounter } from './draft-counter.ts';
import { O200kCounter } from './o200k.ts';
import type { CountAnswer, CountRequest } from './token-counter.ts';

// The program of the worker: a bundle of its own, because the ranks are two megabytes that nobody should read before they are needed.

const counter = new O200kCounter();
const draft = new DraftCounter(text => counter.count(text));

parentPort?.on('message', ({ id, texts, isDraft }: CountRequest) => {
  const counts = texts.map(text => (isDraft ? draft.count(text) : counter.count(text)));
  parentPort?.postMessage({ id, counts } satisfies CountAnswer);
});
