// Bundles: the extension's small main file, the engine it loads on first use, and the browser programs with their style sheets.
// `node esbuild.js [--minify] [--watch]`
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, context } from 'esbuild';

const minify = process.argv.includes('--minify');
const watch = process.argv.includes('--watch');

/**
 * `import('./x.lazy.ts')`-style bundles of their own: an import of a file named here stays a `require` of the bundle made from it, so that
 * nothing of it is read before it is needed. esbuild splits only ES modules, and VS Code's older hosts want CommonJS.
 */
const lazyBundles = new Map([
  ['engine.ts', './engine.cjs'],
  ['otel-exporter.ts', './otel-exporter.cjs'],
]);
const keepLazyBundlesApart = {
  name: 'lazy-bundles',
  setup(build) {
    build.onResolve({ filter: /\.ts$/ }, ({ path, kind }) => {
      const bundle = lazyBundles.get(path.split('/').at(-1));
      return bundle && kind === 'dynamic-import' ? { path: bundle, external: true } : undefined;
    });
  },
};

const shared = {
  bundle: true,
  minify,
  sourcemap: minify ? false : 'linked',
  logLevel: 'warning',
  legalComments: 'none',
};
const host = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  external: ['vscode'],
  outExtension: { '.js': '.cjs' },
  outdir: 'dist',
  plugins: [keepLazyBundlesApart],
};
const browser = { ...shared, platform: 'browser', format: 'iife', target: 'es2023', outdir: 'dist' };

const programs = [
  { ...host, entryPoints: { extension: 'src/extension.ts' } },
  { ...host, entryPoints: { engine: 'src/host/engine.ts' } },
  { ...host, entryPoints: { 'otel-exporter': 'src/cost/otel-exporter.ts' } },
  { ...host, entryPoints: { 'tokenizer-worker': 'src/llm/tokenizer/worker.ts' } },
  {
    ...browser,
    entryPoints: {
      'chat-webview': 'src/webview/main.ts',
      'cost-webview': 'src/webview/costs/main.ts',
      highlight: 'src/webview/highlight.ts',
      chat: 'media/chat.css',
      costs: 'media/costs.css',
    },
  },
];

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });
const codicons = dirname(createRequire(import.meta.url).resolve('@vscode/codicons/dist/codicon.css'));
for (const file of ['codicon.css', 'codicon.ttf']) copyFileSync(join(codicons, file), join('dist', file));

if (watch) {
  for (const options of programs) await (await context(options)).watch();
  console.log('watching');
} else {
  await Promise.all(programs.map(options => build(options)));
}
