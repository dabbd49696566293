import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/**
 * The page of the chat view. Its policy lets in nothing but our own two style sheets, our icon font, our scripts by nonce, and images
 * that are already in the page: a model's answer can neither run anything nor make the page fetch anything.
 */
export function chatPage(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const own = (...path: string[]): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
  const policy = [
    `default-src 'none'`,
    `img-src blob: data:`,
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
<link rel="stylesheet" href="${own('media', 'chat.css')}">
<title>Pennyloom</title>
</head>
<body data-highlight-src="${own('dist', 'highlight.js')}" data-nonce="${nonce}">
<header class="visually-hidden"><h1>Pennyloom Chat</h1></header>
<div id="root"></div>
<script nonce="${nonce}" src="${own('dist', 'chat-webview.js')}"></script>
</body>
</html>`;
}
