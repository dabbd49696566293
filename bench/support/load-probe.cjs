// @ts-check
// Measures, in a fresh process and in plain JavaScript so that nothing else is loaded first, the CPU time of requiring bundles and,
// with --activate, of calling the last one's activate() with a stand-in for `vscode`. Prints JSON.
const Module = require('node:module');

/** Answers every name with itself and every call with itself: enough for code that only registers things. */
const anything = new Proxy(function () {}, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : name === 'then' ? undefined : anything),
  apply: () => anything,
  construct: () => anything,
  set: () => true,
});
/** Named, because what esbuild makes of `import * as vscode` copies the names it finds. */
const names = (
  'window commands workspace env languages lm chat authentication extensions l10n version ' +
  'Uri Range Position Selection EventEmitter Disposable ThemeIcon ThemeColor MarkdownString RelativePattern ' +
  'StatusBarAlignment ViewColumn ConfigurationTarget ProgressLocation FileType ExtensionMode ColorThemeKind'
).split(' ');
const vscode = Object.fromEntries(names.map(name => [name, anything]));
const hook = '_load'; // Node's own, not in its types
/** @type {any} */
const loader = Module;
const load = loader[hook];
/** @type {(request: string, ...rest: unknown[]) => unknown} */
loader[hook] = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

const files = process.argv.slice(2).filter(argument => argument !== '--activate');
const activate = process.argv.includes('--activate');
const context = new Proxy({ subscriptions: [] }, { get: (own, name) => Reflect.get(own, name) ?? anything });
/** @type {string[]} */
// @ts-expect-error: what Node has loaded of itself, not in its types
const builtins = process.moduleLoadList;
const before = new Set(builtins);

const start = process.cpuUsage();
let last;
for (const file of files) last = require(file);
if (activate) last.activate(context);
const { user, system } = process.cpuUsage(start);

console.log(
  JSON.stringify({
    ms: (user + system) / 1000,
    builtins: builtins.filter(name => !before.has(name)),
    files: Object.keys(require.cache).filter(file => file !== __filename),
  }),
);
