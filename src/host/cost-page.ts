import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The page of the cost view: nothing is let in but two style sheets of ours, the icon font and one script by its nonce. */
export function costPage(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const own = (...path: string[]): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
  const policy = [
    `default-src 'none'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${own('dist', 'codicon.css')}">
<link rel="stylesheet" href="${own('media', 'costs.css')}">
<title>Pennyloom Costs</title>
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${own('dist', 'cost-webview.js')}"></script>
</body>
</html>`;
}
