import { ToolFailure } from '../../src/tools/tool.ts';
import type { Tool } from '../../src/tools/tool.ts';

export interface SampleTools {
  readonly calculator: Tool;
  readonly getWeather: Tool;
  readonly getTime: Tool;
  /** What ran so far, in order: "get_weather started", "get_weather ended". */
  readonly history: readonly string[];
}

/**
 * Tools that need no workspace, for tests of the loop and of the wire.
 * @param whileRunning awaited in the middle of every run: lets a test hold one call while another goes on.
 */
export function createSampleTools(
  whileRunning: (name: string, signal: AbortSignal) => Promise<void> = async () => {},
): SampleTools {
  const history: string[] = [];
  const sample = (
    tool: Pick<Tool, 'name' | 'description' | 'parameters'>,
    answer: (args: { readonly [key: string]: unknown }) => string,
  ): Tool => ({
    ...tool,
    effect: 'read',
    summarize: args => `${tool.name} ${JSON.stringify(args)}`,
    async run(args, { signal }) {
      history.push(`${tool.name} started`);
      await whileRunning(tool.name, signal);
      const text = answer(args);
      history.push(`${tool.name} ended`);
      return { text, truncated: false };
    },
  });

  return {
    history,
    // Name, description and schema are those of the reference's example, to the letter.
    calculator: sample(
      {
        name: 'calculator',
        description: 'Perform mathematical calculations',
        parameters: {
          type: 'object',
          properties: { expression: { type: 'string', description: 'Mathematical expression to evaluate' } },
          required: ['expression'],
        },
      },
      ({ expression }) => String(calculate(String(expression))),
    ),
    getWeather: sample(
      { name: 'get_weather', description: 'Tells the weather in a city', parameters: oneString('city') },
      ({ city }) => `Sunny, 21 °C in ${String(city)}`,
    ),
    getTime: sample(
      { name: 'get_time', description: 'Tells the time in a time zone', parameters: oneString('timezone') },
      ({ timezone }) => `12:00 in ${String(timezone)}`,
    ),
  };
}

function oneString(name: string): Tool['parameters'] {
  return { type: 'object', properties: { [name]: { type: 'string' } }, required: [name], additionalProperties: false };
}

/** + - * / and brackets, by precedence. */
function calculate(expression: string): number {
  const tokens = expression.match(/\d+(\.\d+)?|[-+*/()]/g) ?? [];
  if (tokens.join('') !== expression.replace(/\s/g, ''))
    throw new ToolFailure('Only numbers, + - * / and brackets, please.');
  const sum = (): number => {
    let value = product();
    while (tokens[0] === '+' || tokens[0] === '-') value += tokens.shift() === '+' ? product() : -product();
    return value;
  };
  const product = (): number => {
    let value = operand();
    while (tokens[0] === '*' || tokens[0] === '/')
      value = tokens.shift() === '*' ? value * operand() : value / operand();
    return value;
  };
  const operand = (): number => {
    const token = tokens.shift();
    if (token === '-') return -operand();
    if (token !== '(') return Number(token);
    const value = sum();
    tokens.shift();
    return value;
  };
  const value = sum();
  if (tokens.length > 0 || Number.isNaN(value)) throw new ToolFailure('That is not an expression.');
  return value;
}
