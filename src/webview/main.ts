import type { ToWebview } from '../protocol/to-webview.ts';
import { ChatPage } from './chat-page.ts';
import { Highlighter } from './highlighter.ts';
import { connectHost } from './vscode-api.ts';

/**
 * The chat view's program. The page around it needs `<div id="root">` and, on `<body>`, `data-highlight-src` (address of the highlight
 * bundle) and `data-nonce` (for the one script that is added later).
 */
const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root');
const { highlightSrc, nonce } = document.body.dataset;
const host = connectHost();
const page = new ChatPage(root, host, new Highlighter(highlightSrc, nonce ?? ''));
// Only the extension host can post here: the page frames nothing and its policy lets no other script run.
addEventListener('message', (event: MessageEvent<ToWebview>) => page.receive(event.data));
host.post({ type: 'ready' });
