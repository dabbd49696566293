import { request as httpRequest } from 'node:http';
import type { LoopbackControl } from './control.ts';
import { CONTROL_PREFIX } from './control-server.ts';

/** The control of a server in another process. node:http, because tests may patch or stub `fetch`. */
export function remoteControl<Settings>(controlUrl: string, token: string): LoopbackControl<Settings> {
  const call = async <Result>(method: string, args: readonly unknown[]): Promise<Result> => {
    const answer = await post(new URL(CONTROL_PREFIX + method, controlUrl), token, JSON.stringify(args));
    const { result, error } = JSON.parse(answer) as { result: Result; error?: string };
    if (error !== undefined) throw new Error(`control ${method}: ${error}`);
    return result;
  };
  return {
    script: (...scripts) => call('script', scripts),
    configure: settings => call('configure', [settings]),
    requests: () => call('requests', []),
    waitForRequest: wait => call('waitForRequest', wait === undefined ? [] : [wait]),
    release: () => call('release', []),
    status: () => call('status', []),
    reset: () => call('reset', []),
  };
}

function post(url: URL, token: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    // No agent: a kept-alive socket would hold the test process open.
    const request = httpRequest(url, { method: 'POST', headers, agent: false }, response => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
