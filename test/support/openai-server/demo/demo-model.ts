import type { ChatRequest } from '../chat-request.ts';
import type { ModelAnswer } from '../planned-reply.ts';
import type { RequestImage } from '../request-images.ts';

/** placeholder while the rest is being built */
export function demoAnswer(_request: ChatRequest, _images: readonly RequestImage[]): ModelAnswer {
  return { text: 'Hello! I am the built-in demo model.' };
}
