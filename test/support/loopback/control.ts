import type { Gate } from './gate.ts';
import type { RequestLog, RequestRecord, RequestWait } from './request-log.ts';
import type { Script, ScriptQueue } from './script.ts';

/**
 * How a test steers a loopback server and looks at what it received. The same in the server's own process and, through
 * control-client.ts, from another one.
 */
export interface LoopbackControl<Settings> {
  /** Queues answers: each request takes the first script that matches it, in this order. */
  script(...scripts: Script[]): Promise<void>;
  /** Changes some settings from the next request on. @returns all of them */
  configure(settings: Partial<Settings>): Promise<Settings>;
  /** Everything received since start or reset, oldest first, as it stands now. */
  requests(): Promise<RequestRecord[]>;
  /** Resolves as soon as the request is there (in the state asked for); rejects when the time is up. */
  waitForRequest(wait?: RequestWait): Promise<RequestRecord>;
  /** Lets every stalled answer go on. @returns how many there were */
  release(): Promise<number>;
  status(): Promise<ControlStatus>;
  /** Log, scripts, limits and caches as at the start, settings too; stalled answers are let go. */
  reset(): Promise<void>;
}

export interface ControlStatus {
  /** Scripts not used up. A test may end by asserting 0. */
  readonly scripts: number;
  readonly stalled: number;
}

/** What a server hands over to be controlled. */
export interface Controllable<Settings> {
  readonly log: RequestLog;
  readonly scripts: ScriptQueue;
  readonly gate: Gate;
  settings: Settings;
  readonly initialSettings: Settings;
  /** Forgets what the vendor's side remembers beside log and scripts. */
  forget(): void;
}

export function controlOf<Settings extends object>(server: Controllable<Settings>): LoopbackControl<Settings> {
  return {
    script: async (...scripts) => server.scripts.add(scripts),
    configure: async settings => {
      server.settings = { ...server.settings, ...settings };
      return server.settings;
    },
    requests: async () => structuredClone([...server.log.records]),
    waitForRequest: async wait => structuredClone(await server.log.waitFor(wait ?? {})),
    release: async () => server.gate.release(),
    status: async () => ({ scripts: server.scripts.waiting, stalled: server.gate.waiting }),
    reset: async () => {
      server.scripts.clear();
      server.log.clear();
      server.settings = server.initialSettings;
      server.forget();
      server.gate.release();
    },
  };
}
