import type { Controllable } from '../loopback/control.ts';
import { Gate } from '../loopback/gate.ts';
import { RequestLog } from '../loopback/request-log.ts';
import { ScriptQueue } from '../loopback/script.ts';
import type { OllamaServerSettings } from './settings.ts';

/** All that one server remembers. */
export class ServerState implements Controllable<OllamaServerSettings> {
  readonly log = new RequestLog(runsModel);
  readonly scripts = new ScriptQueue();
  readonly gate = new Gate();
  readonly initialSettings: OllamaServerSettings;
  settings: OllamaServerSettings;
  /** What is loaded, with the context it was loaded for; and how often anything was. */
  readonly loaded = new Map<string, number>();
  loads = 0;
  #ids = 0;

  constructor(settings: OllamaServerSettings) {
    this.settings = settings;
    this.initialSettings = settings;
  }

  readonly now = Date.now;

  /** As the server makes them: "call_" and eight letters or digits. */
  newCallId(): string {
    return `call_${(36 ** 7 + this.#ids++ * 7919).toString(36)}`;
  }

  /** A model is loaded anew wherever it is asked for another context (ollama/ollama#9977). */
  load(model: string, context: number): void {
    if (this.loaded.get(model) !== context) this.loads++;
    this.loaded.set(model, context);
  }

  forget(): void {
    this.loaded.clear();
    this.loads = 0;
  }
}

export const runsModel = (path: string): boolean => path === '/api/chat';
