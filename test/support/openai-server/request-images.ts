import type { ImageFacts } from './image-facts.ts';
import { imageFacts, NoImageError } from './image-facts.ts';
import { imageTokens } from './image-tokens.ts';
import type { ChatRequest, ImagePart } from './chat-request.ts';
import { imagesOf } from './chat-request.ts';
import type { ApiError } from './errors.ts';
import { badRequest } from './errors.ts';
import type { ServedModel } from './models.ts';

export interface RequestImage {
  readonly messageIndex: number;
  /** undefined for an image given by address: the server never fetches, and takes it for 1024×1024. */
  readonly facts: ImageFacts | undefined;
  readonly bytes: Buffer | undefined;
  readonly url: string;
  readonly tokens: number;
}

/** Decoded, per image. */
const MOST_BYTES = 20 * 1024 * 1024;
const MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/jpg', 'image/gif', 'image/webp'];
const FORMATS = "['png', 'jpeg', 'gif', 'webp']";

/** Where a client wrote an image, by message and part, in the words of its wire. */
export type WhereImages = (messageIndex: number, partIndex: number) => { readonly part: string; readonly url: string };

const inChat: WhereImages = (message, part) => ({
  part: `messages.[${message}].content.[${part}].type`,
  url: `messages[${message}].content[${part}].image_url.url`,
});

/**
 * The images of a request, decoded and checked.
 * @throws ApiError 400 where the model sees no images or one of them is not one
 */
export function requestImages(request: ChatRequest, model: ServedModel, where = inChat): RequestImage[] {
  return request.messages.flatMap((message, messageIndex) =>
    imagesOf(message).map(({ at, part }) => {
      if (model.images === undefined) {
        const message = 'Invalid content type. image_url is only supported by certain models.';
        throw badRequest(message, where(messageIndex, at).part, null);
      }
      const image = decode(part, where(messageIndex, at).url);
      const { width, height } = image.facts ?? { width: 1024, height: 1024 };
      const tokens = imageTokens(model.images, width, height, part.image_url.detail ?? 'auto');
      return { messageIndex, url: part.image_url.url.slice(0, 200), ...image, tokens };
    }),
  );
}

function decode(part: ImagePart, param: string): { facts: ImageFacts | undefined; bytes: Buffer | undefined } {
  const { url } = part.image_url;
  if (/^https?:\/\/[^/\s]+/i.test(url)) return { facts: undefined, bytes: undefined };
  const comma = url.indexOf(',');
  const head = /^data:([^;,]*)((?:;[^;,]*)*)$/i.exec(comma < 0 ? '' : url.slice(0, comma));
  if (head === null) {
    const message = `Invalid image URL: '${param}'. Expected a valid URL or a base64-encoded data URL with an image MIME type, but got ${url === '' ? 'an empty string' : 'a value without one'}.`;
    throw badRequest(message, param, 'invalid_image_url');
  }
  if (!MEDIA_TYPES.includes((head[1] ?? '').toLowerCase())) throw unsupported(param);
  const base64 = url.slice(comma + 1);
  if (!/;base64$/i.test(head[2] ?? '') || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 === 1) {
    const code = base64 === '' ? 'empty_image_file' : 'invalid_base64_image';
    throw badRequest(base64 === '' ? 'The image is empty.' : 'Invalid base64 image_url.', param, code);
  }
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > MOST_BYTES) {
    const message = `The image is ${bytes.length} bytes in size, which exceeds the allowed limit of ${MOST_BYTES} bytes.`;
    throw badRequest(message, param, 'image_file_too_large');
  }
  return { facts: checked(bytes, param), bytes };
}

function checked(bytes: Buffer, param: string): ImageFacts {
  try {
    const facts = imageFacts(bytes);
    if (facts.animated) throw unsupported(param, 'Animated images are not supported.');
    return facts;
  } catch (error) {
    if (!(error instanceof NoImageError)) throw error;
    if (error.reason === 'format') throw unsupported(param);
    const message = `The image data you provided does not represent a valid image. Please check your input and try again with one of the supported image formats: ${FORMATS}.`;
    throw badRequest(message, param, 'image_parse_error');
  }
}

function unsupported(param: string, why = ''): ApiError {
  const message = `You uploaded an unsupported image. Please make sure your image is valid and has one of the following formats: ${FORMATS}.`;
  return badRequest(why === '' ? message : `${message} ${why}`, param, 'invalid_image_format');
}
