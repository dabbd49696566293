// Takes the place of VS Code's own Microsoft sign-in, which asks Microsoft: whoever registers first is it. Signs in whoever asks, with
// the token that stands in a file at that moment, as the real one gives a fresh token once the old one has run out.
const { readFileSync } = require('node:fs');
const vscode = require('vscode');

exports.activate = context => {
  const changed = new vscode.EventEmitter();
  const sessions = [];
  const fresh = session => ({ ...session, accessToken: readFileSync(process.env.PENNYLOOM_TEST_TOKEN_FILE, 'utf8') });
  const provider = {
    onDidChangeSessions: changed.event,
    getSessions: async scopes =>
      sessions.filter(session => !scopes || scopes.every(scope => session.scopes.includes(scope))).map(fresh),
    async createSession(scopes) {
      const account = { id: 'person', label: 'person@contoso.example' };
      const session = { id: `session-${sessions.length}`, accessToken: '', account, scopes: [...scopes] };
      sessions.push(session);
      changed.fire({ added: [session], removed: [], changed: [] });
      return fresh(session);
    },
    removeSession: async () => {},
  };
  context.subscriptions.push(vscode.authentication.registerAuthenticationProvider('microsoft', 'Microsoft', provider));
};
