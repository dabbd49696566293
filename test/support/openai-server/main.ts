// The loopback OpenAI server as a program:
//
//   node test/support/openai-server/main.ts [--port 0] [--control-port 0] [--control-token TOKEN]
//        [--pace CHARACTERS_PER_SECOND|fast] [--today YYYY-MM-DD] [--settings JSON] [--with-parent]
//
// Prints one line of JSON with its addresses once it listens (127.0.0.1 only), and ends on SIGTERM, on SIGINT, and with
// --with-parent when its stdin closes, so that it never outlives whoever started it.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { ServerAddress } from '../loopback/child-server.ts';
import { createControlServer } from '../loopback/control-server.ts';
import { createOpenAiServer } from './server.ts';
import type { OpenAiServerSettings } from './settings.ts';
import { DEMO_PACE } from './settings.ts';
import { loadTokenizer } from './tokenizer.ts';
import { schemaViolations } from './violations.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    'control-token': { type: 'string' },
    pace: { type: 'string', default: String(DEMO_PACE) },
    today: { type: 'string' },
    settings: { type: 'string', default: '{}' },
    'with-parent': { type: 'boolean', default: false },
  },
});

const pace = values.pace === 'fast' ? 'fast' : Number(values.pace);
if (pace !== 'fast' && !(pace > 0)) throw new Error(`--pace takes characters a second or "fast", not "${values.pace}"`);
const { server, control } = createOpenAiServer({
  pace,
  ...(values.today === undefined ? {} : { today: values.today }),
  ...(JSON.parse(values.settings) as Partial<OpenAiServerSettings>),
});
const controlToken = values['control-token'] ?? randomBytes(16).toString('hex');
const controlServer = createControlServer(control, controlToken);

const url = await listen(server, Number(values.port));
const controlUrl = await listen(controlServer, Number(values['control-port']));
const address: ServerAddress = { url, baseUrl: `${url}/v1`, controlUrl, controlToken, pid: process.pid };
process.stdout.write(`${JSON.stringify(address)}\n`);

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (values['with-parent']) {
  process.stdin.on('end', stop).on('close', stop).resume();
}
// After the address is out: the first request finds tokenizer and schema ready, and nobody waited for them.
setTimeout(() => {
  void loadTokenizer().then(() => schemaViolations('CreateChatCompletionRequest', {}));
}, 20).unref();

async function listen(target: Server, port: number): Promise<string> {
  target.listen(port, '127.0.0.1');
  await once(target, 'listening');
  return `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
}

function stop(): void {
  server.closeAllConnections();
  process.exit(0);
}
