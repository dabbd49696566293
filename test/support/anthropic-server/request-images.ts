import { imageFacts, NoImageError } from '../openai-server/image-facts.ts';
import type { RequestImage } from '../openai-server/request-images.ts';
import { badRequest } from './errors.ts';
import { type Block, blocksOf, type ImageBlock, type MessagesRequest } from './messages-request.ts';
import type { ServedModel } from './models.ts';

/** Of the base64 text; "image exceeds 10 MB maximum: 11174516 bytes > 10485760 bytes", as people got it from July 2026 on. */
const MOST_BYTES = 10 * 1024 * 1024;
/** "At least one of the image dimensions exceed max allowed size: 8000 pixels" (anthropics/claude-code#4778, 2025-08). */
const LONGEST_SIDE = 8000;
/** Above this many images each may be smaller ("Vision" on platform.claude.com, read 2026-11-28). */
const MANY = 20;
const LONGEST_SIDE_OF_MANY = 2000;

export interface CheckedImages {
  /** As the demo model looks at them. */
  readonly images: readonly RequestImage[];
  readonly tokensOf: (block: Block) => number;
}

/** @throws ApiError 400 for what is no image, or too large a one */
export function checkImages(request: MessagesRequest, model: ServedModel): CheckedImages {
  const found = request.messages.flatMap((turn, messageIndex) =>
    blocksOf(turn).flatMap((block, at) =>
      block.type === 'image' ? { block, messageIndex, where: `messages.${messageIndex}.content.${at}` } : [],
    ),
  );
  const longest = found.length > MANY ? LONGEST_SIDE_OF_MANY : LONGEST_SIDE;
  const tokens = new Map<Block, number>();
  const images = found.map(({ block, messageIndex, where }): RequestImage => {
    const { facts, bytes } = decode(block, `${where}.image.source`, longest);
    const { width, height } = facts ?? { width: 1024, height: 1024 };
    const count = Math.min(model.mostImageTokens, Math.ceil(width / 28) * Math.ceil(height / 28));
    tokens.set(block, count);
    return { messageIndex, facts, bytes, url: '', tokens: count };
  });
  return { images, tokensOf: block => tokens.get(block) ?? 0 };
}

function decode({ source }: ImageBlock, where: string, longest: number): Pick<RequestImage, 'facts' | 'bytes'> {
  // The server never fetches.
  if (source.type === 'url') return { facts: undefined, bytes: undefined };
  const { data, media_type: claimed } = source;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data) || data.length % 4 === 1)
    throw badRequest(`${where}.base64.data: Invalid base64 data`);
  if (data.length > MOST_BYTES)
    throw badRequest(`${where}.base64: image exceeds 10 MB maximum: ${data.length} bytes > ${MOST_BYTES} bytes`);
  const bytes = Buffer.from(data, 'base64');
  try {
    const facts = imageFacts(bytes);
    const actual = `image/${facts.format.toLowerCase()}`;
    if (actual !== claimed)
      throw badRequest(
        `${where}.base64.data: Image does not match the provided media type ${claimed}; the image appears to be ${actual}`,
      );
    if (Math.max(facts.width, facts.height) > longest)
      throw badRequest(
        `${where}.base64.data: At least one of the image dimensions exceed max allowed size: ${longest} pixels`,
      );
    return { facts, bytes };
  } catch (error) {
    if (!(error instanceof NoImageError)) throw error;
    throw badRequest(`${where}.base64.data: Could not process image`);
  }
}
