// package.json, the code and the README say the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commandNames } from '../src/host/command-names.ts';
import { defaultModel } from '../src/llm/model-catalog.ts';
import { openai } from '../src/llm/openai/openai.ts';
import { vendors } from '../src/llm/vendors.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

interface Setting {
  readonly type: string | string[];
  readonly default: string | number | boolean | object | null;
  readonly scope?: string;
  readonly markdownDescription?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
}
interface Manifest {
  readonly main: string;
  readonly engines: { readonly vscode: string };
  readonly devDependencies: { readonly [name: string]: string };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: { readonly [place: string]: readonly { readonly command?: string; readonly submenu?: string }[] };
    readonly submenus: readonly { readonly id: string }[];
    readonly views: { readonly [container: string]: readonly { readonly id: string }[] };
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string }[] };
    readonly keybindings: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: { readonly [name: string]: Setting } };
  };
}
const manifest = JSON.parse(read('package.json')) as Manifest;
const { commands, menus, submenus, views, viewsContainers, keybindings, configuration } = manifest.contributes;
const settings = Object.entries(configuration.properties);
const readme = read('README.md');

test('every command of the manifest has an implementation, and the other way round', () => {
  assert.deepEqual(commands.map(({ command }) => command).sort(), commandNames.map(name => `pennyloom.${name}`).sort());
  for (const { category } of commands) assert.equal(category, 'Pennyloom');
});

test('menus, keys and views name only what exists', () => {
  const known = new Set(commands.map(({ command }) => command));
  const places = new Set(submenus.map(({ id }) => id));
  for (const entry of [...Object.values(menus).flat(), ...keybindings]) {
    if (entry.command !== undefined) assert.ok(known.has(entry.command), entry.command);
    if ('submenu' in entry && entry.submenu !== undefined) assert.ok(places.has(entry.submenu), entry.submenu);
  }
  for (const id of Object.keys(views)) assert.ok(viewsContainers.activitybar.some(container => container.id === id));
  assert.deepEqual(
    views['pennyloom']?.map(({ id }) => id),
    ['pennyloom.chat'],
  );
  assert.match(read('src/extension.ts'), /registerWebviewViewProvider\('pennyloom\.chat'/);
});

test('the README lists every command by its title and every setting by its name, and no others', () => {
  const commandsListed = [...readme.matchAll(/^\| (Pennyloom: .*?) \|/gm)].map(([, title]) => title);
  assert.deepEqual(new Set(commandsListed), new Set(commands.map(({ category, title }) => `${category}: ${title}`)));
  const settingsListed = [...readme.matchAll(/^\| `(pennyloom\..*?)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(new Set(settingsListed), new Set(settings.map(([name]) => name)));
});

test('the README shows the defaults of the manifest', () => {
  for (const [name, { default: value }] of settings) {
    const row = readme.split('\n').find(line => line.startsWith(`| \`${name}\``))!;
    const shown =
      value === null || value === ''
        ? 'none'
        : value === true
          ? 'on'
          : value === false
            ? 'off'
            : name.endsWith('temperature')
              ? '1.0'
              : typeof value === 'object'
                ? JSON.stringify(value)
                : String(value);
    assert.ok(row.split('|')[2]!.includes(shown), `${name}: ${row}`);
  }
});

test('every setting says what it does, has a default, a scope, and a range where it is a number', () => {
  for (const [name, setting] of settings) {
    assert.ok((setting.markdownDescription ?? '').length > 20, name);
    assert.notEqual(setting.default, undefined, name);
    assert.ok(['application', 'window'].includes(setting.scope ?? ''), name);
    const types = [setting.type].flat();
    if (types.includes('number') || types.includes('integer')) assert.equal(typeof setting.minimum, 'number', name);
    if (setting.enum) assert.equal(setting.enumDescriptions?.length, setting.enum.length, name);
  }
});

test('every setting is read by the code, by its name', () => {
  const code = read('src/host/settings.ts') + read('src/host/cost-settings.ts');
  for (const [name] of settings) {
    const own = name.slice('pennyloom.'.length);
    const [first, second] = own.split('.');
    const named = second
      ? code.includes(`'${own}'`) || (code.includes(`'${second}'`) && code.includes(`\`${first}.`))
      : code.includes(`'${own}'`);
    assert.ok(named, name);
  }
});

test('a workspace can set neither where the key goes nor what may be spent', () => {
  for (const name of [
    'provider',
    'endpoint',
    'endpoints',
    'headers',
    'azure.auth',
    'azure.entraHosts',
    'models',
    'keySource',
    'budget.session',
    'budget.day',
    'budget.month',
    'budget.workspace',
    'budget.features',
  ])
    assert.equal(configuration.properties[`pennyloom.${name}`]?.scope, 'application', name);
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  for (const [name, { scope }] of settings) assert.equal(restricted.includes(name), scope === 'window', name);
});

test('defaults in the manifest are the defaults in the code', () => {
  const value = (name: string): unknown => configuration.properties[`pennyloom.${name}`]?.default;
  assert.equal(value('model'), defaultModel);
  assert.equal(value('endpoint'), openai.defaultEndpoint);
  assert.deepEqual(
    [value('maxTokens'), value('temperature'), value('timeout'), value('streaming')],
    [4096, 1, 60, true],
  );
  assert.deepEqual(
    ['timeout', 'temperature'].map(name => [
      configuration.properties[`pennyloom.${name}`]?.minimum,
      configuration.properties[`pennyloom.${name}`]?.maximum,
    ]),
    [
      [1, 600],
      [0, 2],
    ],
  );
});

test('every provider there is can be chosen', () => {
  const known = configuration.properties['pennyloom.provider']?.enum ?? [];
  for (const name of Object.keys(vendors)) assert.ok(known.includes(name), name);
});

test('the types are not newer than the oldest VS Code we promise', () => {
  const [, engine] = /^\^1\.(\d+)\.0$/.exec(manifest.engines.vscode)!;
  assert.match(manifest.devDependencies['@types/vscode']!, new RegExp(`^1\\.${engine}\\.`));
});
