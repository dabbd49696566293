import type { Controllable } from '../loopback/control.ts';
import { Gate } from '../loopback/gate.ts';
import { RequestLog } from '../loopback/request-log.ts';
import { ScriptQueue } from '../loopback/script.ts';
import type { Host } from './host.ts';
import { SERVED_MODELS, ServedModels } from './models.ts';
import { PromptCache } from './prompt-cache.ts';
import { RateLimiter } from './rate-limits.ts';
import { ResponseMemory } from './responses/response-memory.ts';
import type { OpenAiServerSettings } from './settings.ts';

/** Time and chance, so that a test can decide them. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh id of letters and digits, 24 characters. */
  readonly newId: () => string;
}

/** All that one server remembers. */
export class ServerState implements Controllable<OpenAiServerSettings> {
  readonly log: RequestLog;
  readonly scripts = new ScriptQueue();
  readonly gate = new Gate();
  readonly cache = new PromptCache();
  readonly responses = new ResponseMemory();
  readonly limiter: RateLimiter;
  readonly world: World;
  readonly host: Host;
  readonly initialSettings: OpenAiServerSettings;
  settings: OpenAiServerSettings;

  constructor(settings: OpenAiServerSettings, world: World, host: Host) {
    this.host = host;
    this.log = new RequestLog(path => host.apiOf(path) !== undefined);
    this.settings = settings;
    this.initialSettings = settings;
    this.world = world;
    this.limiter = new RateLimiter(world.now);
  }

  models(): ServedModels {
    const { today, extraModels } = this.settings;
    const pattern = SERVED_MODELS.find(({ id }) => id === 'gpt-4o');
    if (pattern === undefined) throw new Error('the table has lost gpt-4o');
    const { shutdown: _, aliases: __, ...abilities } = pattern;
    return new ServedModels(
      today,
      extraModels.map(id => ({ ...abilities, id })),
    );
  }

  forget(): void {
    this.cache.clear();
    this.responses.clear();
    this.limiter.clear();
  }
}
