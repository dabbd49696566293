import type { Controllable } from '../loopback/control.ts';
import { Gate } from '../loopback/gate.ts';
import { RequestLog } from '../loopback/request-log.ts';
import { ScriptQueue } from '../loopback/script.ts';
import { PromptCache } from './prompt-cache.ts';
import { RateLimiter } from './rate-limits.ts';
import type { AnthropicServerSettings } from './settings.ts';

/** Time and chance, so that a test can decide them. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh id of letters and digits. */
  readonly newId: () => string;
}

export const MESSAGES = '/v1/messages';

/** All that one server remembers. */
export class ServerState implements Controllable<AnthropicServerSettings> {
  readonly log = new RequestLog(path => path === MESSAGES);
  readonly scripts = new ScriptQueue();
  readonly gate = new Gate();
  readonly cache = new PromptCache();
  readonly limiter: RateLimiter;
  readonly world: World;
  readonly initialSettings: AnthropicServerSettings;
  settings: AnthropicServerSettings;

  constructor(settings: AnthropicServerSettings, world: World) {
    this.settings = settings;
    this.initialSettings = settings;
    this.world = world;
    this.limiter = new RateLimiter(world.now);
  }

  forget(): void {
    this.cache.clear();
    this.limiter.clear();
  }
}
