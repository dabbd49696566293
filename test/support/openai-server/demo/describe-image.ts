import type { RequestImage } from '../request-images.ts';
import { averageColour } from './png-colour.ts';

/** What can truly be said about the images without seeing: format, size, weight, tokens, and a PNG's average colour. */
export function describeImages(images: readonly RequestImage[]): string {
  const many = images.length > 1;
  const lines = images.map((image, index) => `${many ? `${index + 1}. ` : ''}${describe(image)}`);
  const head = many ? `You sent ${images.length} images:` : '';
  return [head, lines.join('\n'), 'I am the built-in demo model: I read the file, I do not see the picture.']
    .filter(Boolean)
    .join('\n\n');
}

function describe({ facts, bytes, tokens, url }: RequestImage): string {
  if (facts === undefined || bytes === undefined)
    return `An image at ${url} (not fetched), counted as ${tokens} tokens.`;
  const { format, width, height } = facts;
  const shape = width === height ? 'square' : width > height ? 'landscape' : 'portrait';
  const colour = format === 'PNG' ? averageColour(bytes) : undefined;
  const about = colour === undefined ? '' : `, ${colourName(colour)} on average (\`${colour}\`)`;
  return `The image is a **${format}** of **${width}×${height}** pixels (${shape}), ${size(bytes.length)}${about}. It costs ${tokens} tokens.`;
}

function size(bytes: number): string {
  return bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function colourName(hex: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 24) return most > 220 ? 'white' : most < 40 ? 'black' : 'grey';
  if (most === red) return green > blue + (red - green) ? 'yellow' : blue > green + 60 ? 'magenta' : 'red';
  return most === green ? (blue > red + 60 ? 'turquoise' : 'green') : red > green + 60 ? 'violet' : 'blue';
}
