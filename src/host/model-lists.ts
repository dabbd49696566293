import type { Memento } from 'vscode';
import { parseEndpoint } from '../llm/endpoint.ts';
import { amendCatalog, findModel, type ModelAmendment } from '../llm/model-catalog.ts';

/** What one host listed, and when. */
export interface ModelList {
  /** "YYYY-MM-DD", UTC. */
  readonly day: string;
  readonly models: readonly ModelAmendment[];
}

/** What hosts listed when a person last asked them: kept for all windows, each host for itself. */
export class ModelLists {
  #state: Pick<Memento, 'get' | 'update'>;

  constructor(state: Pick<Memento, 'get' | 'update'>) {
    this.#state = state;
  }

  at(provider: string, endpoint: string): ModelList | undefined {
    const key = keyOf(provider, endpoint);
    return key === undefined ? undefined : this.#state.get<ModelList>(key);
  }

  async keep(provider: string, endpoint: string, list: ModelList): Promise<void> {
    const key = keyOf(provider, endpoint);
    if (key !== undefined) await this.#state.update(key, list);
  }
}

/** Without what may stand in a query: it is nobody's business what else an address holds. */
function keyOf(provider: string, endpoint: string): string | undefined {
  try {
    const { origin, pathname } = parseEndpoint(endpoint);
    return `pennyloom.models ${provider} ${origin}${pathname}`;
  } catch {
    return undefined;
  }
}

/**
 * Lays a list over the catalogue, in place of the last one. Of a known model it tells the end and the limits; a model that is not
 * known is taken in where the host tells more of it than that it is there.
 */
export function believe(list: ModelList | undefined): void {
  amendCatalog([], 'list');
  amendCatalog(
    (list?.models ?? []).flatMap(model => {
      const { name: _, source: __, checkedOn: ___, ...told } = model;
      if (findModel(model.provider, model.id)) return [told];
      return tellsMore(told) ? [model] : [];
    }),
    'list',
  );
}

const tellsMore = ({ contextWindow, tools, vision }: ModelAmendment): boolean =>
  [contextWindow, tools, vision].some(fact => fact !== undefined);
