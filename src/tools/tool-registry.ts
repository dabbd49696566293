import type { ToolDefinition } from '../llm/message.ts';
import { listFiles } from './list-files.ts';
import { readFile } from './read-file.ts';
import { searchText } from './search-text.ts';
import type { Tool } from './tool.ts';
import { wireNames } from './wire-names.ts';

/** What one conversation's model may do. */
export interface ToolRegistry {
  /** What is sent to the model, in the order the tools were given. */
  readonly definitions: readonly ToolDefinition[];
  /** By the name that was sent. */
  find(wireName: string): Tool | undefined;
}

/** Every tool of our own. A new one is a file beside these and a line here. */
export const allTools: readonly Tool[] = [readFile, listFiles, searchText];

/**
 * Tools as the model knows them. A name the vendors would refuse goes by another on the wire and is found by that.
 * @throws Error for a name that is there twice: a mistake of whoever wrote the tool.
 */
export function createToolRegistry(tools: readonly Tool[]): ToolRegistry {
  const names = wireNames(tools.map(({ name }) => name));
  const byName = new Map(tools.map(tool => [tool.name, tool]));
  const definitions = tools.map(({ name, description, parameters }) => ({
    name: names.toWire(name),
    description,
    parameters,
  }));
  return { definitions, find: wire => byName.get(names.fromWire(wire) ?? '') };
}
