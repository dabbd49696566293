import type { ChatRequest, FunctionTool } from '../chat-request.ts';
import { functionTools } from '../chat-request.ts';

export interface ToolCallWish {
  readonly name: string;
  readonly arguments: string;
}

interface ParameterSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly items?: unknown;
}

/** The tools of a request by what they are good for; named by guess, as a model reads them. */
export class OfferedTools {
  readonly #tools: readonly FunctionTool[];
  readonly #choice: ChatRequest['tool_choice'];
  readonly parallel: boolean;

  constructor(request: ChatRequest) {
    this.#choice = request.tool_choice;
    this.#tools = this.#choice === 'none' ? [] : functionTools(request);
    this.parallel = request.parallel_tool_calls !== false;
  }

  isReader(name: string): boolean {
    return /read|open|cat|view|get_?file/i.test(name) && !this.isLister(name);
  }

  isLister(name: string): boolean {
    return /list|\bls\b|dir|find_?files|glob|tree/i.test(name);
  }

  isSearcher(name: string): boolean {
    return /search|grep|find_?text/i.test(name) && !this.isLister(name);
  }

  read(path: string): ToolCallWish | undefined {
    const tool = this.#find(name => this.isReader(name));
    return tool && this.#call(tool, [[/path|file|uri|name/i, path]]);
  }

  list(): ToolCallWish | undefined {
    const tool = this.#find(name => this.isLister(name));
    return (
      tool &&
      this.#call(tool, [
        [/recurs/i, true],
        [/pattern|glob/i, '**/*'],
      ])
    );
  }

  search(text: string): ToolCallWish | undefined {
    const tool = this.#find(name => this.isSearcher(name));
    return tool && this.#call(tool, [[/query|pattern|text|regex|term/i, text]]);
  }

  /** The tool the request insists on, called as well as one can without a reason. */
  insistedOn(question: string, paths: readonly string[]): ToolCallWish | undefined {
    const choice = this.#choice;
    const insisted =
      choice === 'required'
        ? this.#tools[0]
        : typeof choice === 'object' && choice.type === 'function'
          ? this.#tools.find(tool => tool.function.name === choice.function.name)
          : undefined;
    if (insisted === undefined) return undefined;
    const words = question.slice(0, 80) || 'demo';
    return this.#call(
      insisted,
      [
        [/path|file|uri/i, paths[0] ?? 'README.md'],
        [/./, words],
      ],
      true,
    );
  }

  #find(fits: (name: string) => boolean): FunctionTool | undefined {
    return this.#tools.find(tool => fits(tool.function.name));
  }

  /** Arguments by the tool's own schema: the first parameter that fits each hint, and whatever else is required. */
  #call(tool: FunctionTool, hints: readonly (readonly [RegExp, unknown])[], onlyRequired = false): ToolCallWish {
    const { properties = {}, required = [] } = (tool.function.parameters ?? {}) as {
      properties?: Readonly<Record<string, ParameterSchema>>;
      required?: readonly string[];
    };
    const args: Record<string, unknown> = {};
    const names = Object.keys(properties).toSorted(
      (a, b) => Number(required.includes(b)) - Number(required.includes(a)),
    );
    for (const [pattern, value] of hints) {
      const name = names.find(each => !(each in args) && pattern.test(each) && accepts(properties[each], value));
      if (name !== undefined && !(onlyRequired && !required.includes(name))) args[name] = value;
    }
    for (const name of required) args[name] ??= standIn(properties[name]);
    return { name: tool.function.name, arguments: JSON.stringify(args) };
  }
}

function accepts(schema: ParameterSchema | undefined, value: unknown): boolean {
  if (schema?.enum !== undefined) return schema.enum.includes(value);
  const types = [schema?.type ?? typeof value].flat();
  return types.includes(typeof value);
}

/** Some value of the type a required parameter wants. */
function standIn(schema: ParameterSchema | undefined): unknown {
  if (schema?.enum !== undefined) return schema.enum[0];
  const [type] = [schema?.type ?? 'string'].flat();
  if (type === 'integer' || type === 'number') return schema?.minimum ?? 1;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  if (type === 'object') return {};
  return type === 'null' ? null : 'demo';
}
