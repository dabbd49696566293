/** Everything a person can call, by the name after "pennyloom."; the engine implements each, package.json titles each. */
export const commandNames = [
  'setApiKey',
  'clearApiKey',
  'testConnection',
  'migrateToAzure',
  'newChat',
  'focusChat',
  'stopAnswer',
  'chooseProvider',
  'chooseModel',
  'refreshModels',
  'compareProviders',
  'explainSelection',
  'showCosts',
  'reconcileCosts',
  'resetSessionCost',
  'resetCircuitBreakers',
  'openSettings',
  'showLog',
] as const;
export type CommandName = (typeof commandNames)[number];
