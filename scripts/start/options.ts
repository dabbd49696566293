import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `npm start -- [options]

  (none)              start VS Code with Pennyloom and print the address to open; Ctrl-C ends it
  --once "QUESTION"   ask the question in a window of its own, print answer, tool calls, tokens and cost, and end
    --image FILE      paste a picture into the question
    --screenshot FILE save what the window showed
    --width PIXELS    width of the side bar
    --json            print one JSON object instead of text
  --live              the real endpoint and the key in OPENAI_API_KEY, at its price
  --theme NAME        dark, light, hc or hc-light
  --port NUMBER       port of the address to open; default: a free one`;

const THEMES = {
  dark: 'Dark 2026',
  light: 'Light 2026',
  hc: 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;

export interface StartOptions {
  readonly help: boolean;
  readonly once: string | undefined;
  /** Absolute paths. */
  readonly image: string | undefined;
  readonly screenshot: string | undefined;
  readonly live: boolean;
  /** VS Code's name of it. */
  readonly theme: string | undefined;
  readonly width: number | undefined;
  readonly port: number;
  readonly json: boolean;
}

/** What is wrong with the command line, in a sentence. */
export class UsageError extends Error {}

/** @throws UsageError */
export function readOptions(args: readonly string[], cwd: string): StartOptions {
  const values = parse(args);
  const file = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(cwd, path));
  const image = file(values.image);
  if (values.once === undefined && (image ?? values.screenshot ?? values.width ?? values.json) !== undefined) {
    throw new UsageError('--image, --screenshot, --width and --json go with --once');
  }
  if (values.once?.trim() === '') {
    throw new UsageError('--once needs a question');
  }
  if (image !== undefined && !existsSync(image)) {
    throw new UsageError(`there is no file ${image}`);
  }
  if (image !== undefined && !/\.(png|jpe?g|gif|webp)$/i.test(image)) {
    throw new UsageError(`--image takes a .png, .jpg, .gif or .webp file, not ${image}`);
  }
  if (values.live && !process.env['OPENAI_API_KEY']?.trim()) {
    throw new UsageError('--live needs your key in the environment variable OPENAI_API_KEY');
  }
  return {
    help: values.help ?? false,
    once: values.once,
    image,
    screenshot: file(values.screenshot),
    live: values.live ?? false,
    theme: theme(values.theme),
    width: values.width === undefined ? undefined : number('--width', values.width, 170, 1000),
    port: values.port === undefined ? 0 : number('--port', values.port, 0, 65_535),
    json: values.json ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: 'string' },
        image: { type: 'string' },
        screenshot: { type: 'string' },
        live: { type: 'boolean' },
        theme: { type: 'string' },
        width: { type: 'string' },
        port: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function theme(name: string | undefined): string | undefined {
  if (name === undefined) {
    return undefined;
  }
  const found = Object.entries(THEMES).find(([short]) => short === name);
  if (!found) {
    throw new UsageError(`--theme is one of ${Object.keys(THEMES).join(', ')}`);
  }
  return found[1];
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${option} is a whole number from ${least} to ${most}`);
  }
  return value;
}
