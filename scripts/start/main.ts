// What `npm start` does once everything is set up. Runs on Node 24.
import { packExtension } from '../package/pack-extension.ts';
import { demoBackend, liveBackend, type Backend } from './backend.ts';
import { openDesktop } from './open-desktop.ts';
import { readOptions, USAGE, UsageError, type StartOptions } from './options.ts';
import { askOnce } from './ask-once.ts';
import { serve } from './serve.ts';

async function main(options: StartOptions): Promise<number> {
  // Text for people goes to stderr when stdout is to be read by a program.
  const say = options.json ? console.error : console.log;
  say('packing the extension');
  const { problems } = await packExtension();
  for (const problem of problems) {
    console.error(`note: ${problem}`);
  }
  const backend: Backend = options.live ? liveBackend() : await demoBackend();
  try {
    if (options.once !== undefined) {
      return await askOnce(options.once, options, backend);
    }
    const code = process.env['PENNYLOOM_DESKTOP_CODE'];
    await (code ? openDesktop(code, options, backend) : serve(options, backend));
    return 0;
  } finally {
    await backend.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (options.help) {
    console.log(USAGE);
  } else {
    process.exitCode = await main(options);
  }
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
}
