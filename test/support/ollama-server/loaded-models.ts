/** What is loaded, with the context it was loaded for; and how often anything was. */
export class LoadedModels {
  readonly contexts = new Map<string, number>();
  loads = 0;

  /** A model is loaded anew wherever it is asked for another context (ollama/ollama#9977). */
  load(model: string, context: number): void {
    if (this.contexts.get(model) !== context) this.loads++;
    this.contexts.set(model, context);
  }

  clear(): void {
    this.contexts.clear();
    this.loads = 0;
  }
}
