import { StreamingMarkdown } from '../../src/webview/markdown.ts';

/**
 * Puts the door into the test page. Frames come when the test says so: chunk by chunk drawing becomes exact and needs no waiting. The
 * clock of the frames runs far ahead of the real one, so that the drawing rate is never what ends a test.
 */
let frames: FrameRequestCallback[] = [];
let clock = 0;

function streamMarkdown(chunks: readonly string[], finish = true): HTMLElement {
  const element = document.createElement('div');
  document.body.append(element);
  const markdown = new StreamingMarkdown(element);
  const { requestAnimationFrame } = globalThis;
  globalThis.requestAnimationFrame = callback => frames.push(callback);
  for (const chunk of chunks) {
    markdown.append(chunk);
    nextFrame();
  }
  globalThis.requestAnimationFrame = requestAnimationFrame;
  frames = [];
  if (finish) markdown.finish();
  element.remove();
  return element;
}

function nextFrame(): void {
  const due = frames;
  frames = [];
  clock += 1_000_000;
  for (const callback of due) callback(clock);
}

declare global {
  var StreamingMarkdown: typeof import('../../src/webview/markdown.ts').StreamingMarkdown;
  var streamMarkdown: (chunks: readonly string[], finish?: boolean) => HTMLElement;
  /** What hostile documents try to set. */
  var hacked: boolean | undefined;
}
Object.assign(globalThis, { StreamingMarkdown, streamMarkdown });
