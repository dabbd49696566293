import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SAMPLE_WORKSPACE, VSIX } from '../host/folders.ts';
import { startHost } from '../host/start-host.ts';
import { workbenchUrl } from '../host/workbench-url.ts';
import type { Backend } from './backend.ts';
import { endSignal } from './end-signal.ts';
import type { StartOptions } from './options.ts';

/** VS Code in the person's own browser, until Ctrl-C. */
export async function serve(options: StartOptions, backend: Backend): Promise<void> {
  const ended = endSignal();
  const root = await mkdtemp(join(tmpdir(), 'pennyloom-start-'));
  const workspace = join(root, 'workspace', basename(SAMPLE_WORKSPACE));
  await cp(SAMPLE_WORKSPACE, workspace, { recursive: true });
  console.log('starting VS Code');
  const host = await startHost({
    folder: join(root, 'host'),
    removeAtEnd: root,
    port: options.port,
    vsix: [VSIX],
    settings: {
      ...backend.settings,
      // SecretStorage keeps its half of a secret in the browser, and which one that will be is not known here.
      'pennyloom.keySource': 'environment',
      ...(options.theme && { 'workbench.colorTheme': options.theme }),
    },
    env: { ...backend.env, OPENAI_API_KEY: backend.key },
  });
  try {
    console.log(`
Pennyloom is running in VS Code ${host.release.vscode}. Open

  ${workbenchUrl(host, { folder: workspace })}

and click its icon in the activity bar. Ask "What does src/greet.ts do?", paste a picture, or select some code and run
"Pennyloom: Explain Selection". Answers come from ${backend.description}.
The project is a copy: change what you like. Ctrl-C ends it.
`);
    await ended;
  } finally {
    await host.stop();
  }
}
