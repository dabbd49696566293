import type { ImageRule } from './models.ts';

/**
 * What an image costs in tokens.
 *
 * tiles: `low` is the base alone; otherwise the image is fitted into 2048², its shortest side brought down to 768, and
 * every 512-pixel tile begun costs `tile` on top of `base`.
 * patches: the image is fitted into `longestSide`; every 32-pixel patch begun costs one, at most `budget` (above it the
 * image is shrunk until whole patches fit), times the model's factor. `low` fits it into 512² first.
 * Source: images-vision guide, 2026 (worked examples 765, 1105, 1024, 1452); `low` for patch models is our reading.
 */
export function imageTokens(rule: ImageRule, width: number, height: number, detail: 'auto' | 'low' | 'high'): number {
  if (rule.kind === 'tiles') return tileTokens(rule, width, height, detail);
  const longest = detail === 'low' ? 512 : rule.longestSide;
  const fit = Math.min(1, longest / Math.max(width, height));
  return Math.ceil(patchCount(width * fit, height * fit, rule.budget) * rule.factor - 1e-9);
}

function tileTokens(rule: { base: number; tile: number }, width: number, height: number, detail: string): number {
  if (detail === 'low') return rule.base;
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const shrink = Math.min(1, 768 / (Math.min(width, height) * fit));
  const tilesAlong = (side: number): number => Math.ceil(Math.round(side * fit * shrink) / 512);
  return rule.base + rule.tile * tilesAlong(width) * tilesAlong(height);
}

function along(side: number): number {
  return Math.ceil(side / 32 - 1e-9);
}

function patchCount(width: number, height: number, budget: number): number {
  if (along(width) * along(height) <= budget) return along(width) * along(height);
  const shrink = Math.sqrt((budget * 32 * 32) / (width * height));
  const across = (width * shrink) / 32;
  const down = (height * shrink) / 32;
  const whole = shrink * Math.min(Math.floor(across) / across, Math.floor(down) / down);
  return Math.min(budget, along(Math.round(width * whole)) * along(Math.round(height * whole)));
}
