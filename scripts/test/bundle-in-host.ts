import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { OUT, ROOT } from '../host/folders.ts';

/** The suite's entry, as `extensionTestsPath` wants it: a module with `run()`. */
export const IN_HOST_SUITE = join(OUT, 'test-host/index.cjs');

/** In a bundle a module's own address would be the bundle's; what is read or started beside a source file is still there. */
const originalAddresses: Plugin = {
  name: 'original-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](src|test)[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
  },
};

/** Bundles the bootstrap and each test file for the extension host, which loads CommonJS by path and knows no TypeScript. */
export async function bundleInHostTests(files: readonly string[]): Promise<void> {
  await rm(dirname(IN_HOST_SUITE), { recursive: true, force: true });
  await build({
    entryPoints: [join(ROOT, 'test/host/index.ts'), ...files.map(file => join(ROOT, file))],
    outbase: join(ROOT, 'test/host'),
    outdir: dirname(IN_HOST_SUITE),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    // mocha finds its interface's functions on its own copy: the bootstrap and every file must get the same one.
    external: ['vscode', 'mocha'],
    plugins: [originalAddresses],
    logLevel: 'warning',
  });
}
