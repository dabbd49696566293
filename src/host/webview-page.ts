import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export interface PageParts {
  readonly title: string;
  /** In dist/. */
  readonly stylesheet: string;
  /** In dist/. */
  readonly script: string;
  /** A script in dist/ that the page's own loads when it is needed. */
  readonly highlighter?: string;
  /** Shows images that are already in the page. */
  readonly images?: true;
  /** For who does not see that there is only one thing on the page. */
  readonly heading?: string;
}

/**
 * A page of ours. Its policy lets in nothing but our style sheets, our icon font and our scripts by nonce: what a model or a server says on
 * it can neither run anything nor make the page fetch anything.
 */
export function webviewPage(webview: vscode.Webview, extensionUri: vscode.Uri, parts: PageParts): string {
  const { title, stylesheet, script, highlighter, images, heading } = parts;
  const nonce = randomBytes(16).toString('base64');
  const own = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', file)).toString();
  const policy = [
    `default-src 'none'`,
    ...(images ? ['img-src blob: data:'] : []),
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  const loads = highlighter ? ` data-highlight-src="${own(highlighter)}" data-nonce="${nonce}"` : '';
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${own('codicon.css')}">
<link rel="stylesheet" href="${own(stylesheet)}">
<title>${title}</title>
</head>
<body${loads}>
${heading ? `<header class="visually-hidden"><h1>${heading}</h1></header>` : ''}
<div id="root"></div>
<script nonce="${nonce}" src="${own(script)}"></script>
</body>
</html>`;
}
