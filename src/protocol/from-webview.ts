import { type ActionId, actionIds } from './chat-view-state.ts';

/** An image as the composer sends it: already checked, rotated and shrunk there, and checked again by the host. */
export interface DraftImage {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
  /** Data URI of at most 64 KiB. */
  readonly thumbnail: string;
}

/** What the chat webview says to the extension host. */
export type FromWebview =
  | { readonly type: 'ready' }
  | { readonly type: 'send'; readonly text: string; readonly images: readonly DraftImage[] }
  | { readonly type: 'stop' }
  | { readonly type: 'new-chat' }
  /** The draft changed; the host answers `draft-priced`, twice where an exact count takes a while. */
  | {
      readonly type: 'draft';
      readonly text: string;
      readonly images: readonly { readonly id: string; readonly width: number; readonly height: number }[];
    }
  | { readonly type: 'copy'; readonly text: string }
  /** Insert a code block at the editor's cursor. */
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'action'; readonly action: ActionId; readonly turnId?: string }
  | { readonly type: 'pick-model' };

const maxTextLength = 4_000_000;
const maxImages = 20;
/** Decoded size the vendor accepts; exactly this many bytes pass (reference, "Image Size Limits"). */
export const maxImageBytes = 20 * 1024 * 1024;
const maxThumbnailLength = 64 * 1024;
const thumbnailPattern = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/**
 * A message, or undefined for anything that is not exactly one. The webview shows text that a model wrote, so what it posts is
 * treated as hostile: unknown types, wrong field types and oversized fields are dropped by the caller with a log line.
 */
export function parseFromWebview(value: unknown): FromWebview | undefined {
  if (!isRecord(value)) return undefined;
  switch (value['type']) {
    case 'ready':
    case 'stop':
    case 'new-chat':
    case 'pick-model':
      return { type: value['type'] };
    case 'send': {
      const images = parseList(value['images'], maxImages, parseDraftImage);
      return isText(value['text']) && images ? { type: 'send', text: value['text'], images } : undefined;
    }
    case 'draft': {
      const images = parseList(value['images'], maxImages, parseImageSize);
      return isText(value['text']) && images ? { type: 'draft', text: value['text'], images } : undefined;
    }
    case 'copy':
    case 'insert':
      return isText(value['text']) ? { type: value['type'], text: value['text'] } : undefined;
    case 'action': {
      const { action, turnId } = value;
      if (!actionIds.includes(action as ActionId)) return undefined;
      if (turnId === undefined) return { type: 'action', action: action as ActionId };
      return isId(turnId) ? { type: 'action', action: action as ActionId, turnId } : undefined;
    }
    default:
      return undefined;
  }
}

function parseDraftImage(value: unknown): DraftImage | undefined {
  const size = parseImageSize(value);
  if (!size || !isRecord(value)) return undefined;
  const { name, mediaType, bytes, thumbnail } = value;
  if (typeof name !== 'string' || name.length > 500 || typeof mediaType !== 'string' || mediaType.length > 100)
    return undefined;
  if (!(bytes instanceof Uint8Array)) return undefined;
  if (typeof thumbnail !== 'string' || thumbnail.length > maxThumbnailLength || !thumbnailPattern.test(thumbnail))
    return undefined;
  return { ...size, name, mediaType, bytes, thumbnail };
}

function parseImageSize(value: unknown): { id: string; width: number; height: number } | undefined {
  if (!isRecord(value)) return undefined;
  const { id, width, height } = value;
  return isId(id) && isPixels(width) && isPixels(height) ? { id, width, height } : undefined;
}

function parseList<T>(value: unknown, most: number, parse: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const parsed: T[] = [];
  for (const item of value) {
    const one = parse(item);
    if (one === undefined) return undefined;
    parsed.push(one);
  }
  return parsed;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= maxTextLength;
const isId = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
const isPixels = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 65_535;
