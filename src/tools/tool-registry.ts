import type { ToolDefinition } from '../llm/message.ts';
import { listFiles } from './list-files.ts';
import { readFile } from './read-file.ts';
import { searchText } from './search-text.ts';
import type { Tool } from './tool.ts';

/** What one conversation's model may do. */
export interface ToolRegistry {
  /** What is sent to the model, in the order the tools were given. */
  readonly definitions: readonly ToolDefinition[];
  find(name: string): Tool | undefined;
}

/** Every tool of our own. A new one is a file beside these and a line here. */
export const allTools: readonly Tool[] = [readFile, listFiles, searchText];

/** @throws Error for a name the vendors refuse, or one that is there twice: both are mistakes of whoever wrote the tool. */
export function createToolRegistry(tools: readonly Tool[]): ToolRegistry {
  const byName = new Map<string, Tool>();
  for (const tool of tools) {
    // Chat Completions, FunctionObject.name (OpenAI's OpenAPI description, read 2026-11).
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name))
      throw new Error(`Not a name for a tool: ${JSON.stringify(tool.name)}`);
    if (byName.has(tool.name)) throw new Error(`Two tools are called ${tool.name}`);
    byName.set(tool.name, tool);
  }
  const definitions = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
  return { definitions, find: name => byName.get(name) };
}
