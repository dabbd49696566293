import type { ReasoningEffort } from '../request.ts';
import type { ShownModel } from './shown-models.ts';

export interface Think {
  /** undefined leaves it to the model. */
  readonly value?: boolean | string;
  readonly notice?: string;
}

/**
 * A reasoning effort as the model takes it: its own level of that name, the nearest one it has, or just on and off. A model that does not
 * think is refused `think: true` (server/routes.go, read 2026-11-28), so an effort is left out there, so that a setting made for one
 * model does not break another.
 */
export function thinkOf(effort: ReasoningEffort | undefined, model: string, shown: ShownModel | undefined): Think {
  if (effort === undefined) return {};
  const { capabilities, think } = shown ?? {};
  const off = effort === 'none';
  const cannot = think ? !think.values.some(Boolean) : capabilities && !capabilities.has('thinking');
  if (cannot) return off ? {} : { notice: `Reasoning effort "${effort}" is left out: ${model} does not think.` };
  if (off) return { value: false };
  const levels = think?.values.filter(value => typeof value === 'string') ?? [];
  if (levels.length === 0) return { value: true };
  return { value: nearest(effort, levels) };
}

const order: readonly string[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Levels with names of their own are none to choose by nearness. */
function nearest(effort: string, levels: readonly string[]): boolean | string {
  const known = levels.filter(level => order.includes(level));
  const distance = (level: string): number => Math.abs(order.indexOf(level) - order.indexOf(effort));
  return known.toSorted((a, b) => distance(a) - distance(b))[0] ?? true;
}
