import * as vscode from 'vscode';
import type { HttpSettings } from './connections.ts';

/** As the person says, not the workspace: with a proxy and without certificates, whoever wrote it could read the key. */
export function httpSettings(): HttpSettings {
  const http = vscode.workspace.getConfiguration('http');
  const of = (name: string): unknown => {
    const found = http.inspect<unknown>(name);
    return found?.globalValue ?? found?.defaultValue;
  };
  const text = (name: string): string | undefined => {
    const value = of(name);
    return typeof value === 'string' ? value : undefined;
  };
  const noProxy = of('noProxy');
  return {
    support: text('proxySupport'),
    proxy: text('proxy'),
    authorization: text('proxyAuthorization'),
    noProxy: Array.isArray(noProxy) ? noProxy.filter(entry => typeof entry === 'string') : [],
    strict: of('proxyStrictSSL') !== false,
    systemCertificates: of('systemCertificates') !== false,
  };
}
