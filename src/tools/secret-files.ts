/**
 * Names of files that commonly hold passwords, keys or tokens, in lower case. Words that programs about secrets use as
 * well ("credentials.ts") count with the endings of data only.
 */
const SECRET_NAMES: readonly RegExp[] = [
  // environment
  /^\.env([.-].*)?$/,
  /\.env$/,
  /^\.(envrc|flaskenv)$/,
  // private keys and key stores
  /\.(pem|key|p12|pfx|p8|ppk|jks|keystore|kdbx|ovpn)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /_(rsa|ed25519)$/,
  /(private|secret).*\.(asc|gpg|pgp)$/,
  /^(secring\..*|keystore\.properties)$/,
  // credentials by name
  /^\.?(credential|secret)s?$/,
  /(^|[._-])(credential|secret)s?\.(json|ya?ml|toml|ini|xml|csv|txt|cfg|conf|properties|db)$/,
  /^(client_secret|service[-_]?account|.*firebase-adminsdk).*\.json$/,
  /^(application_default_credentials\.json|\.vault_pass.*|\.vault-token|local\.settings\.json)$/,
  // package managers, tools and databases
  /^(\.npmrc|[._]netrc|\.pypirc|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.htpasswd|\.git-credentials|\.dockercfg|\.s3cfg|\.boto)$/,
  /^rclone\.conf$/,
  // clouds and infrastructure
  /^kubeconfig(\..*)?$/,
  /\.(kubeconfig|tfstate|tfvars|tfvars\.json|tfrc\.json)$/,
  /\.tfstate\./,
  /^(\.terraformrc|terraform\.rc)$/,
  // histories of shells and clients: passwords get typed into them
  /^\.(bash|zsh|sh|psql|mysql|node_repl|python|rediscli)_history$/,
];

/** Made to be shared: templates without values, and the public half of a key pair. */
const HARMLESS_NAME = /^\.env\.(example|sample|template|dist)$|^(example|sample)\.env$|\.pub$/;

/** In these folders everything counts, whatever it is called. */
const SECRET_FOLDER = /(^|\/)(\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.config\/gcloud)\//;

/** Names that are ordinary elsewhere. */
const SECRET_PLACE =
  /(^|\/)(\.docker\/config\.json|\.cargo\/credentials|\.gem\/credentials|\.m2\/settings\.xml|\.config\/gh\/hosts\.yml|\.composer\/auth\.json)$/;

/**
 * Whether a file looks as if it held secrets, by its path alone. Errs on the side of secrecy: a public certificate in a `.pem`
 * counts. Letter case does not matter, as it does not to some file systems.
 * @param path relative to a root, with '/'.
 */
export function isSecretPath(path: string): boolean {
  const folded = path.toLowerCase();
  if (SECRET_FOLDER.test(folded) || SECRET_PLACE.test(folded)) return true;
  const name = folded.slice(folded.lastIndexOf('/') + 1);
  return !HARMLESS_NAME.test(name) && SECRET_NAMES.some(secret => secret.test(name));
}
