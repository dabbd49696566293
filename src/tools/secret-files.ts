import { compileGlob } from './glob.ts';
import type { Glob } from './glob.ts';

/**
 * Files that commonly hold passwords, keys or tokens. Lower case; a name without '/' counts in every folder. Words that
 * programs about secrets use as well ("credentials.ts") count with the endings of data only.
 */
// prettier-ignore
const SECRET_GLOBS: readonly string[] = [
  // environment
  '.env', '.env.*', '.env-*', '*.env', '.envrc', '.flaskenv',
  // private keys and key stores
  '*.pem', '*.key', '*.p12', '*.pfx', '*.p8', '*.ppk', '*.jks', '*.keystore', '*.kdbx', '*.ovpn',
  'id_rsa*', 'id_dsa*', 'id_ecdsa*', 'id_ed25519*', '*_rsa', '*_ed25519', 'secring.*', '*{private,secret}*.{asc,gpg,pgp}',
  '**/.ssh/**', '**/.gnupg/**', 'keystore.properties',
  // credentials by name
  '{,.}{credential,secret}{,s}', '{,.,*-,*_,*.}{credential,secret}{,s}.{json,yml,yaml,toml,ini,xml,csv,txt,cfg,conf,properties,db}',
  'client_secret*.json', '{service-account,service_account,serviceaccount,*firebase-adminsdk}*.json',
  'application_default_credentials.json', '.vault_pass*', '.vault-token', 'local.settings.json',
  // package managers, tools and databases
  '.npmrc', '.netrc', '_netrc', '.pypirc', '.pgpass', '.my.cnf', '.mylogin.cnf', '.htpasswd', '.git-credentials', '.dockercfg',
  '.s3cfg', '.boto', 'rclone.conf', '**/.docker/config.json', '**/.cargo/credentials*', '**/.gem/credentials', '**/.m2/settings.xml',
  '**/.config/gh/hosts.yml', '**/.composer/auth.json',
  // clouds and infrastructure
  '**/.aws/**', '**/.azure/**', '**/.config/gcloud/**', '**/.kube/**', 'kubeconfig', 'kubeconfig.*', '*.kubeconfig',
  '*.tfstate', '*.tfstate.*', '*.tfvars', '*.tfvars.json', '.terraformrc', 'terraform.rc', '*.tfrc.json',
  // histories of shells and clients: passwords get typed into them
  '.{bash,zsh,sh,psql,mysql,node_repl,python,rediscli}_history',
];

/** Made to be shared: templates without values, and the public half of a key pair. */
const HARMLESS_GLOBS: readonly string[] = ['.env.{example,sample,template,dist}', '{example,sample}.env', '*.pub'];

/** In these folders nothing is harmless, whatever it is called. */
const SECRET_FOLDERS: ReadonlySet<string> = new Set(['.ssh', '.gnupg', '.aws', '.azure', '.kube', 'gcloud']);

let compiled: { readonly secret: readonly Glob[]; readonly harmless: readonly Glob[] } | undefined;

/**
 * Whether a file looks as if it held secrets, by its name alone. Errs on the side of secrecy: a public certificate in a `.pem`
 * counts. Letter case does not matter, as it does not to some file systems.
 * @param path relative to a root, with '/'.
 */
export function isSecretPath(path: string): boolean {
  compiled ??= {
    secret: SECRET_GLOBS.map(glob => compileGlob(glob, { maxAlternatives: 256 })),
    harmless: HARMLESS_GLOBS.map(glob => compileGlob(glob)),
  };
  const segments = path.toLowerCase().split('/');
  if (!compiled.secret.some(glob => glob(segments))) return false;
  const sheltered = segments.slice(0, -1).some(folder => SECRET_FOLDERS.has(folder));
  return sheltered || !compiled.harmless.some(glob => glob(segments));
}
