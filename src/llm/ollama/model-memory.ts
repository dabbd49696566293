import { askJson } from '../http/ask-json.ts';
import type { ProviderConfig } from '../provider-config.ts';
import { endpointUrl } from '../endpoint.ts';
import { readShown, type ShownModel } from './shown-models.ts';

/** Reading a model's file takes a moment; who takes longer is not waited for. */
const showLimitMs = 3000;

/** One model on one server. */
export interface Place {
  readonly base: URL;
  readonly model: string;
  readonly headers: Record<string, string>;
}

/** What servers said of their models, asked once for each, and how much context was last asked for. */
export class ModelMemory {
  #shown = new Map<string, Promise<ShownModel | undefined>>();
  #sizes = new Map<string, number>();

  /** undefined where the server does not tell: then it is asked again the next time, and nobody is kept from chatting. */
  shown(config: ProviderConfig, place: Place): Promise<ShownModel | undefined> {
    const key = keyOf(place);
    let shown = this.#shown.get(key);
    if (!shown) {
      this.#shown.set(key, (shown = ask(config, place)));
      void shown.then(found => found ?? this.#shown.delete(key));
    }
    return shown;
  }

  /** 0 where none was asked for yet. */
  contextOf(place: Place): number {
    return this.#sizes.get(keyOf(place)) ?? 0;
  }

  keepContext(place: Place, tokens: number): void {
    this.#sizes.set(keyOf(place), Math.max(tokens, this.contextOf(place)));
  }
}

const keyOf = ({ base, model }: Place): string => `${base.href} ${model}`;

async function ask(config: ProviderConfig, { base, model, headers }: Place): Promise<ShownModel | undefined> {
  try {
    const url = endpointUrl(base, 'api/show');
    const body = JSON.stringify({ model });
    const request = { method: 'POST', url, headers: { ...headers, 'content-type': 'application/json' }, body } as const;
    const { status, text } = await askJson(config, request, { vendor: 'Ollama', model, timeoutMs: showLimitMs });
    return status === 200 ? readShown(text) : undefined;
  } catch {
    // Whatever is wrong, the question itself will meet it, and say so in its own words.
    return undefined;
  }
}
