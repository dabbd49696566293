export type ImageDetail = 'auto' | 'low' | 'high';

/** How a model family turns an image into input tokens. */
export type ImageTokenRule =
  /** A flat charge plus one per 512 px tile, after fitting into 2048 × 2048 and bringing the shortest side to 768. */
  | { readonly kind: 'tiles'; readonly base: number; readonly tile: number }
  /** 32 px patches, the image scaled down until at most `budget` of them cover it; `hundredths` is the multiplier × 100. */
  | { readonly kind: 'patches'; readonly budget: number; readonly maxSide?: number; readonly hundredths: number }
  /** One per 28 px block, the image scaled down until at most `budget` cover it and no side, filled up to blocks, is longer than `maxSide`. */
  | { readonly kind: 'blocks'; readonly budget: number; readonly maxSide: number };

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Input tokens one image costs. Pixels as displayed (after EXIF rotation). "auto" is counted as "high", its dearer reading.
 * @throws RangeError unless both sides are positive whole pixels.
 * Source: OpenAI "Images and vision" guide, "Calculating costs"; Anthropic "Vision", "Resolution and token cost", and "Coordinates and
 * bounding boxes", "How Claude resizes and pads images" (2026 copies); their worked examples in the tests.
 */
export function imageTokens(rule: ImageTokenRule, size: ImageSize, detail: ImageDetail): number {
  for (const side of [size.width, size.height]) {
    if (!Number.isSafeInteger(side) || side <= 0)
      throw new RangeError(`Not an image size: ${size.width} × ${size.height}`);
  }
  switch (rule.kind) {
    case 'tiles':
      return tileTokens(rule, size, detail);
    case 'patches':
      return patchTokens(rule, size, detail);
    case 'blocks':
      return blockTokens(rule, size);
  }
}

/** Never less than `imageTokens`: without the shrinking whose last steps Anthropic describes and nobody can check. @throws as that */
export function mostImageTokens(rule: ImageTokenRule, size: ImageSize, detail: ImageDetail): number {
  const tokens = imageTokens(rule, size, detail);
  return rule.kind === 'blocks' ? Math.min(rule.budget, blocks(size.width) * blocks(size.height)) : tokens;
}

function tileTokens(rule: { base: number; tile: number }, size: ImageSize, detail: ImageDetail): number {
  if (detail === 'low') return rule.base;
  const fit = Math.min(1, 2048 / Math.max(size.width, size.height));
  const shrink = Math.min(1, 768 / (Math.min(size.width, size.height) * fit));
  const tiles = (side: number) => Math.ceil(round(side * fit * shrink) / 512);
  return rule.base + rule.tile * tiles(size.width) * tiles(size.height);
}

/** "low" sends a version that fits into 512 × 512; that this is how patch models count it is our reading of the guide. */
function patchTokens(
  rule: { budget: number; maxSide?: number; hundredths: number },
  size: ImageSize,
  detail: ImageDetail,
): number {
  const maxSide = Math.min(rule.maxSide ?? Infinity, detail === 'low' ? 512 : Infinity);
  return Math.ceil((countPatches(rule.budget, maxSide, size) * rule.hundredths) / 100);
}

function countPatches(budget: number, maxSide: number, { width, height }: ImageSize): number {
  const fit = Math.min(1, maxSide / Math.max(width, height));
  const [w, h] = [width * fit, height * fit];
  const whole = Math.ceil(round(w) / 32) * Math.ceil(round(h) / 32);
  if (whole <= budget) return whole;
  // Scale to the budget's area, then a little further so that one side holds a whole number of patches.
  const scale = Math.sqrt((32 * 32 * budget) / (w * h));
  const across = (w * scale) / 32;
  const down = (h * scale) / 32;
  const exact = scale * Math.min(Math.floor(across) / across, Math.floor(down) / down);
  return Math.min(budget, Math.ceil(round(w * exact) / 32) * Math.ceil(round(h * exact) / 32));
}

const block = 28;
const blocks = (side: number): number => Math.ceil(side / block);

/** Claude knows no detail. The longer side is the longest whole number of pixels at which everything fits. */
function blockTokens({ budget, maxSide }: { budget: number; maxSide: number }, { width, height }: ImageSize): number {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const shortAt = (side: number): number => Math.max(1, roundHalfToEven((side * short) / long));
  const fits = (side: number, other: number): boolean =>
    blocks(side) * block <= maxSide && blocks(side) * blocks(other) <= budget;
  if (fits(long, short)) return blocks(long) * blocks(short);
  let most = 1;
  for (let step = 2 ** Math.floor(Math.log2(long)); step >= 1; step /= 2)
    if (most + step < long && fits(most + step, shortAt(most + step))) most += step;
  return blocks(most) * blocks(shortAt(most));
}

/** As the vendor rounds: 0.5 goes to the even neighbour. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** Floating point leaves 768.0000000001 where 768 is meant; a ceiling would make a whole tile of that. */
function round(pixels: number): number {
  return Math.round(pixels * 1e6) / 1e6;
}
