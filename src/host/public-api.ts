/** What `vscode.extensions.getExtension('pennyloom.pennyloom').activate()` gives other extensions. */
export interface PublicApi {
  /** Grows when something is added; what is there stays. */
  readonly version: 1;
}
