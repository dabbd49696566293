import { refusedLocally } from '../llm-error.ts';
import type { ContentPart, ImagePart, Message } from '../message.ts';

/**
 * What one request to Claude may carry of images.
 * Sources, read 2026-11-28: "Vision" on platform.claude.com, General limits (count, pixels, the request's 32 MB). Bytes are those of the
 * base64 text: "image exceeds 10 MB maximum: 11174516 bytes > 10485760 bytes" as people got it from July 2026 on; until then it was 5 MB,
 * which the gateways of Bedrock and Google Cloud still keep to. Theirs is for them to say.
 */
const mostBytes = 10 * 1024 * 1024;
const longestSide = 8000;
/** With more images than these each has to be smaller. */
const many = 20;
const longestSideOfMany = 2000;
/** 32 MB, less the room that words need. */
const mostBytesInAll = 30 * 1024 * 1024;
const mostImages = 600;
/** For models that read no more than `smallContext`, and those of which nothing is known. */
const mostImagesSmall = 100;
const smallContext = 200_000;

export interface ImageLimitOptions {
  /** The model, for a person. */
  readonly name: string;
  readonly contextWindow: number | undefined;
}

interface Found {
  readonly image: ImagePart;
  /** It belongs to the question, and not to an earlier one. */
  readonly isAsked: boolean;
}

/**
 * The conversation with as many of its images as Claude takes, the newest first: an earlier one that does not fit becomes words, so that it
 * cannot stand in the way of what follows.
 * @throws LlmError for an image of the question itself.
 */
export function fitImages(
  messages: readonly Message[],
  { name, contextWindow = 0 }: ImageLimitOptions,
): { readonly messages: readonly Message[]; readonly notices: readonly string[] } {
  const found = imagesIn(messages);
  const left = new Map<ImagePart, string>();
  const leaveOut = ({ image, isAsked }: Found, why: string, remedy: string): void => {
    if (isAsked) throw refusedLocally(`${nameOf(image)} ${why}, which ${name} does not take. ${remedy}`, 'image');
    left.set(image, why);
  };
  const most = contextWindow > smallContext ? mostImages : mostImagesSmall;
  let kept: Found[] = [];
  let inAll = 0;
  for (const one of found.reverse()) {
    const tooLarge = tooLargeAlone(one.image);
    const bytes = bytesOf(one.image);
    if (tooLarge) leaveOut(one, tooLarge, 'Attach a smaller one.');
    else if (kept.length === most) leaveOut(one, `is one of more than ${most} images`, 'Attach fewer.');
    else if (inAll + bytes > mostBytesInAll)
      leaveOut(one, 'makes the request larger than 32 MB', 'Attach fewer, or smaller ones.'); // prettier-ignore
    else {
      inAll += bytes;
      kept.push(one);
    }
  }
  if (kept.length > many)
    kept = kept.filter(one => {
      if (sideOf(one.image) <= longestSideOfMany) return true;
      leaveOut(one, `is wider or higher than ${longestSideOfMany} pixels, beside more than ${many} others`, 'Attach fewer, or start a new chat.'); // prettier-ignore
      return false;
    });
  if (left.size === 0) return { messages, notices: [] };
  const which = left.size === 1 ? 'One image' : `${left.size} images`;
  return {
    messages: messages.map(message => inWords(message, left)),
    notices: [`${which} of earlier questions can only be mentioned to ${name}: more than it takes at once.`],
  };
}

function imagesIn(messages: readonly Message[]): Found[] {
  const question = messages.findLastIndex(({ role }) => role === 'user');
  return messages.flatMap(({ role, content }, at) =>
    role !== 'user' || typeof content === 'string'
      ? []
      : content.flatMap(part => (part.type === 'image' ? { image: part, isAsked: at === question } : [])),
  );
}

function tooLargeAlone(image: ImagePart): string | undefined {
  const bytes = bytesOf(image);
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  if (bytes > mostBytes) return `is larger than 10 MB (${megabytes} MB as it is sent)`;
  return sideOf(image) > longestSide ? `is wider or higher than ${longestSide} pixels` : undefined;
}

/** As it is sent; an address weighs nothing. */
const bytesOf = ({ url }: ImagePart): number => (url.startsWith('data:') ? url.length - url.indexOf(',') - 1 : 0);

/** Nothing is refused for what nobody knows. */
const sideOf = ({ width = 0, height = 0 }: ImagePart): number => Math.max(width, height);

const nameOf = ({ name }: ImagePart): string => name ?? 'The image';

function inWords(message: Message, left: ReadonlyMap<ImagePart, string>): Message {
  if (message.role !== 'user' || typeof message.content === 'string') return message;
  const content = message.content.map((part): ContentPart => {
    const why = part.type === 'image' ? left.get(part) : undefined;
    return why === undefined ? part : { type: 'text', text: `[an image that is not sent: it ${why}]` };
  });
  return { role: 'user', content };
}
