// @ts-check
import { readFileSync } from 'node:fs';

/**
 * What a plain request over HTTP/1.1 never reaches, by the end of its path in undici 7.30.2, and why it is safe to leave out. An esbuild plugin
 * puts a module in its place that says so, should a new undici reach it after all. Half of what loading undici costs is these (bench S6).
 */
const leftOut = new Map([
  ['lib/dispatcher/client-h2.js', 'HTTP/2: every dispatcher is made with allowH2: false; loads node:http2'],
  ['lib/web/fetch/body.js', 'bodies that are no string or Buffer (FormData, fetch): loads webidl and half of fetch'],
  ['lib/llhttp/llhttp-wasm.js', 'the HTTP parser for processors without SIMD: none that VS Code runs on, and 72 KiB'],
]);

/**
 * Bundles undici's dispatchers without HTTP/2, fetch bodies and the second HTTP parser. Import them by path
 * ('undici/lib/dispatcher/agent.js'): undici's index would bring all the rest. ProxyAgent moreover needs what that index does,
 * `Dispatcher.prototype.connect = require('undici/lib/api/api-connect.js')`.
 * @type {import('esbuild').Plugin}
 */
export const slimUndici = {
  name: 'slim-undici',
  setup(build) {
    checkVersion();
    build.onLoad({ filter: /[\\/]undici[\\/]lib[\\/].*\.js$/ }, ({ path }) => {
      const name = path.replaceAll('\\', '/').replace(/^.*\/undici\/(?=lib\/)/, '');
      const reason = leftOut.get(name);
      if (reason === undefined) return undefined;
      return { contents: stub(name, reason), loader: 'js' };
    });
  },
};

/**
 * Stands in for a module: may be required, as undici does at load, but not used.
 * @param {string} name
 * @param {string} reason
 */
const stub = (name, reason) => `
'use strict'
const refuse = () => { throw new Error(${JSON.stringify(`undici's ${name} is not in this bundle: ${reason}`)}) }
module.exports = new Proxy(refuse, { get: refuse })
`;

const expected = '7.30.2';

/** The list above was read in one version. */
function checkVersion() {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(
    readFileSync(new URL('../../node_modules/undici/package.json', import.meta.url), 'utf8'),
  );
  if (version !== expected)
    throw new Error(
      `scripts/build/slim-undici.mjs was written for undici ${expected}, not ${version}. Read its list again.`,
    );
}
