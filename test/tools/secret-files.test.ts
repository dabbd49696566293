import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isSecretPath } from '../../src/tools/secret-files.ts';

test('files that commonly hold secrets are told by their names, in every folder and letter case', () => {
  const secret = [
    '.env', '.env.local', '.env.production', 'apps/web/.ENV', 'prod.env', '.envrc', 'server.pem', 'tls/site.key', 'cert.p12', 'cert.PFX',
    'id_rsa', 'home/.ssh/config', '.ssh/id_ed25519.pub', 'deploy_rsa', 'release.jks', 'passwords.kdbx', 'private-key.asc',
    'credentials', 'credentials.json', 'gcp-credentials.json', 'config/secrets.yml', 'secret.txt', 'client_secret_12.json',
    'my-firebase-adminsdk-x.json', '.npmrc', '.netrc', '_netrc', '.pypirc', '.pgpass', '.git-credentials', '.htpasswd',
    '.docker/config.json', '.aws/credentials', 'x/.aws/config', '.kube/config', 'kubeconfig', 'dev.kubeconfig', 'terraform.tfstate',
    'terraform.tfstate.backup', 'prod.tfvars', '.bash_history', 'local.settings.json', '.config/gcloud/x.db',
  ]; // prettier-ignore
  for (const path of secret) assert.equal(isSecretPath(path), true, path);
});

test('ordinary files, templates and public keys are not', () => {
  const ordinary = [
    'src/main.ts', 'README.md', 'environment.ts', '.env.example', 'apps/web/.env.sample', 'src/credentials.ts', 'secrets/index.ts',
    'src/secret-files.ts', 'locales/en/auth.json', 'id_rsa.pub', 'keyboard.ts', 'tokens.json', 'docs/secrets.md', 'config.json',
    'monkey', 'docker/config.json', 'variables.tf', 'package.json', '.github/workflows/ci.yml',
  ]; // prettier-ignore
  for (const path of ordinary) assert.equal(isSecretPath(path), false, path);
});
